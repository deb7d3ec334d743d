"""The doctors' calendars as they are stored: what is open on which day, and what is taken. Two queries in all."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum

from django.db import connection
from django.db.models import IntegerField, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.models import Appointment, SlotOffer, Weekday
from scheduling.querysets import AppointmentQuerySet
from scheduling.slots import WHOLE_DAY, Busy, Span, minute_of, open_spans

Besides = Appointment | Collection[Appointment] | None


class Kind(IntEnum):
    """Where a row of the calendar comes from."""

    WEEKLY = 1
    BREAK = 2
    EXCEPTION = 3
    TIME_OFF = 4
    CLOSURE = 5


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


def day_plans(doctors, days) -> dict[tuple[str, dt.date], DayPlan]:
    """Return the plan of each (doctor's user id, day), for accounts `doctors` on `days`: one query."""
    doctors, days = list(doctors), list(days)
    if not doctors or not days:
        return {}
    weekly, by_date, closures = _rules(doctors, min(days), max(days))
    return {
        (doctor.pk, day): _plan(weekly[doctor.pk, Weekday.of(day).value], [*by_date[doctor.pk], *closures], day)
        for doctor in doctors
        for day in days
    }


# Written out, since putting this union together anew for each page took longer than its answer.
RULES = """
    SELECT 1 AS kind, d.user_id, h.day_of_week, NULL::date AS first, NULL::date AS last, h.start_time, h.end_time, ''
    FROM scheduling_doctoravailability AS h JOIN scheduling_doctor AS d ON d.id = h.doctor_id
    WHERE d.user_id = ANY(%(doctors)s) AND h.is_available
    UNION ALL
    SELECT 2, d.user_id, b.day_of_week, NULL, NULL, b.start_time, b.end_time, b.label
    FROM scheduling_doctorbreak AS b JOIN scheduling_doctor AS d ON d.id = b.doctor_id
    WHERE d.user_id = ANY(%(doctors)s)
    UNION ALL
    SELECT 3, d.user_id, NULL, e.date, e.date, e.start_time, e.end_time, e.reason
    FROM scheduling_hoursexception AS e JOIN scheduling_doctor AS d ON d.id = e.doctor_id
    WHERE d.user_id = ANY(%(doctors)s) AND e.date BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT 4, d.user_id, NULL, t.start_date, t.end_date, t.start_time, t.end_time, t.reason
    FROM scheduling_timeoff AS t JOIN scheduling_doctor AS d ON d.id = t.doctor_id
    WHERE d.user_id = ANY(%(doctors)s) AND t.start_date <= %(last)s AND t.end_date >= %(first)s
    UNION ALL
    SELECT 5, NULL, NULL, c.start_date, c.end_date, NULL, NULL, c.name
    FROM scheduling_closure AS c
    WHERE c.start_date <= %(last)s AND c.end_date >= %(first)s
"""


def _rules(doctors, first: dt.date, last: dt.date):
    """Read weekly hours, breaks, exceptions, time off and closures as one union of like rows."""
    with connection.cursor() as cursor:
        cursor.execute(RULES, {"doctors": [doctor.pk for doctor in doctors], "first": first, "last": last})
        rows = cursor.fetchall()
    weekly, by_date, closures = defaultdict(list), defaultdict(list), []
    for kind, user, weekday, begin, until, start, end, label in rows:
        spanned = None if start is None else (minute_of(start), minute_of(end))
        if kind in {Kind.WEEKLY, Kind.BREAK}:
            weekly[user, weekday].append((kind, spanned, label))
        elif kind == Kind.CLOSURE:
            closures.append((kind, begin, until, spanned, label))
        else:
            by_date[user].append((kind, begin, until, spanned, label))
    return weekly, by_date, closures


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


def busy_times(
    doctors, first: dt.date, last: dt.date, *, besides: Besides = None, offer: SlotOffer | None = None
) -> dict[tuple[str, dt.date], list[Busy]]:
    """Return what is taken of each (doctor's user id, day): visits, and slots held by open offers. One query.

    Args:
        besides: a visit, or several, about to move, which so do not count.
        offer: an offer that is about to be accepted: offers of the same slot do not count.
    """
    whose = {"doctor__in": doctors, "appointment_date__range": (first, last)}
    columns = ("doctor_id", "appointment_date", "appointment_time", "duration")
    visits = Appointment.objects.occupying().filter(**whose, is_overbooked=False).order_by()
    visits = without(visits, besides)
    held = SlotOffer.objects.holding(timezone.now()).filter(**whose).order_by()
    if offer is not None:
        held = held.exclude(
            doctor=offer.doctor_id,
            appointment_date=offer.appointment_date,
            appointment_time=offer.appointment_time,
        )
    nothing = {"buffer_before": Value(0, IntegerField()), "buffer_after": Value(0, IntegerField())}
    rows = visits.values_list(*columns, "buffer_before", "buffer_after").union(
        held.annotate(**nothing).values_list(*columns, "buffer_before", "buffer_after"), all=True
    )
    taken = defaultdict(list)
    for doctor_id, day, time, minutes, before, after in rows:
        start = minute_of(time)
        taken[doctor_id, day].append(Busy(start, start + minutes, before, after))
    return taken
