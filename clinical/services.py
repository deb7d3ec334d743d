"""Changes in the consulting room: consultations and prescriptions."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinical import follow_ups
from clinical.models import Consultation, Prescription, PrescriptionItem
from clinical.signals import consultation_completed
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from patients.models import Patient
from scheduling import services as scheduling
from scheduling.models import DEFAULT_SLOT_MINUTES, LONGEST_VISIT, Appointment

TEXTS = ("complaints", "diagnosis", "prescription", "notes")


def lock_consultation(consultation: Consultation) -> Consultation:
    """Return the consultation, locked after its visit: whoever changes a visit locks them in this order too.

    The other way round, a visit that is called off while its consultation is completed would deadlock.
    """
    if consultation.appointment_id:
        Appointment.objects.select_for_update(no_key=True).get(pk=consultation.appointment_id)
    return Consultation.objects.select_for_update(no_key=True).get(pk=consultation.pk)


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
        consultation.save(update_fields=["status", "updated_at"])
    return consultation


@transaction.atomic
def start_consultation(*, actor: User, consultation: Consultation) -> Consultation:
    """Begin to write: the patient is in the room. One that has begun goes on, one that was put away begins again.

    Raises:
        InvalidTransitionError: the consultation is neither one that waits nor one that is being written.
    """
    consultation = lock_consultation(consultation)
    _require_own(actor, consultation)
    if consultation.is_writable:
        return consultation
    if consultation.is_archived and consultation.appointment_id:
        # Its visit waits since then, and can have no other consultation.
        consultation.archived_at = None
        consultation.change_status(Consultation.Status.SCHEDULED)
    consultation.change_status(Consultation.Status.IN_PROGRESS)
    consultation.save(update_fields=["archived_at", "status", "updated_at"])
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
    )
    consultation.full_clean()
    consultation.save()
    return consultation


@transaction.atomic
def write_consultation(*, actor: User, consultation: Consultation, **texts: str) -> Consultation:
    """Keep the text of a consultation that is being written.

    Raises:
        DomainError: it is completed or not the doctor's own.
    """
    consultation = lock_consultation(consultation)
    _require_own(actor, consultation)
    consultation.require_writable()
    for name in TEXTS:
        setattr(consultation, name, texts.get(name, getattr(consultation, name)))
    consultation.full_clean(validate_unique=False)
    consultation.save(update_fields=[*TEXTS, "updated_at"])
    return consultation


@transaction.atomic
def complete_consultation(*, actor: User, consultation: Consultation) -> Consultation:
    """Sign the consultation and its prescriptions, complete the visit, and tell the apps above (the bill is drafted).

    Raises:
        DomainError: there is nothing written, or it is not one that is being written.
    """
    consultation = lock_consultation(consultation)
    _require_own(actor, consultation)
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
    drafts = consultation.prescriptions.select_for_update(no_key=True).active().filter(signed_at__isnull=True)
    for prescription in drafts:
        prescription.signed_at = now
        prescription.save(update_fields=["signed_at", "updated_at"])
        follow_ups.expect_after(prescription)
    if consultation.appointment_id:
        scheduling.complete_appointment(actor=actor, appointment=consultation.appointment)
    consultation_completed.send(sender=Consultation, consultation=consultation, actor=actor)
    return consultation


@transaction.atomic
def write_and_complete_consultation(*, actor: User, consultation: Consultation, **texts: str) -> Consultation:
    """Keep the last words and complete the consultation, both or neither.

    Raises:
        DomainError: see `write_consultation` and `complete_consultation`.
    """
    write_consultation(actor=actor, consultation=consultation, **texts)
    return complete_consultation(actor=actor, consultation=consultation)


@transaction.atomic
def write_prescription(
    *,
    actor: User,
    patient: Patient,
    items: list[dict],
    notes: str = "",
    consultation: Consultation | None = None,
    prescription: Prescription | None = None,
) -> Prescription:
    """Save a prescription with its lines, new or instead of the lines of a draft.

    Within a consultation that is being written it stays a draft, signed when the consultation is completed; without
    one it is signed at once.

    Args:
        items: the lines in order, each a dict of medicine_name, potency, dosage, frequency, duration and notes.

    Raises:
        DomainError: no lines, a signed prescription, or a consultation that is not being written by the actor.
    """
    if not items:
        raise DomainError(_("Write at least one remedy."))
    if consultation is not None:
        consultation = lock_consultation(consultation)
        _require_own(actor, consultation)
        consultation.require_writable()
    if prescription is None:
        prescription = Prescription(patient=patient, doctor=actor, consultation=consultation)
    else:
        prescription = Prescription.objects.select_for_update(no_key=True).get(pk=prescription.pk)
        if not prescription.is_draft or prescription.doctor_id != actor.pk:
            raise DomainError(_("A signed prescription stays as it is: write a new one."))
    prescription.notes = notes
    prescription.signed_at = None if consultation else timezone.now()
    prescription.full_clean()
    prescription.save()
    _replace_items(prescription, items)
    if prescription.is_signed:
        follow_ups.expect_after(prescription)
    return prescription


def _replace_items(prescription: Prescription, items: list[dict]) -> None:
    kept = {item.pk: item for item in prescription.items.all()}
    for position, values in enumerate(items):
        item = kept.pop(values.get("id"), None) or PrescriptionItem(id=new_id(), prescription=prescription)
        for name, value in values.items():
            if name != "id":
                setattr(item, name, value)
        item.position = position
        item.full_clean()
        item.save()
    for item in kept.values():
        item.delete()


@transaction.atomic
def archive_consultation(*, actor: User, consultation: Consultation) -> Consultation:
    """Put away a consultation that was begun by mistake, with its drafts; its visit waits again. A signed one stays.

    Raises:
        DomainError: it is signed, or not the doctor's own.
    """
    consultation = lock_consultation(consultation)
    _require_own(actor, consultation)
    consultation.require_writable()
    consultation.archived_at = timezone.now()
    consultation.change_status(Consultation.Status.CANCELLED)
    consultation.save(update_fields=["archived_at", "status", "updated_at"])
    for prescription in consultation.prescriptions.active():
        archive_prescription(actor=actor, prescription=prescription)
    if consultation.appointment_id:
        scheduling.unstart_appointment(actor=actor, appointment=consultation.appointment)
    return consultation


@transaction.atomic
def archive_prescription(*, actor: User, prescription: Prescription) -> Prescription:
    """Put away a draft; a signed prescription stays on record.

    Raises:
        DomainError: it is signed, or not the doctor's own.
    """
    prescription = Prescription.objects.select_for_update(no_key=True).get(pk=prescription.pk)
    if prescription.doctor_id != actor.pk or prescription.is_signed:
        raise DomainError(_("A signed prescription stays on record."))
    prescription.archived_at = timezone.now()
    prescription.save(update_fields=["archived_at", "updated_at"])
    return prescription


def _require_own(actor: User, consultation: Consultation) -> None:
    if consultation.doctor_id != actor.pk:
        raise DomainError(_("Only the doctor whose consultation it is may write it."))
