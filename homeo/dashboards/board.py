"""The day board: doctors side by side, time down the page.

The arranging is pure, over minutes after midnight as in `scheduling.slots`; only `read_board` asks the database, with
the same number of queries however many doctors and visits there are. The page places blocks in rows of five minutes.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Concat, Trim
from django.utils.translation import gettext as _

from scheduling.availability import booked_spans
from scheduling.calendar import Away, DayPlan, day_plans
from scheduling.models import Appointment, Doctor
from scheduling.slots import WHOLE_DAY, Span, free_starts, minute_of, subtract, time_of

ROW = 5
HOUR = 60
DAY = 24 * HOUR
LATE = 10
TALL_ROWS, SHORT_ROWS = 8, 3
CALLED_OFF = frozenset({"cancelled", "replaced"})
LOOKS = {"closed": "off", "off": "off", "break": "break"}
OVER = CALLED_OFF | {"completed", "no-show"}
WORD_ROWS = 3


@dataclass(frozen=True)
class Block:
    """A piece of a lane: a visit, a free slot, or time in which the doctor is not there.

    `rank` says how much room it deserves beside others (0 most), `place` which part of the lane's width it got;
    `waited` is for how many minutes the patient has been here, `is_past` that it is over and done; `look` is how time
    without the doctor appears: "out" of hours, on a "break", or "off".
    """

    start: int
    end: int
    kind: str
    rank: int = 0
    place: str = ""
    visit: Appointment | None = None
    label: str = ""
    look: str = "out"
    is_past: bool = False
    waited: int = 0
    top: int = 0

    @property
    def at(self) -> int:
        """Return the row of the board at which it starts; the board begins at the minute `top`."""
        return row_of(self.start) - row_of(self.top)

    @property
    def time(self) -> dt.time:
        """Return the clock time at which it starts."""
        return time_of(self.start)

    @property
    def rows(self) -> int:
        """Return how many rows it takes: two blocks that touch on the clock touch on the board."""
        return row_of(self.end) - row_of(self.start)

    @property
    def size(self) -> str:
        """Return how much fits into it."""
        return "short" if self.rows <= SHORT_ROWS else "tall" if self.rows >= TALL_ROWS else ""

    @property
    def has_room_for_words(self) -> bool:
        """Tell whether a line of text fits."""
        return self.rows >= WORD_ROWS


@dataclass(frozen=True)
class Lane:
    """One doctor's day."""

    doctor: Doctor
    hours: list[Span]
    blocks: list[Block]
    visits: list[Appointment]
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
    """The day of one or more doctors, and who of the others is not at work."""

    day: dt.date
    now: dt.datetime
    span: Span
    lanes: list[Lane]
    absent: list[Absence]

    @property
    def is_today(self) -> bool:
        """Tell whether the board shows the present day."""
        return self.day == self.now.date()

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
        if self.is_today and self.span[0] <= minute < self.span[1]:
            return row_of(minute) - self.first_row
        return None

    @property
    def height(self) -> str:
        """Return how high a row must be for its shortest block to be read and hit."""
        rows = min((block.rows for lane in self.lanes for block in lane.blocks if block.kind != "closed"), default=3)
        return {1: "board-high", 2: "board-roomy"}.get(rows, "")

    @property
    def visits(self) -> list[Appointment]:
        """Return the visits of all lanes, from the earliest."""
        found = [visit for lane in self.lanes for visit in lane.visits]
        return sorted(found, key=lambda visit: (visit.appointment_time, visit.pk))

    @property
    def tally(self) -> dict[str, int]:
        """Return how many visits there are, in all and by state, and how many slots are free."""
        states = [visit.state for visit in self.visits]
        return {
            "visits": sum(state not in CALLED_OFF for state in states),
            "done": states.count("completed"),
            "waiting": states.count("arrived"),
            "in_consultation": states.count("in-consultation"),
            "free": sum(lane.free for lane in self.lanes),
        }


def clock(minute: int) -> str:
    """Write a minute of the day as a clock time, midnight at its end as 24:00."""
    return f"{minute // HOUR:02d}:{minute % HOUR:02d}"


