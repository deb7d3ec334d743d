"""When doctors can be booked: their weekly hours minus the visits booked, read from the database."""

import datetime as dt
from collections import defaultdict

from django.utils import timezone

from accounts.models import User
from scheduling.models import Appointment, DoctorAvailability, Weekday
from scheduling.slots import Slot, Span, fits, free_starts, minute_of, nearest, time_of

NEAREST = 4
NEAREST_DAYS = 14


def working_hours(doctors, days) -> dict[tuple[str, dt.date], list[Span]]:
    """Return the spans of work of each (doctor's user id, day), for users `doctors` on `days`: one query."""
    by_weekday = defaultdict(list)
    rows = DoctorAvailability.objects.filter(doctor__user__in=doctors, is_available=True).values_list(
        "doctor__user_id", "day_of_week", "start_time", "end_time"
    )
    for doctor_id, weekday, start, end in rows:
        by_weekday[doctor_id, weekday].append((minute_of(start), minute_of(end)))
    return {
        (doctor.pk, day): by_weekday[doctor.pk, Weekday.of(day).value]
        for doctor in doctors
        for day in days
        if (doctor.pk, Weekday.of(day).value) in by_weekday
    }


def booked_spans(doctors, first: dt.date, last: dt.date, *, besides: Appointment | None = None):
    """Return the spans taken by visits of each (doctor's user id, day): one query."""
    visits = Appointment.objects.occupying().filter(
        doctor__in=doctors, appointment_date__range=(first, last), is_overbooked=False
    )
    if besides is not None:
        visits = visits.exclude(pk=besides.pk)
    spans = defaultdict(list)
    for doctor_id, day, time, minutes in visits.values_list(
        "doctor_id", "appointment_date", "appointment_time", "duration"
    ):
        start = minute_of(time)
        spans[doctor_id, day].append((start, start + minutes))
    return spans


def slot_minutes(doctor: User) -> int:
    """Return how long a visit to the doctor lasts, unless it is said otherwise."""
    return doctor.doctor.slot_minutes


def free_slots(doctor: User, first: dt.date, last: dt.date, *, minutes: int | None = None, besides=None) -> list[Slot]:
    """Return the free slots of a doctor from day `first` to day `last`, none in the past.

    Args:
        doctor: an account with a doctor's profile, loaded with it.
        minutes: the length of the visit, by default the doctor's.
        besides: a visit that is about to move, and so does not count as booked.
    """
    if not doctor.is_active:
        return []
    now = timezone.localtime()
    first = max(first, now.date())
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    hours = working_hours([doctor], days)
    busy = booked_spans([doctor], first, last, besides=besides)
    length = minutes or slot_minutes(doctor)
    slots = []
    for day in days:
        earliest = minute_of(now.time()) + 1 if day == now.date() else 0
        for span in hours.get((doctor.pk, day), []):
            starts = free_starts(
                span, busy[doctor.pk, day], length=length, step=slot_minutes(doctor), earliest=earliest
            )
            slots += [Slot(day, time_of(start), length) for start in starts]
    return slots


def nearest_free(doctor: User, day: dt.date, time: dt.time, *, minutes: int | None = None, besides=None) -> list[Slot]:
    """Return the free slots of a doctor nearest to a wanted time, within two weeks."""
    today = timezone.localdate()
    first = max(day - dt.timedelta(days=NEAREST_DAYS // 2), today)
    slots = free_slots(doctor, first, first + dt.timedelta(days=NEAREST_DAYS), minutes=minutes, besides=besides)
    return nearest(slots, day, time, NEAREST)


def is_within_hours(doctor: User, day: dt.date, time: dt.time, minutes: int) -> bool:
    """Tell whether a visit lies within the doctor's working hours."""
    hours = working_hours([doctor], [day])
    return fits(hours.get((doctor.pk, day), []), minute_of(time), minutes)
