"""Changes of consultations: begin, write, complete, put away."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit.bulk import Changes
from accounts.models import User
from clinical.case import Layout
from clinical.models import Consultation
from clinical.reading import Note, read_note
from clinical.services.locks import lock_consultation, require_own
from clinical.services.notes import write_note
from clinical.services.prescriptions import archive_prescription, prescribe_in, sign_drafts
from clinical.services.signatures import sign_note
from clinical.signals import consultation_completed
from homeo.base.errors import DomainError
from patients.models import Patient
from scheduling import services as scheduling
from scheduling.models import DEFAULT_SLOT_MINUTES, LONGEST_VISIT, Appointment


def schedule_consultation(*, actor: User, appointment: Appointment) -> Consultation:
    """Make the SCHEDULED consultation of a visit, or take back that the patient did not come."""
    return _consultation_of(appointment, Consultation.Status.SCHEDULED)


def record_no_show(*, actor: User, appointment: Appointment) -> Consultation:
    """Keep the visit's consultation as NO_SHOW."""
    return _consultation_of(appointment, Consultation.Status.NO_SHOW)


@transaction.atomic
def cancel_consultation_of(*, actor: User, appointment: Appointment) -> None:
    """Call off the consultation of a visit, where there is one that has not been held."""
    consultation = Consultation.objects.select_for_update(no_key=True).filter(appointment=appointment).first()
    if consultation and Consultation.Status.CANCELLED in consultation.TRANSITIONS.get(consultation.status, ()):
        consultation.change_status(Consultation.Status.CANCELLED)
        consultation.save(update_fields=["status", "updated_at"])


@transaction.atomic
def _consultation_of(appointment, status) -> Consultation:
    consultation = Consultation.objects.select_for_update(no_key=True).filter(appointment=appointment).first()
    if consultation is None:
        consultation = Consultation(
            appointment=appointment,
            patient_id=appointment.patient_id,
            doctor_id=appointment.doctor_id,
            scheduled_at=appointment.starts_at,
            duration=appointment.duration,
            status=status,
        )
        consultation.full_clean()
        consultation.save()
    elif consultation.status != status:
        consultation.change_status(status)
        consultation.archived_at = None
        consultation.save(update_fields=["status", "archived_at", "updated_at"])
    return consultation


@transaction.atomic
def start_consultation(*, actor: User, consultation: Consultation) -> Consultation:
    """Begin to write: the patient is in the room. One that has begun goes on, one that was put away begins again.

    Raises:
        InvalidTransitionError: the consultation is neither one that waits nor one that is being written.
    """
    consultation = lock_consultation(consultation)
    require_own(actor, consultation)
    if consultation.is_writable:
        return consultation
    if consultation.is_archived and consultation.appointment_id:
        # Its visit waits since then, and can have no other consultation.
        consultation.archived_at = None
        consultation.change_status(Consultation.Status.SCHEDULED)
    consultation.change_status(Consultation.Status.IN_PROGRESS)
    consultation.layout = consultation.layout or usual_layout(consultation.patient)
    consultation.save(update_fields=["archived_at", "status", "layout", "updated_at"])
    if consultation.appointment_id:
        scheduling.start_appointment(actor=actor, appointment=consultation.appointment)
    return consultation


@transaction.atomic
def start_unplanned_consultation(*, actor: User, patient: Patient) -> Consultation:
    """Begin to write about a patient who came, or called, without a visit."""
    doctor = getattr(actor, "doctor", None)
    consultation = Consultation(
        patient=patient,
        doctor=actor,
        scheduled_at=timezone.now(),
        duration=doctor.slot_minutes if doctor else DEFAULT_SLOT_MINUTES,
        status=Consultation.Status.IN_PROGRESS,
        layout=usual_layout(patient),
    )
    consultation.full_clean()
    consultation.save()
    return consultation