def row_of(minute: int) -> int:
    """Return the row line nearest to a minute: times need not lie on the grid."""
    return (minute + ROW // 2) // ROW


def whole_hours(spans: Iterable[Span]) -> Span:
    """Return the span in whole hours that holds all `spans`; an empty one for none."""
    spans = list(spans)
    if not spans:
        return (0, 0)
    return min(s for s, _e in spans) // HOUR * HOUR, min(-(-max(e for _s, e in spans) // HOUR) * HOUR, DAY)


def cut(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """Return the parts of `whole` that are in none of `taken`."""
    parts = []
    start = whole[0]
    for begin, end in sorted(taken):
        if begin > start:
            parts.append((start, min(begin, whole[1])))
        start = max(start, end)
    if start < whole[1]:
        parts.append((start, whole[1]))
    return parts


def arrange(blocks: Iterable[Block]) -> list[Block]:
    """Give blocks that overlap their part of the lane's width; the ones that stand alone have all of it.

    Two columns of equal rank get a half each; of unequal rank (a cancelled visit beside a free slot, or beside the
    visit that took its time) the higher gets two thirds.
    """
    arranged = []
    group: list[Block] = []
    until = 0
    for block in sorted(blocks, key=lambda b: (b.start, b.rank, b.end)):
        if group and block.start >= until:
            arranged += _side_by_side(group)
            group, until = [], 0
        group.append(block)
        until = max(until, block.end)
    return arranged + _side_by_side(group)


def _side_by_side(group: list[Block]) -> list[Block]:
    columns: list[list[Block]] = []
    column_of = []
    for block in group:
        index = next((i for i, column in enumerate(columns) if column[-1].end <= block.start), len(columns))
        if index == len(columns):
            columns.append([])
        columns[index].append(block)
        column_of.append(index)
    places = _places([min(block.rank for block in column) for column in columns])
    return [replace(block, place=places[index]) for block, index in zip(group, column_of, strict=True)]


def _places(ranks: list[int]) -> list[str]:
    if len(ranks) < 2:
        return [""] * len(ranks)
    if len(ranks) == 2 and ranks[0] != ranks[1]:
        return ["most", "rest"] if ranks[0] < ranks[1] else ["rest", "most"]
    part = {2: "half", 3: "third"}.get(len(ranks), "sixth")
    return [f"{part}-{'abcdef'[min(index, 5)]}" for index in range(len(ranks))]


def lane_blocks(
    *,
    span: Span,
    hours: list[Span],
    visits: list[Appointment],
    away: Iterable[Away] = (),
    busy: list[Span],
    slot: int,
    day: dt.date,
    now: dt.datetime,
) -> list[Block]:
    """Return what one lane shows, from the top: visits, free slots that lie ahead, and the time off between them.

    Args:
        span: what the board shows of the day.
        away: breaks, time off and closures of the day.
        busy: the spans in which nothing can be booked.
        slot: how long a free slot is, in minutes.
    """
    earliest = DAY if day < now.date() else minute_of(now.time()) + 1 if day == now.date() else 0
    blocks = [_visit_block(visit, now) for visit in visits]
    for work in hours:
        for start in free_starts(work, busy, length=slot, step=slot, earliest=earliest):
            blocks.append(Block(start, start + slot, "free", rank=2))
    arranged = arrange(blocks)
    taken = [(block.start, block.end) for block in arranged]
    gaps = cut(span, [*hours, *taken])
    closed = [block for block in closed_blocks(gaps, hours, away) if block.rows]
    return [replace(block, top=span[0]) for block in sorted([*arranged, *closed], key=lambda block: block.start)]


def closed_blocks(gaps: list[Span], hours: list[Span], away: Iterable[Away]) -> list[Block]:
    """Return what stands in the gaps of a lane: closures, time off and breaks by name, elsewise time out of hours."""
    blocks = []
    for item in sorted(away, key=lambda item: list(LOOKS).index(item.kind)):
        for start, end in gaps:
            piece = max(start, item.span[0]), min(end, item.span[1])
            if piece[0] < piece[1]:
                blocks.append(Block(*piece, "closed", label=item.label, look=LOOKS[item.kind]))
        gaps = subtract(gaps, [item.span])
    look = "out" if hours else "off"
    return blocks + [Block(start, end, "closed", label=_closed_label(end, hours), look=look) for start, end in gaps]


def _span_of(visit: Appointment) -> Span:
    start = minute_of(visit.appointment_time)
    return start, min(start + visit.duration, DAY)


def _visit_block(visit: Appointment, now: dt.datetime) -> Block:
    return Block(
        *_span_of(visit),
        "visit",
        rank=int(visit.state in CALLED_OFF),
        visit=visit,
        is_past=visit.appointment_date == now.date() and visit.state in OVER and visit.starts_at <= now,
        waited=minutes_between(visit.checked_in_at, now) if visit.state == "arrived" else 0,
    )


def _closed_label(end: int, hours: list[Span]) -> str:
    if not hours:
        return _("Not at work")
    if end <= hours[0][0]:
        return _("Not yet open")
    return _("Closed")


def minutes_late(visits: Iterable[Appointment], now: dt.datetime) -> int:
    """Return for how long somebody who is here has been waiting past the booked time; 0 below ten minutes."""
    waits = [minutes_between(max(v.starts_at, v.checked_in_at), now) for v in visits if v.state == "arrived"]
    late = max(waits, default=0)
    return late if late >= LATE else 0


def minutes_between(start: dt.datetime, end: dt.datetime) -> int:
    """Return the whole minutes from one moment to another, none below 0."""
    return max(int((end - start).total_seconds()) // 60, 0)


def read_board(user, day: dt.date, *, now: dt.datetime, doctors: list[Doctor]) -> Board:
    """Read the day of the given doctors' profiles, as far as `user` may see it.

    Args:
        now: the present moment on the clinic's clock; free slots lie after it.
    """
    accounts = [doctor.user for doctor in doctors]
    visits = defaultdict(list)
    for visit in visits_of_day(user, day, accounts):
        visits[visit.doctor_id].append(visit)
    plans = {user_id: plan for (user_id, _day), plan in day_plans(accounts, [day]).items()}
    plans |= {account.pk: DayPlan() for account in accounts if not account.is_active}
    busy = booked_spans(accounts, day, day)
    hours = {user_id: plan.open for user_id, plan in plans.items()}
    shown = [doctor for doctor in doctors if hours[doctor.user_id] or visits[doctor.user_id]]
    span = whole_hours(
        [
            *(work for spans in hours.values() for work in spans),
            *(_span_of(visit) for rows in visits.values() for visit in rows),
            *(item.span for doctor in shown for item in plans[doctor.user_id].away if item.span != WHOLE_DAY),
        ]
    )
    lanes = [
        Lane(
            doctor=doctor,
            hours=hours[doctor.user_id],
            visits=visits[doctor.user_id],
            blocks=lane_blocks(
                span=span,
                hours=hours[doctor.user_id],
                visits=visits[doctor.user_id],
                away=plans[doctor.user_id].away,
                busy=busy[doctor.user_id, day],
                slot=doctor.slot_minutes,
                day=day,
                now=now,
            ),
            late=minutes_late(visits[doctor.user_id], now) if day == now.date() else 0,
        )
        for doctor in shown
    ]
    absent = [
        Absence(doctor, next((item.label for item in plans[doctor.user_id].away if item.span == WHOLE_DAY), ""))
        for doctor in doctors
        if doctor not in shown and doctor.user.is_active
    ]
    return Board(day, now, span, lanes, absent)


def visits_of_day(user, day: dt.date, accounts):
    """Return the visits of one day to some doctors, with the names, without clinical text.

    Each tells in `is_first` whether the patient has never been here before.
    """
    earlier = Appointment.objects.filter(
        patient=OuterRef("patient"), status=Appointment.Status.COMPLETED, appointment_date__lt=day
    )
    visits = (
        with_names(Appointment.objects.for_user(user).on(day).filter(doctor__in=accounts))
        .annotate(is_first=~Exists(earlier), booker_role=F("booked_by__role"))
        .by_time()
    )
    by_id = {account.pk: account for account in accounts}
    for visit in visits:
        visit.doctor = by_id[visit.doctor_id]
    return visits


def with_names(visits):
    """Read of the patients only what stands on the board: `patient_name` and `patient_phone`."""
    first, last = F("patient__user__first_name"), F("patient__user__last_name")
    return visits.annotate(
        patient_name=Trim(Concat(first, Value(" "), last)), patient_phone=F("patient__phone")
    ).select_related("visit_type")
