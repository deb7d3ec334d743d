"""The board: lanes side by side, time down the page. A lane is one doctor's day, of the same day or of the same doctor.

Only `read_board` asks the database, with the same number of queries however many doctors and visits there are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import md5

from homeo.dashboards.blocks import HOUR, Block, clock, lane_blocks, row_of, span_of, whole_hours
from homeo.dashboards.visits import CALLED_OFF, Scope, Visit, minutes_between, read_days, read_marks
from scheduling.calendar import DayPlan, day_plans
from scheduling.models import Appointment, Doctor
from scheduling.slots import WHOLE_DAY, Span, minute_of

LATE = 10


@dataclass(frozen=True)
class Lane:
    """One doctor's day; `late` is for how many minutes somebody waits past the booked time."""

    doctor: Doctor
    day: dt.date
    hours: list[Span]
    blocks: list[Block]
    visits: list[Visit]
    late: int = 0

    @property
    def hours_text(self) -> str:
        """Return the hours as they stand in the head of the lane."""
        return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in self.hours)

    @property
    def free(self) -> int:
        """Return how many slots are free."""
        return sum(block.kind == "free" for block in self.blocks)


@dataclass(frozen=True)
class Absence:
    """A doctor who is not at work that day, and why where that is known."""

    doctor: Doctor
    reason: str = ""


@dataclass(frozen=True)
class Board:
    """A day of some doctors or the week of one, and who of the others is not at work.

    `asked_ahead` are the next visits of later days that are to confirm, on the board of today; `version` is the same as
    long as nothing on the board has changed.
    """

    day: dt.date
    now: dt.datetime
    span: Span
    lanes: list[Lane]
    absent: list[Absence]
    is_week: bool = False
    asked_ahead: list[Visit] = field(default_factory=list)
    version: str = ""

    @property
    def is_today(self) -> bool:
        """Tell whether the board is of the present day."""
        return self.day == self.now.date() and not self.is_week

    @property
    def is_past(self) -> bool:
        """Tell whether the day is over."""
        return self.day < self.now.date()

    @property
    def first_row(self) -> int:
        """Return the row of the day that stands at the top of the board."""
        return row_of(self.span[0])

    @property
    def hours(self) -> list[tuple[int, str]]:
        """Return the full hours at the side, each with its row."""
        first, last = self.span
        return [(row_of(minute) - self.first_row, clock(minute)) for minute in range(first, last, HOUR)]

    @property
    def now_row(self) -> int | None:
        """Return the row of the present moment, where the board shows it."""
        minute = minute_of(self.now.time())
        has_today = any(lane.day == self.now.date() for lane in self.lanes)
        if has_today and self.span[0] <= minute < self.span[1]:
            return row_of(minute) - self.first_row
        return None

    @property
    def height(self) -> str:
        """Return how high a row must be for its shortest block to be read and hit."""
        rows = min((block.rows for lane in self.lanes for block in lane.blocks if block.kind != "closed"), default=3)
        return {1: "board-high", 2: "board-roomy"}.get(rows, "")

    @property
    def visits(self) -> list[Visit]:
        """Return the visits of all lanes, from the earliest."""
        found = [visit for lane in self.lanes for visit in lane.visits]
        return sorted(found, key=lambda visit: (visit.appointment_date, visit.appointment_time, visit.pk))

    @property
    def tally(self) -> dict[str, int]:
        """Return how many visits there are, in all and by state, and how many slots are free."""
        states = [visit.state for lane in self.lanes for visit in lane.visits]
        return {
            "visits": sum(state not in CALLED_OFF for state in states),
            "done": states.count("completed"),
            "waiting": states.count("arrived"),
            "in_consultation": states.count("in-consultation"),
            "free": sum(lane.free for lane in self.lanes),
        }


def minutes_late(visits: Iterable[Visit | Appointment], now: dt.datetime) -> int:
    """Return for how long somebody who is here has been waiting past the booked time; 0 below ten minutes."""
    waits = [minutes_between(max(v.starts_at, v.checked_in_at), now) for v in visits if v.state == "arrived"]
    late = max(waits, default=0)
    return late if late >= LATE else 0


