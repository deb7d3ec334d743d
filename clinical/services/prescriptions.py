"""Changes of prescriptions: write, put away."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.models import Consultation, Prescription, PrescriptionItem
from clinical.services.locks import lock_consultation, require_own
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from patients.models import Patient


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
        require_own(actor, consultation)
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
