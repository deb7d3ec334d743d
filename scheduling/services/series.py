"""Visits that recur: booked, moved and called off together, all of them or none."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import bulk
from accounts.models import User
from homeo.base.errors import DomainError
from patients.models import Patient
from scheduling.availability import Length, is_clear, patient_spans
from scheduling.calendar import Calendar
from scheduling.errors import SeriesRefusedError, SlotTakenError
from scheduling.models import LONGEST_SERIES, Appointment, SchedulingRules, VisitSeries, VisitType
from scheduling.services.booking import (
    cancel_appointment,
    lock_active_patient,
    require_ahead,
    require_hours,
    require_valid,
    reschedule_appointment,
)
from scheduling.services.locks import lock_appointments, lock_doctor
from scheduling.services.notices import notices_of_new, send_later
from scheduling.slots import minute_of, overlaps

SHORTEST_SERIES = 2


class Scope(TextChoices):
    """Which visits of a series a change is about."""

    ONE = "ONE", gettext_lazy("Only this visit")
    FOLLOWING = "FOLLOWING", gettext_lazy("This visit and those that follow")
    ALL = "ALL", gettext_lazy("All coming visits of the series")


@dataclass(frozen=True)
class Move:
    """A visit and the time to which it goes."""

    appointment: Appointment
    date: dt.date
    time: dt.time

    @property
    def length(self) -> dt.timedelta:
        """Return how long the visit takes."""
        return dt.timedelta(minutes=self.appointment.duration)

    def stands_in(self, other: "Move") -> bool:
        """Tell whether the visit, before it moves, is where `other` wants to go; with the buffers of both."""
        mine, theirs = self.appointment, other.appointment
        around = dt.timedelta(
            minutes=max(mine.buffer_before, theirs.buffer_after, mine.buffer_after, theirs.buffer_before)
        )
        start = dt.datetime.combine(mine.appointment_date, mine.appointment_time)
        wanted = dt.datetime.combine(other.date, other.time)
        return start - around < wanted + other.length and wanted < start + self.length + around


@dataclass(frozen=True)
class SeriesPlace:
    """Which visit of a series one is, of how many that are not called off; ids of those before and after.

    `number` is None for a visit that was called off or moved away.
    """

    series_id: str
    number: int | None
    count: int
    previous: str | None = None
    next: str | None = None


def place_in_series(*, actor: User, appointment: Appointment) -> SeriesPlace | None:
    """Return the place of a visit in its series, None for a visit without one."""
    if appointment.series_id is None:
        return None
    visits = Appointment.objects.for_user(actor).filter(series=appointment.series_id).occupying().by_time()
    ids = list(visits.values_list("pk", flat=True))
    if appointment.pk not in ids:
        return SeriesPlace(appointment.series_id, None, len(ids))
    at = ids.index(appointment.pk)
    before, after = ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None
    return SeriesPlace(appointment.series_id, at + 1, len(ids), before, after)


def changeable_visits(*, actor: User, appointment: Appointment, scope: str) -> list[Appointment]:
    """Return the visits of the visit's series that a change would reach, by time: open ones that lie ahead.

    Args:
        scope: of `Scope`.
    """
    visits = (
        Appointment.objects.for_user(actor)
        .filter(
            series=appointment.series_id,
            status__in=[Appointment.Status.PENDING, Appointment.Status.CONFIRMED],
            checked_in_at=None,
            started_at=None,
            no_show_at=None,
        )
        .from_now(timezone.localtime())
    )
    if scope == Scope.ONE:
        visits = visits.filter(pk=appointment.pk)
    if scope == Scope.FOLLOWING:
        day, time = appointment.appointment_date, appointment.appointment_time
        visits = visits.filter(
            Q(appointment_date__gt=day) | Q(appointment_date=day, appointment_time__gte=time),
        )
    return list(visits.with_people().by_time())


@transaction.atomic
def book_series(
    *,
    actor: User,
    patient: Patient,
    doctor: User,
    frequency: str,
    interval: int,
    times: Sequence[tuple[dt.date, dt.time]],
    visit_type: VisitType | None = None,
    notes: str = "",
) -> VisitSeries:
    """Book a visit at each of `times`, as one series: all of them or none.

    Args:
        frequency, interval: the rule by which the times were found, for the record.
        notes: the same for each visit.

    Raises:
        SeriesRefusedError: some of the times cannot be booked.
        DomainError: these are fewer than 2 or more than 52 visits.
        NotBookableError: the patient is archived or the doctor takes no visits.
    """
    if not SHORTEST_SERIES <= len(times) <= LONGEST_SERIES:
        raise DomainError(
            _("A series has %(least)d to %(most)d visits.") % {"least": SHORTEST_SERIES, "most": LONGEST_SERIES}
        )
    doctor = lock_doctor(doctor)
    patient = lock_active_patient(patient)
    series = VisitSeries(
        patient=patient,
        doctor=doctor,
        frequency=frequency,
        interval=interval,
        first_date=min(times)[0],
        count=len(times),
        created_by=actor,
    )
    length = Length.of(doctor, visit_type)
    visits = [
        Appointment(
            patient=patient,
            doctor=doctor,
            appointment_date=date,
            appointment_time=time,
            duration=length.minutes,
            buffer_before=length.before,
            buffer_after=length.after,
            visit_type=visit_type,
            series=series,
            notes=notes,
            status=Appointment.Status.CONFIRMED,
            booked_by=actor,
        )
        for date, time in times
    ]
    if refusals := _refusals(visits, doctor, patient):
        raise SeriesRefusedError(refusals)
    notices = notices_of_new(visits, SchedulingRules.objects.current())
    bulk.create([series, *visits, *notices], actor=actor)
    send_later(notices)
    return series


def _refusals(visits: list[Appointment], doctor: User, patient: Patient) -> dict[int, DomainError]:
    """Return why visits of one doctor and one patient, both locked, cannot be booked, by their place: two queries."""
    days = [visit.appointment_date for visit in visits]
    calendar = Calendar([doctor], min(days), max(days))
    elsewhere = patient_spans(patient, min(days), max(days))
    refusals = {}
    for place, visit in enumerate(visits):
        length, when = Length.as_booked(visit), (visit.appointment_date, visit.appointment_time)
        start = minute_of(visit.appointment_time)
        try:
            require_valid(visit)
            require_ahead(visit)
            require_hours(visit, calendar)
            if not is_clear(calendar, doctor, *when, length):
                raise SlotTakenError(_("The doctor already has a visit at that time."))
            if any(overlaps(span, (start, start + visit.duration)) for span in elsewhere[visit.appointment_date]):
                raise SlotTakenError(_("The patient already has a visit at that time."), is_patients=True)
        except DomainError as error:
            refusals[place] = error
        else:
            calendar.take(doctor, *when, length)
    return refusals


@transaction.atomic
def move_visits(*, actor: User, doctor: User, moves: Sequence[Move]) -> list[Appointment]:
    """Move visits of a series to `doctor`, all of them or none; they stay in the series and the same in calendars.

    Raises:
        SeriesRefusedError: some of them cannot move there.
        DomainError: there is nothing to move.
    """
    if not moves:
        raise DomainError(_("Choose a new time for at least one visit."))
    doctor = lock_doctor(doctor)
    stored = {visit.pk: visit for visit in lock_appointments([move.appointment for move in moves])}
    waiting = {place: Move(stored[m.appointment.pk], m.date, m.time) for place, m in enumerate(moves)}
    moved, refusals = [], {}
    while waiting:
        # First those whose new time is not that of a visit which has yet to make room for them.
        place = next(
            (
                place
                for place, move in waiting.items()
                if not any(other.stands_in(move) for other in waiting.values() if other is not move)
            ),
            next(iter(waiting)),
        )
        move = waiting.pop(place)
        try:
            moved.append(
                reschedule_appointment(
                    actor=actor,
                    appointment=move.appointment,
                    doctor=doctor,
                    appointment_date=move.date,
                    appointment_time=move.time,
                    length=Length.after_move(move.appointment, doctor),
                )
            )
        except DomainError as error:
            refusals[place] = error
    if refusals:
        raise SeriesRefusedError(refusals)
    return moved


@transaction.atomic
def cancel_visits(
    *, actor: User, appointment: Appointment, scope: str, reason: str, expected: int
) -> list[Appointment]:
    """Call off visits of a series: open ones that lie ahead. Each can be restored by itself.

    Args:
        scope: of `Scope`, seen from `appointment`.
        expected: how many visits the person was told it would be.

    Raises:
        DomainError: there are none, or not as many as was said.
    """
    reached = changeable_visits(actor=actor, appointment=appointment, scope=scope)
    visits = lock_appointments(reached)
    if len(visits) != expected or not all(visit.is_open for visit in visits):
        raise DomainError(_("Somebody else has changed this series. Look at the numbers again."))
    if not visits:
        raise DomainError(_("There is no coming visit to cancel."))
    return [cancel_appointment(actor=actor, appointment=visit, reason=reason) for visit in visits]
