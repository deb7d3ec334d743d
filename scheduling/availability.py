"""When doctors can be booked: their weekly hours minus the visits booked, read from the database."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role, User
from patients.models import Patient
from scheduling.calendar import Besides, Calendar, day_plans, without
from scheduling.kinds import fee_of
from scheduling.models import Appointment, Doctor, SchedulingRules, VisitType
from scheduling.slots import (
    Busy,
    Slot,
    Span,
    exists,
    fits,
    free_starts,
    has_even_clock,
    minute_of,
    nearest,
    overlaps,
    slot_key,
    time_of,
    widen,
)

NOON, EVENING = dt.time(12), dt.time(17)
NEAREST = 4
NEAREST_DAYS = 14
DAYS_SHOWN = 31
COLLEAGUES = 2
COLLEAGUES_ASKED = 10
Hours = dict[int, tuple[dt.time, dt.time] | None]
Window = tuple[dt.datetime, dt.datetime]


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


@dataclass(frozen=True)
class Length:
    """How long a visit takes, and what is kept free around it, in minutes."""

    minutes: int
    before: int = 0
    after: int = 0

    @classmethod
    def of(cls, doctor: User, visit_type: VisitType | None = None) -> "Length":
        """Return the length of a kind of visit, without one the doctor's own."""
        if visit_type is None:
            return cls(doctor.doctor.slot_minutes)
        return cls(visit_type.minutes, visit_type.buffer_before, visit_type.buffer_after)

    @classmethod
    def as_booked(cls, appointment: Appointment) -> "Length":
        """Return the length with which a visit is booked."""
        return cls(appointment.duration, appointment.buffer_before, appointment.buffer_after)

    @classmethod
    def after_move(cls, appointment: Appointment, doctor: User, visit_type: VisitType | None = None) -> "Length":
        """Return the length of a visit that moves: as booked, unless the kind changes or, without one, the doctor."""
        if visit_type is not None and visit_type.pk != appointment.visit_type_id:
            return cls.of(doctor, visit_type)
        if appointment.visit_type_id or doctor.pk == appointment.doctor_id:
            return cls.as_booked(appointment)
        return cls.of(doctor)


def working_hours(doctors, days) -> dict[tuple[str, dt.date], list[Span]]:
    """Return the spans open for visits of each (doctor's user id, day) that has any: one query."""
    return {key: plan.open for key, plan in day_plans(doctors, days).items() if plan.open}


def widened(times: dict[tuple[str, dt.date], list[Busy]], length: Length | None) -> dict:
    """Return the spans that a visit of `length` must keep clear of, of each (doctor's user id, day)."""
    before, after = (length.before, length.after) if length else (0, 0)
    return defaultdict(
        list,
        {key: [widen(busy, before=before, after=after) for busy in of_day] for key, of_day in times.items()},
    )


def patient_spans(patient: Patient, first: dt.date, last: dt.date, *, besides: Besides = None):
    """Return the spans that a patient's visits take up on each day: one query."""
    visits = Appointment.objects.occupying().filter(
        patient=patient, appointment_date__range=(first, last), is_overbooked=False
    )
    visits = without(visits, besides)
    spans = defaultdict(list)
    for day, time, minutes in visits.values_list("appointment_date", "appointment_time", "duration"):
        start = minute_of(time)
        spans[day].append((start, start + minutes))
    return spans


def free_days(
    doctor: User,
    first: dt.date,
    last: dt.date,
    *,
    length: Length | None = None,
    besides: Appointment | None = None,
    elsewhere: Mapping[dt.date, list[Span]] | None = None,
    window: Window | None = None,
    calendar: Calendar | None = None,
) -> Iterator[tuple[dt.date, list[Slot]]]:
    """Yield the days from `first` to `last` on which a doctor has free slots, with these; none in the past.

    One query, with `calendar` none; what is free on a day is worked out when it is asked for.

    Args:
        doctor: an account with a doctor's profile, loaded with it.
        length: of the visit, by default the doctor's.
        besides: a visit that is about to move, and so does not count as booked.
        elsewhere: the spans of each day at which the patient has a visit, as of `patient_spans`; they are left out.
        window: the first and the last moment at which a visit may start, as patients' rules have it.
        calendar: the doctor's, read for these days.
    """
    now = timezone.localtime()
    first = max(first, now.date())
    if first > last or not doctor.is_active:
        return
    length = length or Length.of(doctor)
    calendar = calendar or Calendar([doctor], first, last, besides=besides)
    elsewhere = elsewhere or {}
    for day in (first + dt.timedelta(days=n) for n in range((last - first).days + 1)):
        hours = calendar.plan(doctor, day).open
        taken = calendar.taken(doctor, day, before=length.before, after=length.after) if hours else []
        slots = _slots_on(day, hours, [*taken, *elsewhere.get(day, ())], doctor=doctor, length=length, now=now)
        if window:
            slots = [slot for slot in slots if window[0] <= slot.starts_at(now.tzinfo) <= window[1]]
        if slots:
            yield day, slots


