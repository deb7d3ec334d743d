"""When doctors can be booked: their weekly hours minus the visits booked, read from the database."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from patients.models import Patient
from scheduling.models import Appointment, Doctor, DoctorAvailability, Weekday
from scheduling.slots import Slot, Span, fits, free_starts, minute_of, nearest, slot_key, time_of

NOON, EVENING = dt.time(12), dt.time(17)
NEAREST = 4
NEAREST_DAYS = 14
COLLEAGUES = 2
Hours = dict[int, tuple[dt.time, dt.time] | None]


@dataclass(frozen=True)
class Offer:
    """A free slot of a doctor; `hint` says how far it lies from the time that was asked for."""

    doctor: User
    slot: Slot
    hint: str = ""

    @property
    def key(self) -> str:
        """Return the offer as one word of a form."""
        return slot_key(self.slot.day, self.slot.time, self.doctor.pk)

    @property
    def part(self) -> str:
        """Return the part of the day."""
        if self.slot.time < NOON:
            return _("Morning")
        return _("Afternoon") if self.slot.time < EVENING else _("Evening")


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


def patient_spans(patient: Patient, first: dt.date, last: dt.date, *, besides: Appointment | None = None):
    """Return the spans that a patient's visits take up on each day: one query."""
    visits = Appointment.objects.occupying().filter(
        patient=patient, appointment_date__range=(first, last), is_overbooked=False
    )
    if besides is not None:
        visits = visits.exclude(pk=besides.pk)
    spans = defaultdict(list)
    for day, time, minutes in visits.values_list("appointment_date", "appointment_time", "duration"):
        start = minute_of(time)
        spans[day].append((start, start + minutes))
    return spans


def free_slots(
    doctor: User,
    first: dt.date,
    last: dt.date,
    *,
    minutes: int | None = None,
    besides: Appointment | None = None,
    patient: Patient | None = None,
) -> list[Slot]:
    """Return the free slots of a doctor from day `first` to day `last`, none in the past.

    Args:
        doctor: an account with a doctor's profile, loaded with it.
        minutes: the length of the visit, by default the doctor's.
        besides: a visit that is about to move, and so does not count as booked.
        patient: somebody who cannot be in two places: times at which this patient has a visit are left out.
    """
    if not doctor.is_active:
        return []
    now = timezone.localtime()
    first = max(first, now.date())
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    hours = working_hours([doctor], days)
    busy = booked_spans([doctor], first, last, besides=besides)
    elsewhere = patient_spans(patient, first, last, besides=besides) if patient else {}
    length = minutes or slot_minutes(doctor)
    slots = []
    for day in days:
        earliest = minute_of(now.time()) + 1 if day == now.date() else 0
        for span in hours.get((doctor.pk, day), []):
            taken = [*busy[doctor.pk, day], *elsewhere.get(day, [])]
            starts = free_starts(span, taken, length=length, step=slot_minutes(doctor), earliest=earliest)
            slots += [Slot(day, time_of(start), length) for start in starts]
    return slots


