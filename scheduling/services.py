"""Changes of visits and of working hours."""

import datetime as dt

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from homeo.base.errors import DomainError, is_lost_race
from patients.models import Patient
from scheduling import signals
from scheduling.availability import Hours, is_within_hours, visits_outside
from scheduling.models import Appointment, Doctor, DoctorAvailability


class SlotTakenError(DomainError):
    """Somebody else has the time: `clash` is the visit in the way, where it can be told."""

    def __init__(self, message: str, *, clash: Appointment | None = None, is_patients: bool = False):
        super().__init__(message, field="appointment_time")
        self.clash = clash
        self.is_patients = is_patients


class NotBookableError(DomainError):
    """The time is in the past or outside the working hours, or the doctor takes no visits."""


class VisitsOutsideError(DomainError):
    """The new hours leave out `visits` that are booked already."""

    def __init__(self, visits: list[Appointment]):
        super().__init__(_("Visits are booked outside these hours."), field="keep_outside")
        self.visits = visits


def possible_changes(*, actor: User, appointment: Appointment) -> set[str]:
    """Return what the person may do with the visit now, as permission words: "cancel", "check_in" and so on.

    The services refuse the rest; pages show only these.
    """
    visit, now = appointment, timezone.now()
    is_asked = visit.status in {visit.Status.PENDING, visit.Status.CONFIRMED} and not visit.started_at
    is_here = bool(visit.checked_in_at and not visit.no_show_at)
    is_ahead = visit.starts_at > now
    can_change = visit.is_open and (is_ahead or actor.role != Role.PATIENT)
    possible = {
        "confirm": visit.is_open and visit.status == visit.Status.PENDING,
        "check_in": is_asked and not is_here and visit.appointment_date == timezone.localdate(),
        "mark_no_show": visit.is_open and not is_here and not is_ahead,
        "reschedule": can_change and not is_here,
        "cancel": can_change,
    }
    words = {word for word, holds in possible.items() if holds and actor.has_perm(f"scheduling.{word}_appointment")}
    if (
        visit.status == visit.Status.CANCELLED
        and (is_ahead or (actor.role != Role.PATIENT and visit.ends_at > now))
        and actor.has_perm("scheduling.cancel_appointment")
    ):
        words.add("restore")
    return words


@transaction.atomic
def book_appointment(
    *,
    actor: User,
    patient: Patient,
    doctor: User,
    appointment_date: dt.date,
    appointment_time: dt.time,
    duration: int | None = None,
    notes: str = "",
    overbook_reason: str = "",
    status: str = Appointment.Status.CONFIRMED,
) -> Appointment:
    """Book a visit: no two at one time, by the database.

    Args:
        duration: minutes, by default those of the doctor's slots.
        overbook_reason: with one the visit is *overbooked*: it stands beside others, or outside the working hours.
        status: CONFIRMED by the front desk, PENDING where a patient asks for it.

    Raises:
        NotBookableError: in the past, outside the hours, the doctor takes no visits, or the patient is archived.
        SlotTakenError: the doctor or the patient has another visit then.
    """
    doctor = _lock_doctor(doctor)
    appointment = Appointment(
        patient=patient,
        doctor=doctor,
        appointment_date=appointment_date,
        appointment_time=appointment_time,
        duration=duration or doctor.doctor.slot_minutes,
        notes=notes,
        status=status,
        is_overbooked=bool(overbook_reason),
        overbook_reason=overbook_reason,
        booked_by=actor,
    )
    _require_bookable(appointment)
    _save_without_clash(appointment)
    return appointment