def free_slots(doctor: User, first: dt.date, last: dt.date, *, patient: Patient | None = None, **wanted) -> list[Slot]:
    """Return the free slots of a doctor from day `first` to day `last`: one query, with `patient` two.

    Args:
        patient: somebody who cannot be in two places: times at which this patient has a visit are left out.
        wanted: as for `free_days`.
    """
    if patient:
        wanted["elsewhere"] = patient_spans(patient, first, last, besides=wanted.get("besides"))
    return [slot for _day, slots in free_days(doctor, first, last, **wanted) for slot in slots]


def slots_between(doctor: User, hours, taken, *, length: Length, now: dt.datetime) -> list[Slot]:
    """Return the slots that lie in `hours` and keep clear of `taken`, at times that the clock shows, none before `now`.

    Args:
        hours: spans of each (doctor's user id, day), as of `working_hours`; those of other doctors do not count.
        taken: spans likewise.
    """
    return [
        slot
        for doctor_id, day in hours
        if doctor_id == doctor.pk
        for slot in _slots_on(day, hours[doctor_id, day], taken[doctor_id, day], doctor=doctor, length=length, now=now)
    ]


def _slots_on(
    day: dt.date, hours: list[Span], taken: list[Span], *, doctor: User, length: Length, now: dt.datetime
) -> list[Slot]:
    earliest = minute_of(now.time()) + 1 if day == now.date() else 0
    starts = [
        start
        for span in hours
        for start in free_starts(span, taken, length=length.minutes, step=doctor.doctor.slot_minutes, earliest=earliest)
    ]
    if not has_even_clock(day, now.tzinfo):
        starts = [start for start in starts if exists(day, start, now.tzinfo)]
    return [Slot(day, time_of(start), length.minutes) for start in starts]


def colleagues_free(
    colleagues: list[User],
    day: dt.date,
    time: dt.time,
    *,
    visit_type: VisitType | None = None,
    elsewhere: list[Span] = (),
) -> Iterator[User]:
    """Yield those of `colleagues` (accounts with profiles) who are free at exactly this time: one query."""
    calendar = Calendar(colleagues, day, day)
    for other in colleagues:
        length = Length.of(other, visit_type)
        visit = (minute_of(time), minute_of(time) + length.minutes)
        taken = calendar.taken(other, day, before=length.before, after=length.after)
        is_free = not any(overlaps(span, visit) for span in [*taken, *elsewhere])
        if is_free and fits(calendar.plan(other, day).open, visit[0], length.minutes):
            yield other


