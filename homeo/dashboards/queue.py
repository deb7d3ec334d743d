"""The queue beside the board: who waits, who is with the doctor, who is expected, what is to confirm."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from homeo.dashboards.board import CALLED_OFF, minutes_between, with_names
from scheduling.models import Appointment

LONG_WAIT = 20
SHOWN = 12
SOON = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """A visit in the queue, with the minutes since the patient arrived or went in."""

    visit: Appointment
    since: dt.datetime
    minutes: int

    @property
    def is_long(self) -> bool:
        """Tell whether the wait is one to do something about."""
        return self.minutes >= LONG_WAIT


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


def entries(visits: Iterable[Appointment], state: str, since: str, now: dt.datetime) -> list[Entry]:
    """Return the visits in a state, the longest in it first; `since` names the field with its beginning."""
    found = [Entry(v, getattr(v, since), minutes_between(getattr(v, since), now)) for v in visits if v.state == state]
    return sorted(found, key=lambda entry: entry.since)


def read_queue(user, day: dt.date, visits: list[Appointment], *, now: dt.datetime, doctors) -> Queue:
    """Return the queue of a day out of its visits; what is to confirm is read, on today's also for the days ahead."""
    is_today = day == now.date()
    expected = [visit for visit in visits if visit.state == "confirmed"] if is_today else []
    soon = [visit for visit in expected if visit.starts_at <= now + SOON]
    pending = Appointment.objects.for_user(user).filter(status=Appointment.Status.PENDING, doctor__in=doctors)
    pending = pending.filter(appointment_date__gte=day) if is_today else pending.on(day)
    return Queue(
        waiting=entries(visits, "arrived", "checked_in_at", now) if is_today else [],
        with_doctor=entries(visits, "in-consultation", "started_at", now) if is_today else [],
        expected=soon,
        expected_later=len(expected) - len(soon),
        to_confirm=list(
            with_names(pending.filter(no_show_at=None, checked_in_at=None)).select_related("doctor").by_time()[:SHOWN]
        ),
        called_off=[] if is_today else [visit for visit in visits if visit.state in CALLED_OFF],
        usual_wait=usual_wait(visits),
    )
