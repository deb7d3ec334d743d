"""The doctors' calendars as they are stored: what is open on which day, and what is taken. One query."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from scheduling.models import Appointment, SlotOffer, Weekday
from scheduling.querysets import AppointmentQuerySet
from scheduling.slots import WHOLE_DAY, Busy, Span, minute_of, open_spans, widen

Besides = Appointment | Collection[Appointment] | None


class Kind(IntEnum):
    """Where a row of the calendar comes from."""

    WEEKLY = 1
    BREAK = 2
    EXCEPTION = 3
    TIME_OFF = 4
    CLOSURE = 5
    TAKEN = 6


@dataclass(frozen=True)
class Away:
    """A time within a day at which nothing can be booked, and why; `kind` is "break", "off" or "closed"."""

    span: Span
    kind: str
    label: str


@dataclass
class DayPlan:
    """What a doctor's day is like before anything is booked."""

    open: list[Span] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)


# Written out, since putting these unions together anew for each page took longer than their answer. Each value stands
# in a SELECT of its own, which hides it from the planner: one plan then serves all days, and none is made for each. So
# that this plan is the right one, OFFSET 0 has the visits of each doctor looked up by the index of the doctor's days.
RULES = """
    SELECT 1 AS kind, d.user_id, h.day_of_week, NULL::date AS first, NULL::date AS last, h.start_time, h.end_time,
           '' AS label, NULL::int AS minutes, NULL::int AS before, NULL::int AS after
    FROM scheduling_doctoravailability AS h JOIN d ON d.id = h.doctor_id
    WHERE h.is_available
    UNION ALL
    SELECT 2, d.user_id, b.day_of_week, NULL, NULL, b.start_time, b.end_time, b.label, NULL, NULL, NULL
    FROM scheduling_doctorbreak AS b JOIN d ON d.id = b.doctor_id
    UNION ALL
    SELECT 3, d.user_id, NULL, e.date, e.date, e.start_time, e.end_time, e.reason, NULL, NULL, NULL
    FROM scheduling_hoursexception AS e JOIN d ON d.id = e.doctor_id
    WHERE e.date BETWEEN (SELECT %(first)s::date) AND (SELECT %(last)s::date)
    UNION ALL
    SELECT 4, d.user_id, NULL, t.start_date, t.end_date, t.start_time, t.end_time, t.reason, NULL, NULL, NULL
    FROM scheduling_timeoff AS t JOIN d ON d.id = t.doctor_id
    WHERE t.start_date <= (SELECT %(last)s::date) AND t.end_date >= (SELECT %(first)s::date)
    UNION ALL
    SELECT 5, NULL, NULL, c.start_date, c.end_date, NULL, NULL, c.name, NULL, NULL, NULL
    FROM scheduling_closure AS c
    WHERE c.start_date <= (SELECT %(last)s::date) AND c.end_date >= (SELECT %(first)s::date)
"""
TAKEN = """
    SELECT 6, a.doctor_id, NULL, a.appointment_date, NULL, a.appointment_time, NULL, '',
           a.duration, a.buffer_before, a.buffer_after
    FROM unnest((SELECT %(doctors)s::text[])) AS asked (id) CROSS JOIN LATERAL (
        SELECT * FROM scheduling_appointment
        WHERE doctor_id = asked.id AND appointment_date BETWEEN (SELECT %(first)s::date) AND (SELECT %(last)s::date)
        OFFSET 0) AS a
    WHERE a.status NOT IN ('CANCELLED', 'RESCHEDULED') AND NOT a.is_overbooked
          AND a.id <> ALL((SELECT %(besides)s::text[])::text[])
    UNION ALL
    SELECT 6, o.doctor_id, NULL, o.appointment_date, NULL, o.appointment_time, NULL, '', o.duration, 0, 0
    FROM scheduling_slotoffer AS o
    WHERE o.doctor_id = ANY((SELECT %(doctors)s::text[])::text[])
          AND o.appointment_date BETWEEN (SELECT %(first)s::date) AND (SELECT %(last)s::date)
          AND o.status = 'OPEN' AND o.expires_at > (SELECT %(now)s::timestamptz)
          AND (o.doctor_id, o.appointment_date, o.appointment_time)
              IS DISTINCT FROM (%(offered_by)s, %(offered_day)s, %(offered_time)s)
"""
PROFILES = """
    WITH d AS (SELECT id, user_id FROM scheduling_doctor WHERE user_id = ANY((SELECT %(doctors)s::text[])::text[]))
"""