@transaction.atomic
def confirm_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Confirm a visit that was asked for."""
    appointment = _locked(appointment)
    appointment.change_status(Appointment.Status.CONFIRMED)
    appointment.save(update_fields=["status", "updated_at"])
    return appointment


@transaction.atomic
def reschedule_appointment(
    *,
    actor: User,
    appointment: Appointment,
    doctor: User,
    appointment_date: dt.date,
    appointment_time: dt.time,
    overbook_reason: str = "",
) -> Appointment:
    """Move a visit: the old one becomes RESCHEDULED and points to the new one, which is returned.

    Moved by the patient it has to be confirmed again.

    Raises:
        DomainError: the visit has begun, is over or was called off; or see `book_appointment`.
    """
    doctor = _lock_doctor(doctor)
    old = _locked(appointment)
    old.require_open()
    _require_ahead_for_patient(actor, old)
    if old.checked_in_at:
        raise DomainError(_("The patient has arrived: the visit cannot be moved any more."))
    new = Appointment(
        patient=old.patient,
        doctor=doctor,
        appointment_date=appointment_date,
        appointment_time=appointment_time,
        duration=old.duration if doctor.pk == old.doctor_id else doctor.doctor.slot_minutes,
        notes=old.notes,
        status=Appointment.Status.PENDING if actor.role == Role.PATIENT else old.status,
        is_overbooked=bool(overbook_reason),
        overbook_reason=overbook_reason,
        booked_by=actor,
    )
    _require_bookable(new)
    # The old visit gives up its time first. It points to the new one before that exists: foreign keys are checked at
    # the end of the transaction.
    old.change_status(Appointment.Status.RESCHEDULED)
    old.rescheduled_to_id = new.pk
    old.save(update_fields=["status", "rescheduled_to", "updated_at"])
    _save_without_clash(new)
    signals.appointment_cancelled.send(sender=Appointment, appointment=old, actor=actor)
    return new


@transaction.atomic
def cancel_appointment(*, actor: User, appointment: Appointment, reason: str) -> Appointment:
    """Call off a visit and free its slot.

    Raises:
        DomainError: the visit has begun, is over or was called off already.
    """
    appointment = _locked(appointment)
    appointment.require_open()
    _require_ahead_for_patient(actor, appointment)
    appointment.change_status(Appointment.Status.CANCELLED)
    appointment.cancel_reason = reason
    appointment.full_clean(validate_unique=False)
    appointment.save(update_fields=["status", "cancel_reason", "updated_at"])
    signals.appointment_cancelled.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


def cancelled_by(appointment: Appointment) -> str | None:
    """Return the id of the account that called the visit off, where it is known."""
    last = appointment.history.filter(status=Appointment.Status.CANCELLED).order_by("history_date").last()
    return last.history_user_id if last else None


@transaction.atomic
def restore_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Take back a cancellation, if the slot is still free and lies ahead: the visit is what it was before.

    A patient takes back only what the same person called off.

    Raises:
        DomainError: the clinic called the visit off.
        NotBookableError: the time has passed.
        SlotTakenError: somebody else has the slot.
    """
    _lock_doctor(appointment.doctor)
    appointment = _locked(appointment)
    if actor.role == Role.PATIENT and cancelled_by(appointment) != actor.pk:
        raise DomainError(_("The clinic cancelled this visit. Please ask for a new time."))
    _require_ahead_for_patient(actor, appointment)
    before = appointment.history.exclude(status=Appointment.Status.CANCELLED).order_by("history_date").last()
    appointment.change_status(before.status if before else Appointment.Status.PENDING)
    appointment.cancel_reason = ""
    if appointment.ends_at < timezone.now():
        raise NotBookableError(_("This time has passed."))
    _save_without_clash(appointment, update_fields=["status", "cancel_reason", "updated_at"])
    if appointment.checked_in_at:
        signals.appointment_checked_in.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


@transaction.atomic
def check_in_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Note that the patient has arrived; also one who was marked as not come. A pending visit is confirmed by it.

    Raises:
        DomainError: the visit is not today's, has begun or was called off.
    """
    appointment = _locked(appointment)
    if appointment.appointment_date != timezone.localdate():
        raise DomainError(_("Only today's visits can be checked in."))
    if not appointment.no_show_at:
        appointment.require_open()
    if appointment.checked_in_at and not appointment.no_show_at:
        raise DomainError(_("The patient is checked in already."))
    if appointment.status == Appointment.Status.PENDING:
        appointment.change_status(Appointment.Status.CONFIRMED)
    appointment.checked_in_at, appointment.no_show_at = timezone.now(), None
    appointment.save(update_fields=["status", "checked_in_at", "no_show_at", "updated_at"])
    signals.appointment_checked_in.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


@transaction.atomic
def mark_no_show_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Note that the patient did not come.

    Raises:
        DomainError: the visit lies ahead, has begun or was called off, or the patient is here.
    """
    appointment = _locked(appointment)
    appointment.require_open()
    if appointment.checked_in_at:
        raise DomainError(_("The patient is checked in."))
    if appointment.starts_at > timezone.now():
        raise DomainError(_("The visit has not begun yet."))
    appointment.no_show_at = timezone.now()
    appointment.save(update_fields=["no_show_at", "updated_at"])
    signals.appointment_not_attended.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


@transaction.atomic
def change_appointment_notes(*, actor: User, appointment: Appointment, notes: str) -> Appointment:
    """Change the note that the visit carries."""
    appointment = _locked(appointment)
    appointment.notes = notes
    appointment.save(update_fields=["notes", "updated_at"])
    return appointment


@transaction.atomic
def start_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Note that the patient is with the doctor."""
    appointment = _locked(appointment)
    appointment.require_open()
    appointment.started_at = timezone.now()
    appointment.save(update_fields=["started_at", "updated_at"])
    return appointment


@transaction.atomic
def unstart_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Take back that the patient is with the doctor: the visit waits again."""
    appointment = _locked(appointment)
    appointment.started_at = None
    appointment.save(update_fields=["started_at", "updated_at"])
    return appointment