def nearest_free(
    doctor: User,
    day: dt.date,
    time: dt.time,
    *,
    minutes: int | None = None,
    besides: Appointment | None = None,
    patient: Patient | None = None,
) -> list[Slot]:
    """Return the free slots of a doctor nearest to a wanted time, within two weeks."""
    first = max(day - dt.timedelta(days=NEAREST_DAYS // 2), timezone.localdate())
    last = first + dt.timedelta(days=NEAREST_DAYS)
    return nearest(
        free_slots(doctor, first, last, minutes=minutes, besides=besides, patient=patient), day, time, NEAREST
    )


def colleagues_free(doctor: User, colleagues, day: dt.date, time: dt.time, *, patient: Patient | None = None):
    """Yield those of `colleagues` (accounts with profiles), besides `doctor`, who are free at exactly this time."""
    others = [other for other in colleagues if other.pk != doctor.pk]
    hours = working_hours(others, [day])
    busy = booked_spans(others, day, day)
    elsewhere = patient_spans(patient, day, day)[day] if patient else []
    for other in others:
        start, length = minute_of(time), slot_minutes(other)
        taken = [*busy[other.pk, day], *elsewhere]
        is_free = not any(begin < start + length and start < end for begin, end in taken)
        if is_free and fits(hours.get((other.pk, day), []), start, length):
            yield other


def offers(
    doctor: User,
    day: dt.date,
    time: dt.time,
    *,
    colleagues=(),
    minutes: int | None = None,
    besides: Appointment | None = None,
    patient: Patient | None = None,
) -> list[Offer]:
    """Return what can be offered instead of a time that is not free: the doctor's nearest, then others at that time."""
    slots = nearest_free(doctor, day, time, minutes=minutes, besides=besides, patient=patient)
    found = [Offer(doctor, slot, _distance(slot, day, time)) for slot in slots]
    if dt.datetime.combine(day, time) > timezone.localtime().replace(tzinfo=None):
        free = list(colleagues_free(doctor, colleagues, day, time, patient=patient))[:COLLEAGUES]
        found += [Offer(other, Slot(day, time, slot_minutes(other)), _("same time")) for other in free]
    return found


def _distance(slot: Slot, day: dt.date, time: dt.time) -> str:
    """Say how far a slot lies from the wanted time."""
    days = (slot.day - day).days
    if days:
        text = ngettext("%(count)d day", "%(count)d days", abs(days)) % {"count": abs(days)}
        return (_("%(span)s later") if days > 0 else _("%(span)s earlier")) % {"span": text}
    minutes = minute_of(slot.time) - minute_of(time)
    hours, rest = divmod(abs(minutes), 60)
    parts = [_("%(count)d h") % {"count": hours}] if hours else []
    parts += [_("%(count)d min") % {"count": rest}] if rest or not hours else []
    return (_("%(span)s later") if minutes > 0 else _("%(span)s earlier")) % {"span": " ".join(parts)}


@dataclass(frozen=True)
class DaySlots:
    """What is free with a doctor on one day, and on the days after it."""

    doctor: User
    day: dt.date
    offers: list[Offer]
    next_days: list[tuple[dt.date, int]]


def day_slots(
    doctor: User, day: dt.date, *, besides: Appointment | None = None, minutes: int | None = None
) -> DaySlots:
    """Return the free slots of a day, and the next days with free ones, each with their number."""
    today = timezone.localdate()
    after = max(day, today)
    slots = free_slots(doctor, day, after + dt.timedelta(days=NEAREST_DAYS), besides=besides, minutes=minutes)
    counts = defaultdict(int)
    for slot in slots:
        counts[slot.day] += 1
    counts.pop(day, None)
    return DaySlots(
        doctor, day, [Offer(doctor, slot) for slot in slots if slot.day == day], list(counts.items())[:NEAREST]
    )


class WeeklyHours:
    """The hours of a doctor's week as they are stored, with their version."""

    def __init__(self, doctor: Doctor):
        self.doctor = doctor
        self.rows = {row.day_of_week: row for row in doctor.availability.all()}
        self.updated_at = max([doctor.updated_at, *(row.updated_at for row in self.rows.values())])

    @property
    def version(self) -> str:
        """Return the token that the form carries to tell whether the hours have changed since."""
        return self.updated_at.isoformat()


def visits_outside(doctor: User, hours: Hours):
    """Return the coming visits of a doctor that do not lie within weekly `hours`, earliest first."""
    visits = (
        Appointment.objects.occupying()
        .filter(doctor=doctor, is_overbooked=False, status__in=["PENDING", "CONFIRMED"])
        .from_now(timezone.localtime())
        .with_people()
        .by_time()
    )

    def is_outside(visit):
        span = hours.get(Weekday.of(visit.appointment_date).value)
        spans = [(minute_of(span[0]), minute_of(span[1]))] if span else []
        return not fits(spans, minute_of(visit.appointment_time), visit.duration)

    return [visit for visit in visits if is_outside(visit)]


def is_within_hours(doctor: User, day: dt.date, time: dt.time, minutes: int) -> bool:
    """Tell whether a visit lies within the doctor's working hours."""
    hours = working_hours([doctor], [day])
    return fits(hours.get((doctor.pk, day), []), minute_of(time), minutes)