def usual_layout(patient: Patient) -> Layout:
    """Return the layout of a patient's next note: the case is taken once, and followed up afterwards."""
    is_known = Consultation.objects.active().filter(patient=patient, status=Consultation.Status.COMPLETED).exists()
    return Layout.FOLLOW_UP if is_known else Layout.FIRST


@transaction.atomic
def write_consultation(*, actor: User, consultation: Consultation, **note) -> Consultation:
    """Keep the note of a consultation that is being written; `note` is what `write_locked_consultation` takes.

    Raises:
        DomainError: it is completed or not the doctor's own.
        LinesRefusedError: a line of the prescription is not complete, or needs a reason.
    """
    locked = lock_consultation(consultation)
    return write_locked_consultation(actor=actor, consultation=locked, stored=read_note(actor, locked), **note)


def write_locked_consultation(
    *, actor: User, consultation: Consultation, stored: Note, rx: dict | None = None, **note
) -> Consultation:
    """Keep the note of a consultation that the caller has locked; `note` is what `write_note` takes.

    Args:
        stored: the note as the caller has read it since.
        rx: the prescription of the visit, what `prescribe_in` takes; None leaves it as it is.

    Raises:
        DomainError, LinesRefusedError: see `write_consultation`.
    """
    require_own(actor, consultation)
    consultation.require_writable()
    changes = Changes() if rx is None else prescribe_in(actor=actor, consultation=consultation, **rx)
    changes += write_note(stored=stored, consultation=consultation, **note)
    changes.save(actor=actor)
    return consultation


@transaction.atomic
def complete_consultation(*, actor: User, consultation: Consultation) -> Consultation:
    """Sign the consultation and its prescriptions, complete the visit, and tell the apps above (the bill is drafted).

    Raises:
        DomainError: there is nothing written, it is not one that is being written, or a line of its prescriptions
            needs a reason.
    """
    consultation = lock_consultation(consultation)
    require_own(actor, consultation)
    consultation.require_writable()
    if not consultation.complaints.strip():
        raise DomainError(_("Write down the complaints before you complete the consultation."), field="complaints")
    now = timezone.now()
    consultation.change_status(Consultation.Status.COMPLETED)
    consultation.completed_at = now
    if consultation.appointment_id and consultation.appointment.started_at:
        minutes = (now - consultation.appointment.started_at) // dt.timedelta(minutes=1)
        consultation.duration = min(max(minutes, 1), LONGEST_VISIT)
    consultation.save(update_fields=["status", "completed_at", "duration", "updated_at"])
    sign_drafts(consultation, at=now)
    sign_note(actor=actor, consultation=consultation, signed_at=now)
    if consultation.appointment_id:
        scheduling.complete_appointment(actor=actor, appointment=consultation.appointment)
    consultation_completed.send(sender=Consultation, consultation=consultation, actor=actor)
    return consultation


@transaction.atomic
def write_and_complete_consultation(*, actor: User, consultation: Consultation, **note) -> Consultation:
    """Keep the last words and complete the consultation, both or neither.

    Raises:
        DomainError: see `write_consultation` and `complete_consultation`.
    """
    write_consultation(actor=actor, consultation=consultation, **note)
    return complete_consultation(actor=actor, consultation=consultation)


@transaction.atomic
def archive_consultation(*, actor: User, consultation: Consultation) -> Consultation:
    """Put away a consultation that was begun by mistake, with its drafts; its visit waits again. A signed one stays.

    Raises:
        DomainError: it is signed, or not the doctor's own.
    """
    consultation = lock_consultation(consultation)
    require_own(actor, consultation)
    consultation.require_writable()
    consultation.archived_at = timezone.now()
    consultation.change_status(Consultation.Status.CANCELLED)
    consultation.save(update_fields=["archived_at", "status", "updated_at"])
    for prescription in consultation.prescriptions.active():
        archive_prescription(actor=actor, prescription=prescription)
    if consultation.appointment_id:
        scheduling.unstart_appointment(actor=actor, appointment=consultation.appointment)
    return consultation