@transaction.atomic
def complete_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Note that the visit is over."""
    appointment = _locked(appointment)
    appointment.change_status(Appointment.Status.COMPLETED)
    appointment.save(update_fields=["status", "updated_at"])
    return appointment


@transaction.atomic
def set_availability(*, actor: User, doctor: Doctor, hours: Hours, keep_outside: bool = False) -> None:
    """Set the weekly hours of a doctor.

    Args:
        hours: for a day of the week (0 is Sunday) from when until when, or None for a day off. Hours of a day off are
            kept, marked as not available.
        keep_outside: visits that are booked outside the new hours are known, and stay.

    Raises:
        VisitsOutsideError: there are such visits, and nobody has said that they stay.
    """
    # Whoever books takes this lock first: no visit slips in between the look at the visits and the new hours.
    User.objects.select_for_update(no_key=True).get(pk=doctor.user_id)
    if not keep_outside and (outside := visits_outside(doctor.user, hours)):
        raise VisitsOutsideError(outside)
    stored = {row.day_of_week: row for row in doctor.availability.select_for_update()}
    for day, span in hours.items():
        row = stored.get(day)
        if row is None:
            if span is None:
                continue
            row = DoctorAvailability(doctor=doctor, day_of_week=day)
        before = (row.start_time, row.end_time, row.is_available)
        row.is_available = span is not None
        if span is not None:
            row.start_time, row.end_time = span
        if row._state.adding or before != (row.start_time, row.end_time, row.is_available):
            row.full_clean()
            row.save()


def _lock_doctor(doctor: User) -> User:
    """Lock the doctor's account so that bookings of one doctor come one after another, and return it with its profile.

    Without the lock many simultaneous inserts wait for each other on the exclusion constraint and deadlock.
    """
    locked = User.objects.select_for_update(no_key=True, of=("self",)).select_related("doctor").get(pk=doctor.pk)
    if locked.role != Role.DOCTOR or not locked.is_active or not hasattr(locked, "doctor"):
        raise NotBookableError(_("This doctor takes no visits."), field="doctor")
    return locked


def _locked(appointment: Appointment) -> Appointment:
    return (
        Appointment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("patient__user", "doctor")
        .get(pk=appointment.pk)
    )


def _require_ahead_for_patient(actor: User, appointment: Appointment) -> None:
    if actor.role == Role.PATIENT and appointment.starts_at <= timezone.now():
        raise DomainError(_("The time of this visit has come. Please call the clinic."))


def _require_bookable(appointment: Appointment) -> None:
    if appointment.starts_at <= timezone.now():
        raise NotBookableError(_("This time has passed. Choose a later one."), field="appointment_time")
    if not appointment.is_overbooked and not is_within_hours(
        appointment.doctor, appointment.appointment_date, appointment.appointment_time, appointment.duration
    ):
        raise NotBookableError(
            _("%(doctor)s does not work then.") % {"doctor": appointment.doctor.display_name},
            field="appointment_time",
        )


def _save_without_clash(appointment: Appointment, update_fields: list[str] | None = None) -> None:
    """Validate and save under the exclusion constraints; a lost race is told as a taken slot."""
    # The patient's row, after the doctor's and never before it: two doctors' bookings of one patient take turns.
    if Patient.objects.select_for_update(no_key=True).get(pk=appointment.patient_id).is_archived:
        raise NotBookableError(_("This patient is archived."), field="patient")
    try:
        with transaction.atomic():
            appointment.full_clean(validate_unique=False)
            appointment.save(update_fields=update_fields)
    except ValidationError as error:
        raise _as_domain_error(error, appointment) from error
    except DatabaseError as error:
        if not is_lost_race(error):
            raise
        clash = _clash(appointment, doctor=appointment.doctor)
        raise SlotTakenError(_("Somebody else booked this time a moment ago."), clash=clash) from error


def _as_domain_error(error: ValidationError, appointment: Appointment) -> DomainError:
    for field, errors in error.error_dict.items():
        for item in errors:
            if item.code == "taken":
                return SlotTakenError(item.message, clash=_clash(appointment, doctor=appointment.doctor))
            if item.code == "patient_taken":
                clash = _clash(appointment, patient=appointment.patient)
                return SlotTakenError(item.message, clash=clash, is_patients=True)
            name = None if field == NON_FIELD_ERRORS else field
            return DomainError(" ".join(item.messages), field=name)
    raise error


def _clash(appointment: Appointment, **whose) -> Appointment | None:
    """Return the visit that overlaps, with the people in it."""
    visits = (
        Appointment.objects.occupying()
        .on(appointment.appointment_date)
        .filter(is_overbooked=False, **whose)
        .exclude(pk=appointment.pk)
        .select_related("patient__user", "doctor", "booked_by")
    )
    return next((v for v in visits if v.starts_at < appointment.ends_at and appointment.starts_at < v.ends_at), None)