def read_board(user, day: dt.date, *, now: dt.datetime, doctors: list[Doctor], is_week: bool = False) -> Board:
    """Read the day of the given doctors' profiles, or the week of one, as far as `user` may see it: three queries.

    Args:
        now: the present moment on the clinic's clock; free slots lie after it.
    """
    accounts, dates = [doctor.user for doctor in doctors], week_of(day) if is_week else [day]
    days = read_days(Scope(user, accounts, dates[0], dates[-1], now))
    plans = _read_plans(accounts, dates)
    visits, busy = defaultdict(list), defaultdict(list)
    for visit in days.visits:
        visits[visit.doctor_id, visit.appointment_date].append(visit)
        if taken := visit.busy:
            busy[visit.doctor_id, visit.appointment_date].append(taken)
    for doctor_id, date, span in days.held:
        busy[doctor_id, date].append(span)
    shown = [
        (doctor, date)
        for doctor in doctors
        for date in dates
        if is_week or plans[doctor.user_id, date].open or visits[doctor.user_id, date]
    ]
    span = whole_hours(_spans_of([(plans[d.user_id, date], visits[d.user_id, date]) for d, date in shown]))
    lanes = [
        _lane(
            doctor,
            date,
            span=span,
            now=now,
            plan=plans[doctor.user_id, date],
            visits=visits[doctor.user_id, date],
            busy=busy[doctor.user_id, date],
        )
        for doctor, date in shown
    ]
    at_work = {doctor.user_id for doctor, _date in shown}
    absent = [
        Absence(doctor, next((item.label for item in plans[doctor.user_id, day].away if item.span == WHOLE_DAY), ""))
        for doctor in doctors
        if doctor.user_id not in at_work and doctor.user.is_active
    ]
    return Board(
        day=day,
        now=now,
        span=span,
        lanes=lanes if span != (0, 0) else [],
        absent=absent,
        is_week=is_week,
        asked_ahead=days.asked_ahead,
        version=_version(days.marks, plans, now),
    )


def read_version(user, day: dt.date, *, now: dt.datetime, doctors: list[Doctor], is_week: bool = False) -> str:
    """Return the `version` that a board read now would have: two small queries."""
    accounts, dates = [doctor.user for doctor in doctors], week_of(day) if is_week else [day]
    return _version(read_marks(Scope(user, accounts, dates[0], dates[-1], now)), _read_plans(accounts, dates), now)


def _version(marks: list, plans: dict, now: dt.datetime) -> str:
    """Return a word that changes with what was read, and where today is shown with each minute of the clock."""
    has_today = any(date == now.date() for _doctor, date in plans)
    text = f"{marks} {plans} {now:%j%H%M}" if has_today else f"{marks} {plans} {now:%j}"
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _read_plans(accounts, dates: list[dt.date]) -> dict[tuple[str, dt.date], DayPlan]:
    """Read what each day of each doctor is like; somebody whose account is closed is not at work."""
    plans = day_plans(accounts, dates)
    return plans | {(each.pk, date): DayPlan() for each in accounts if not each.is_active for date in dates}


def _spans_of(lanes: Iterable[tuple[DayPlan, list[Visit]]]) -> Iterable[Span]:
    """Yield what the board must have room for."""
    for plan, visits in lanes:
        yield from plan.open
        yield from map(span_of, visits)
        yield from (item.span for item in plan.away if item.span != WHOLE_DAY)


def _lane(doctor: Doctor, date: dt.date, *, span: Span, now: dt.datetime, plan: DayPlan, visits, busy) -> Lane:
    return Lane(
        doctor=doctor,
        day=date,
        hours=plan.open,
        visits=visits,
        blocks=lane_blocks(
            span=span,
            hours=plan.open,
            visits=visits,
            away=plan.away,
            busy=busy,
            slot=doctor.slot_minutes,
            day=date,
            now=now,
        ),
        late=minutes_late(visits, now) if date == now.date() else 0,
    )


def week_of(day: dt.date) -> list[dt.date]:
    """Return the seven days of the week that a day is in, from its Monday."""
    monday = day - dt.timedelta(days=day.weekday())
    return [monday + dt.timedelta(days=n) for n in range(7)]
