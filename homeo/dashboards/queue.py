"""The queue beside the board: who waits, who is with the doctor, who is expected, what is to confirm."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from homeo.dashboards.visits import ASKED_SHOWN, CALLED_OFF, Visit, minutes_between
from scheduling.models import Appointment
from scheduling.queue import LONG_WAIT, in_turn

JUST_NOW = 5
SOON = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """A visit in the queue, with the minutes since the patient arrived or went in.

    `is_next` says that the doctor calls this patient next.
    """

    visit: Appointment
    since: dt.datetime
    minutes: int
    is_next: bool = False

    @property
    def is_long(self) -> bool:
        """Tell whether the wait is one to do something about."""
        return self.minutes >= LONG_WAIT

    @property
    def is_new(self) -> bool:
        """Tell whether this has only just happened, and may be a slip of the finger."""
        return self.minutes < JUST_NOW


@dataclass(frozen=True)
class Queue:
    """The queue of one day: of the expected those of the next hour, of the visits to confirm the next twelve."""

    waiting: list[Entry] = field(default_factory=list)
    with_doctor: list[Entry] = field(default_factory=list)
    expected: list[Appointment] = field(default_factory=list)
    expected_later: int = 0
    to_confirm: list[Appointment] = field(default_factory=list)
    called_off: list[Appointment] = field(default_factory=list)
    usual_wait: int | None = None

    def __bool__(self):
        return bool(
            self.waiting
            or self.with_doctor
            or self.expected
            or self.expected_later
            or self.to_confirm
            or self.called_off
        )


def usual_wait(visits: Iterable[Appointment]) -> int | None:
    """Return the median of the minutes between arrival and the doctor, None where nobody has been seen."""
    waits = [minutes_between(v.checked_in_at, v.started_at) for v in visits if v.checked_in_at and v.started_at]
    return round(median(waits)) if waits else None


def waiting_of(visits: Iterable[Appointment], now: dt.datetime) -> list[Entry]:
    """Return those who wait: who is called in already, then the others in turn."""
    found, has_next = [], set()
    for visit in in_turn(visit for visit in visits if visit.state == "arrived"):
        is_next = not visit.called_at and visit.doctor_id not in has_next
        if is_next:
            has_next.add(visit.doctor_id)
        found.append(Entry(visit, visit.checked_in_at, minutes_between(visit.checked_in_at, now), is_next))
    return found


def inside_of(visits: Iterable[Appointment], now: dt.datetime) -> list[Entry]:
    """Return those who are with the doctor, the longest first."""
    inside = sorted((v for v in visits if v.state == "in-consultation"), key=lambda visit: visit.started_at)
    return [Entry(visit, visit.started_at, minutes_between(visit.started_at, now)) for visit in inside]


def queue_of(day: dt.date, visits: list[Visit], asked_ahead: list[Visit], *, now: dt.datetime) -> Queue:
    """Return the queue of a day out of its visits; `asked_ahead` are those of later days that are to confirm."""
    is_today = day == now.date()
    expected = [visit for visit in visits if visit.state == "confirmed"] if is_today else []
    soon = [visit for visit in expected if visit.starts_at <= now + SOON]
    return Queue(
        waiting=waiting_of(visits, now) if is_today else [],
        with_doctor=inside_of(visits, now) if is_today else [],
        expected=soon,
        expected_later=len(expected) - len(soon),
        to_confirm=[*(visit for visit in visits if visit.state == "pending"), *asked_ahead][:ASKED_SHOWN],
        called_off=[] if is_today else [visit for visit in visits if visit.state in CALLED_OFF],
        usual_wait=usual_wait(visits),
    )