class Calendar:
    """What is open and what is taken of some doctors' days: one query when it is made.

    Args:
        doctors: accounts.
        besides: a visit, or several, about to move, which so do not count.
        offer: an offer that is about to be accepted: offers of the same slot do not count.
        parts: which of `RULES` and `TAKEN` to read.
    """

    def __init__(
        self,
        doctors,
        first: dt.date,
        last: dt.date,
        *,
        besides: Besides = None,
        offer: SlotOffer | None = None,
        parts=(RULES, TAKEN),
    ):
        moving = [besides] if isinstance(besides, Appointment) else besides or ()
        values = {
            "doctors": [doctor.pk for doctor in doctors],
            "first": first,
            "last": last,
            "besides": [visit.pk for visit in moving],
            "offered_by": offer and offer.doctor_id,
            "offered_day": offer and offer.appointment_date,
            "offered_time": offer and offer.appointment_time,
            "now": timezone.now(),
        }
        self.last = last
        self.weekly, self.by_date, self.closures = defaultdict(list), defaultdict(list), []
        self.busy: dict[tuple[str, dt.date], list[Busy]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(PROFILES + " UNION ALL ".join(parts), values)
            for row in cursor.fetchall():
                self._keep(*row)

    def _keep(self, kind, user, weekday, begin, until, start, end, label, minutes, before, after):
        if kind == Kind.TAKEN:
            start = minute_of(start)
            self.busy[user, begin].append(Busy(start, start + minutes, before, after))
            return
        spanned = None if start is None else (minute_of(start), minute_of(end))
        if kind in {Kind.WEEKLY, Kind.BREAK}:
            self.weekly[user, weekday].append((kind, spanned, label))
        elif kind == Kind.CLOSURE:
            self.closures.append((kind, begin, until, spanned, label))
        else:
            self.by_date[user].append((kind, begin, until, spanned, label))

    def plan(self, doctor: User, day: dt.date) -> DayPlan:
        """Return what a day is like before anything is booked."""
        return _plan(
            self.weekly.get((doctor.pk, Weekday.of(day).value), ()),
            [*self.by_date.get(doctor.pk, ()), *self.closures],
            day,
        )

    def take(self, doctor: User, day: dt.date, time: dt.time, length) -> None:
        """Count a time as taken by a visit of `length`, with its buffers."""
        start = minute_of(time)
        self.busy[doctor.pk, day].append(Busy(start, start + length.minutes, length.before, length.after))

    def taken(self, doctor: User, day: dt.date, *, before: int, after: int) -> list[Span]:
        """Return the spans of a day that a visit with these buffers must keep clear of."""
        return [widen(busy, before=before, after=after) for busy in self.busy.get((doctor.pk, day), ())]


def day_plans(doctors, days) -> dict[tuple[str, dt.date], DayPlan]:
    """Return the plan of each (doctor's user id, day), for accounts `doctors` on `days`: one query."""
    doctors, days = list(doctors), list(days)
    if not doctors or not days:
        return {}
    calendar = Calendar(doctors, min(days), max(days), parts=[RULES])
    return {(doctor.pk, day): calendar.plan(doctor, day) for doctor in doctors for day in days}


def busy_times(doctors, first: dt.date, last: dt.date, **but) -> dict[tuple[str, dt.date], list[Busy]]:
    """Return what is taken of each (doctor's user id, day): visits, and slots held by open offers. One query.

    `but` is what does not count: `besides` and `offer` of `Calendar`.
    """
    return Calendar(doctors, first, last, parts=[TAKEN], **but).busy


def _plan(weekly, dated, day: dt.date) -> DayPlan:
    breaks = [(span, label) for kind, span, label in weekly if kind == Kind.BREAK]
    today = [(kind, span, label) for kind, begin, until, span, label in dated if begin <= day <= until]
    exceptions = [span for kind, span, _label in today if kind == Kind.EXCEPTION]
    off = [(span or WHOLE_DAY, label) for kind, span, label in today if kind == Kind.TIME_OFF]
    closed = [label for kind, _span, label in today if kind == Kind.CLOSURE]
    away = [Away(WHOLE_DAY, "closed", label) for label in closed]
    away += [Away(span, "off", label or _("Away")) for span, label in off]
    if not exceptions and any(kind == Kind.WEEKLY for kind, _span, _label in weekly):
        away += [Away(span, "break", label or _("Break")) for span, label in breaks]
    return DayPlan(
        open=open_spans(
            weekly=[span for kind, span, _label in weekly if kind == Kind.WEEKLY],
            breaks=[span for span, _label in breaks],
            exceptions=[span for span in exceptions if span] if exceptions else None,
            time_off=[span for span, _label in off],
            is_closed=bool(closed),
        ),
        away=away,
    )


def without(visits: AppointmentQuerySet, besides: Besides) -> AppointmentQuerySet:
    """Leave out the visits that are about to move."""
    if besides is None:
        return visits
    moving = [besides] if isinstance(besides, Appointment) else besides
    return visits.exclude(pk__in=[visit.pk for visit in moving])
