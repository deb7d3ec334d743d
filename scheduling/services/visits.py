"""What happens to a visit on its day, and what may be done with one."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from homeo.base.errors import DomainError
from scheduling import signals
from scheduling.availability import is_changeable_by_patient
from scheduling.models import Appointment, NoticeKind, SchedulingRules
from scheduling.services.locks import lock_appointment
from scheduling.services.notices import announce
from scheduling.services.queue import next_token


def possible_changes(*, actor: User, appointment: Appointment, rules: SchedulingRules | None = None) -> set[str]:
    """Return what the person may do with the visit now, as permission words: "cancel", "check_in" and so on.

    The services refuse the rest; pages show only these. Asks the database for the clinic's rules, unless they are
    given, and only for a patient.
    """
    visit, now = appointment, timezone.now()
    is_asked = visit.status in {visit.Status.PENDING, visit.Status.CONFIRMED} and not visit.started_at
    is_here = bool(visit.checked_in_at and not visit.no_show_at)
    is_todays = visit.appointment_date == timezone.localdate()
    is_ahead = visit.starts_at > now
    can_change = visit.is_open
    if actor.role == Role.PATIENT:
        can_change = (
            visit.is_open and is_ahead and is_changeable_by_patient(visit, rules or SchedulingRules.objects.current())
        )
    possible = {
        "confirm": visit.is_open and visit.status == visit.Status.PENDING,
        "check_in": is_asked and not is_here and is_todays,
        "call": visit.is_open and is_here and is_todays,
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
    if visit.is_open and is_here and actor.has_perm("scheduling.check_in_appointment"):
        words.add("undo_check_in")
    return words


@transaction.atomic
def confirm_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Confirm a visit that was asked for."""
    appointment = lock_appointment(appointment)
    appointment.change_status(Appointment.Status.CONFIRMED)
    appointment.calendar_sequence += 1
    appointment.save(update_fields=["status", "calendar_sequence", "updated_at"])
    announce(appointment, NoticeKind.BOOKED, is_confirmed=True)
    return appointment


@transaction.atomic
def check_in_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Note that the patient has arrived, and give out the token; also to one who was marked as not come.

    A pending visit is confirmed by it. Who is checked in once more keeps the token.

    Raises:
        DomainError: the visit is not today's, has begun or was called off.
    """
    appointment = lock_appointment(appointment)
    if appointment.appointment_date != timezone.localdate():
        raise DomainError(_("Only today's visits can be checked in."))
    if not appointment.no_show_at:
        appointment.require_open()
    if appointment.checked_in_at and not appointment.no_show_at:
        raise DomainError(_("The patient is checked in already."))
    if appointment.status == Appointment.Status.PENDING:
        appointment.change_status(Appointment.Status.CONFIRMED)
    if appointment.token_number is None:
        appointment.token_number = next_token(appointment.appointment_date)
    appointment.checked_in_at, appointment.no_show_at = timezone.now(), None
    appointment.save(update_fields=["status", "token_number", "checked_in_at", "no_show_at", "updated_at"])
    signals.appointment_checked_in.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


@transaction.atomic
def mark_no_show_appointment(*, actor: User | None, appointment: Appointment, reason: str = "") -> Appointment:
    """Note that the patient did not come.

    Args:
        actor: None where no person says so but the clock.
        reason: kept in the history of the visit.

    Raises:
        DomainError: the visit lies ahead, has begun or was called off, or the patient is here.
    """
    appointment = lock_appointment(appointment)
    appointment.require_open()
    if appointment.checked_in_at:
        raise DomainError(_("The patient is checked in."))
    if appointment.starts_at > timezone.now():
        raise DomainError(_("The visit has not begun yet."))
    appointment.no_show_at = timezone.now()
    appointment._change_reason = reason or None
    appointment.save(update_fields=["no_show_at", "updated_at"])
    signals.appointment_not_attended.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


@transaction.atomic
def change_appointment_notes(*, actor: User, appointment: Appointment, notes: str) -> Appointment:
    """Change the note that the visit carries."""
    appointment = lock_appointment(appointment)
    appointment.notes = notes
    appointment.save(update_fields=["notes", "updated_at"])
    return appointment


@transaction.atomic
def start_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Note that the patient is with the doctor."""
    appointment = lock_appointment(appointment)
    appointment.require_open()
    appointment.started_at = timezone.now()
    appointment.save(update_fields=["started_at", "updated_at"])
    return appointment


@transaction.atomic
def unstart_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Take back that the patient is with the doctor: the visit waits again, and is called again."""
    appointment = lock_appointment(appointment)
    appointment.started_at = appointment.called_at = None
    appointment.save(update_fields=["started_at", "called_at", "updated_at"])
    return appointment


@transaction.atomic
def complete_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Note that the visit is over."""
    appointment = lock_appointment(appointment)
    appointment.change_status(Appointment.Status.COMPLETED)
    appointment.save(update_fields=["status", "updated_at"])
    return appointment