def calendar_around(doctor: User, day: dt.date, *, besides: Besides = None) -> Calendar:
    """Read what `offers` needs to know of the doctor, and `day_slots` mostly."""
    first = max(day - dt.timedelta(days=NEAREST_DAYS // 2), timezone.localdate())
    return Calendar([doctor], first, first + dt.timedelta(days=NEAREST_DAYS), besides=besides)


def offers(
    doctor: User,
    day: dt.date,
    time: dt.time,
    *,
    colleagues=(),
    visit_type: VisitType | None = None,
    length: Length | None = None,
    besides: Appointment | None = None,
    patient: Patient | None = None,
    window: Window | None = None,
    calendar: Calendar | None = None,
) -> list[Offer]:
    """Return what can be offered instead of a time that is not free: the doctor's nearest, then others at that time.

    The doctor's are within two weeks. Three queries, with `calendar` (as of `calendar_around`) two.
    """
    first = max(day - dt.timedelta(days=NEAREST_DAYS // 2), timezone.localdate())
    last = first + dt.timedelta(days=NEAREST_DAYS)
    elsewhere = patient_spans(patient, first, last, besides=besides) if patient else {}
    known = {"elsewhere": elsewhere, "window": window, "calendar": calendar}
    free = free_days(doctor, first, last, length=length, besides=besides, **known)
    slots = nearest((slot for _day, slots in free for slot in slots), day, time, NEAREST)
    found = [Offer(doctor, slot, _distance(slot, day, time)) for slot in slots]
    earliest, latest = window or (timezone.now(), None)
    wanted = dt.datetime.combine(day, time, tzinfo=timezone.get_current_timezone())
    if wanted > earliest and (latest is None or wanted <= latest):
        others = [other for other in colleagues if other.pk != doctor.pk]
        at_that_time = colleagues_free(others, day, time, visit_type=visit_type, elsewhere=elsewhere.get(day, ()))
        found += [
            Offer(other, Slot(day, time, Length.of(other, visit_type).minutes), _("same time"))
            for other in islice(at_that_time, COLLEAGUES)
        ]
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
    length: Length
    fee: Decimal
    offers: list[Offer]
    next_days: list[tuple[dt.date, int]]


def day_slots(
    doctor: User,
    day: dt.date,
    *,
    visit_type: VisitType | None = None,
    besides: Appointment | None = None,
    length: Length | None = None,
    window: Window | None = None,
    calendar: Calendar | None = None,
) -> DaySlots:
    """Return the free slots of a day for a kind of visit, and the next days with free ones, each with their number.

    Args:
        length: another length than that of the kind, as of a visit that moves.
        window: the first and the last moment at which the visit may start.
        calendar: the doctor's, as of `calendar_around`; where it ends too early, the rest is read.
    """
    length = length or Length.of(doctor, visit_type)
    today = timezone.localdate()
    after = max(day, today)
    until = after + dt.timedelta(days=DAYS_SHOWN)
    free, next_days = [], []
    wanted = {"besides": besides, "length": length, "window": window}
    known = free_days(doctor, day, calendar.last, calendar=calendar, **wanted) if calendar else ()
    unknown = free_days(doctor, calendar.last + dt.timedelta(days=1) if calendar else day, until, **wanted)
    for free_day, slots in chain(known, unknown):
        if free_day == day:
            free = [Offer(doctor, slot) for slot in slots]
        else:
            next_days.append((free_day, len(slots)))
        if len(next_days) == NEAREST:
            break
    return DaySlots(
        doctor=doctor,
        day=day,
        length=length,
        fee=fee_of(doctor.doctor, visit_type),
        offers=free,
        next_days=next_days,
    )


class WeeklyHours:
    """The hours and breaks of a doctor's week as they are stored, with their version."""

    def __init__(self, doctor: Doctor):
        self.doctor = doctor
        self.rows = {row.day_of_week: row for row in doctor.availability.all()}
        self.breaks = defaultdict(list)
        for row in doctor.breaks.order_by("start_time"):
            self.breaks[row.day_of_week].append(row)

    @property
    def version(self) -> str:
        """Return the token that the form carries to tell whether the hours have changed since.

        A break that is gone shows in the number of rows, every other change in the latest time.
        """
        rows = [self.doctor, *self.rows.values(), *(row for of_day in self.breaks.values() for row in of_day)]
        return f"{max(row.updated_at for row in rows).isoformat()}/{len(rows)}"


def is_within_hours(calendar: Calendar, doctor: User, day: dt.date, time: dt.time, minutes: int) -> bool:
    """Tell whether a visit lies within the doctor's open hours, at a time that the clock shows that day."""
    start = minute_of(time)
    return fits(calendar.plan(doctor, day).open, start, minutes) and exists(day, start, timezone.get_current_timezone())


def is_clear(calendar: Calendar, doctor: User, day: dt.date, time: dt.time, length: Length) -> bool:
    """Tell whether a visit keeps clear of other visits, of their buffers, and of slots held by offers."""
    start = minute_of(time)
    taken = calendar.taken(doctor, day, before=length.before, after=length.after)
    return not any(overlaps(span, (start, start + length.minutes)) for span in taken)


def booking_window(rules: SchedulingRules) -> Window:
    """Return the first and the last moment at which a visit that a patient books may start."""
    now = timezone.now()
    return now + dt.timedelta(hours=rules.min_notice_hours), now + dt.timedelta(days=rules.horizon_days)


def window_of(user: User) -> Window | None:
    """Return when the visits that this person books may start: patients' have bounds, and one query finds them."""
    return booking_window(SchedulingRules.objects.current()) if user.role == Role.PATIENT else None


def is_changeable_by_patient(appointment: Appointment, rules: SchedulingRules) -> bool:
    """Tell whether a patient may still move or cancel the visit without calling."""
    return appointment.starts_at - timezone.now() >= dt.timedelta(hours=rules.change_notice_hours)
