"""Certificates and referral letters: signed, withdrawn."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.documents.letter import facts_of, statement_of
from clinical.models import Letter
from homeo.base.errors import DomainError
from patients.models import Patient


@transaction.atomic
def sign_letter(
    *,
    actor: User,
    patient: Patient,
    kind: str,
    from_date: dt.date | None = None,
    until_date: dt.date | None = None,
    addressee: str = "",
    text: str = "",
) -> Letter:
    """Sign a certificate or a referral, together with what its paper says of the patient, the doctor and the clinic.

    Raises:
        ValidationError: the kind and what is given with it do not go together.
    """
    letter = Letter(
        patient=patient,
        doctor=actor,
        kind=kind,
        from_date=from_date,
        until_date=until_date,
        addressee=addressee,
        text=text,
    )
    letter.facts = facts_of(letter)
    letter.statement = statement_of(letter)
    letter.full_clean()
    letter.save()
    return letter


@transaction.atomic
def archive_letter(*, actor: User, letter: Letter) -> Letter:
    """Withdraw a letter that was signed by mistake; it stays on record.

    Raises:
        DomainError: it was withdrawn before, or is not the doctor's own.
    """
    letter = Letter.objects.select_for_update(no_key=True).get(pk=letter.pk)
    if letter.doctor_id != actor.pk or letter.is_archived:
        raise DomainError(_("Only the doctor who signed it may withdraw it, and only once."))
    letter.archived_at = timezone.now()
    letter.save(update_fields=["archived_at", "updated_at"])
    return letter
