"""Visits that lie outside the hours, and where they could go."""

import datetime as dt
from collections import defaultdict

from django.utils import timezone

from scheduling.availability import NEAREST_DAYS, Length, slots_between, widened, working_hours
from scheduling.calendar import DayPlan, busy_times
from scheduling.errors import SHOWN
from scheduling.models import Appointment
from scheduling.slots import Slot, fits, minute_of, nearest, overlaps


def outside_of(plans: dict[tuple[str, dt.date], DayPlan], visits: list[Appointment]) -> list[Appointment]:
    """Return those of `visits` that do not lie within the open spans of their doctor's day."""
    return [
        visit
        for visit in visits
        if not fits(
            plans[visit.doctor_id, visit.appointment_date].open, minute_of(visit.appointment_time), visit.duration
        )
    ]


def suggestions(visits: list[Appointment]) -> dict[str, Slot]:
    """Return the free slot nearest to each of the first dozen `visits`, by id, no slot twice: two queries.

    The visits' doctors must be loaded with their profiles.
    """
    visits = visits[:SHOWN]
    doctors = list({visit.doctor_id: visit.doctor for visit in visits}.values())
    now = timezone.localtime()
    first = max(visits[0].appointment_date - dt.timedelta(days=NEAREST_DAYS), now.date())
    last = visits[-1].appointment_date + dt.timedelta(days=NEAREST_DAYS)
    hours = working_hours(doctors, [first + dt.timedelta(days=n) for n in range((last - first).days + 1)])
    busy = busy_times(doctors, first, last)
    free: dict[tuple[str, Length], list[Slot]] = {}
    given: dict[tuple[str, dt.date], list[tuple[int, int]]] = defaultdict(list)
    found = {}
    for visit in visits:
        key = (visit.doctor_id, Length.as_booked(visit))
        if key not in free:
            free[key] = slots_between(visit.doctor, hours, widened(busy, key[1]), length=key[1], now=now)
        left = [slot for slot in free[key] if not _is_given(slot, given[visit.doctor_id, slot.day])]
        for slot in nearest(left, visit.appointment_date, visit.appointment_time, 1):
            start = minute_of(slot.time)
            given[visit.doctor_id, slot.day].append((start, start + slot.minutes))
            found[visit.pk] = slot
    return found


def _is_given(slot: Slot, spans: list[tuple[int, int]]) -> bool:
    start = minute_of(slot.time)
    return any(overlaps(span, (start, start + slot.minutes)) for span in spans)
