"""Prescriptions: written, signed, replaced, put away."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit.bulk import Changes
from accounts.models import User
from clinical.cautions import cautions_of
from clinical.errors import LinesRefusedError
from clinical.lines import understood
from clinical.models import Consultation, Prescription, PrescriptionItem
from clinical.services.follow_ups import expect_after
from clinical.services.locks import lock_consultation, require_own
from homeo.base.errors import DomainError
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
        items: the lines in order, each a dict of the columns that people write (`Line.WRITTEN`); `id` names a line
            of the draft that is kept, `override_reason` says why a line is kept against a caution.

    Raises:
        DomainError: no lines, a signed prescription, or a consultation that is not being written by the actor.
        LinesRefusedError: a line is not complete, or needs a reason.
    """
    if consultation is not None:
        consultation = lock_consultation(consultation)
        require_own(actor, consultation)
        consultation.require_writable()
    if prescription is None:
        prescription = Prescription(patient=patient, doctor=actor, consultation=consultation)
    else:
        prescription = _locked_draft(actor, prescription)
    prescription.notes = notes
    prescription.signed_at = None if consultation else timezone.now()
    _save(actor, prescription, items)
    return prescription


def prescribe_in(
    *, actor: User, consultation: Consultation, prescription: Prescription | None, items: list[dict], notes: str
) -> Changes:
    """Return what is to be written of the draft of a visit as its note has it, in a consultation that is locked.

    One whose lines and advice were all taken away is put away.

    Args:
        prescription: the draft as it was, None for a new one.
        items, notes: as for `write_prescription`, which also says what is refused.
    """
    if prescription is None and not items and not notes:
        return Changes()
    if prescription is None:
        prescription = Prescription(patient=consultation.patient, doctor=actor, consultation=consultation)
    else:
        prescription = _locked_draft(actor, prescription)
    if items or notes:
        prescription.notes = notes
        return _changes(prescription, items)
    prescription.archived_at = timezone.now()
    return Changes(changed=[prescription])


def _locked_draft(actor, prescription) -> Prescription:
    prescription = Prescription.objects.select_for_update(no_key=True).get(pk=prescription.pk)
    if not prescription.is_draft or prescription.doctor_id != actor.pk:
        raise DomainError(_("A signed prescription stays as it is: write a new one that replaces it."))
    return prescription


@transaction.atomic
def replace_prescription(
    *, actor: User, prescription: Prescription, items: list[dict], reason: str, notes: str = ""
) -> Prescription:
    """Sign a new prescription that takes the place of a signed one; both stay on record.

    Args:
        items: the lines, as for `write_prescription`.

    Raises:
        DomainError: it is not the actor's, not signed, or replaced already; there is no reason.
        LinesRefusedError: a line is not complete, or needs a reason.
    """
    prescription = Prescription.objects.select_for_update(no_key=True).get(pk=prescription.pk)
    if prescription.doctor_id != actor.pk or not prescription.is_signed or prescription.is_archived:
        raise DomainError(_("Only a signed prescription of your own can be replaced."))
    if prescription.is_replaced:
        raise DomainError(_("This prescription has been replaced already: replace the new one."))
    if not reason.strip():
        raise DomainError(_("Say why it is replaced."), field="replace_reason")
    new = Prescription(
        patient=prescription.patient,
        doctor=actor,
        consultation=prescription.consultation,
        notes=notes,
        signed_at=timezone.now(),
        replaces=prescription,
        replace_reason=reason.strip(),
    )
    _save(actor, new, items)
    return new


def _save(actor, prescription: Prescription, items: list[dict]) -> None:
    _changes(prescription, items).save(actor=actor)
    if prescription.is_signed:
        expect_after(prescription)


def _changes(prescription: Prescription, items: list[dict]) -> Changes:
    """Return what is to be written of a prescription with these lines, checked."""
    if not items:
        raise DomainError(_("Write at least one remedy."))
    lines = _with_reasons(prescription, understood(items))
    is_new = prescription._state.adding
    # What a row names was looked up, and the database asks its constraints itself: each would be one more question.
    unasked = {"validate_unique": False, "validate_constraints": False}
    prescription.full_clean(exclude=["patient", "doctor", "consultation", "replaces"], **unasked)
    stored = {} if is_new else {item.pk: item for item in prescription.items.all()}
    changes, refused = Changes(), {}
    changes.add(prescription)
    for position, values in enumerate(lines):
        item = stored.pop(values.get("id"), None) or PrescriptionItem(prescription=prescription)
        for name, value in values.items():
            if name != "id":
                setattr(item, name, value)
        item.position = position
        try:
            item.full_clean(exclude=["prescription", "remedy"], **unasked)
        except ValidationError as error:
            refused[position] = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        changes.add(item)
    if refused:
        raise LinesRefusedError(refused)
    changes.removed = list(stored.values())
    return changes


def _with_reasons(prescription, lines):
    """Return the lines; one with a caution must have its reason, one without keeps none."""
    cautions = cautions_of(prescription.patient, [line["remedy"] for line in lines], besides=prescription.replaces)
    refused = {}
    for number, (line, own) in enumerate(zip(lines, cautions, strict=True)):
        line["override_reason"] = line.get("override_reason", "").strip() if own else ""
        if own and not line["override_reason"]:
            refused[number] = {"override_reason": _("Change the remedy, or say why it stays.")}
    if refused:
        raise LinesRefusedError(refused)
    return lines


def sign_drafts(consultation: Consultation, *, at: dt.datetime) -> None:
    """Sign the drafts of a consultation that is being completed.

    Raises:
        DomainError: since the draft was written, a line of it has come to need a reason.
    """
    drafts = consultation.prescriptions.select_for_update(no_key=True).active().filter(signed_at__isnull=True)
    for prescription in drafts.prefetch_related("items__remedy").order_by("created_at", "pk"):
        items = list(prescription.items.all())
        cautions = cautions_of(consultation.patient, [item.remedy for item in items])
        for item, own in zip(items, cautions, strict=True):
            if own and not item.override_reason:
                told = {"caution": own[0].text}
                raise DomainError(_("%(caution)s Open the draft and say why it stays, or change the remedy.") % told)
        prescription.signed_at = at
        prescription.save(update_fields=["signed_at", "updated_at"])
        expect_after(prescription)


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
