"""Signing: the note when it is completed, and addenda afterwards."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinical import signing
from clinical.models import Consultation, NoteDraft, SignedNote
from clinical.services.locks import lock_consultation, require_own
from homeo.base.errors import DomainError


def sign_note(*, actor: User, consultation: Consultation, signed_at: dt.datetime) -> SignedNote:
    """Keep the note exactly as it is shown, with its hash; the caller has completed it and signed its drafts."""
    prescriptions = consultation.prescriptions.active().current().with_items().order_by("created_at", "pk")
    responded = consultation.responses.select_related("complaint")
    content = signing.note_content(
        consultation,
        signer=actor,
        signed_at=signed_at,
        rows=consultation.complaint_rows.all(),
        responses=responded.order_by("complaint__created_at", "complaint__position", "complaint_id"),
        prescriptions=[(one, one.items.all()) for one in prescriptions],
    )
    note = signing.signed(consultation, actor, signed_at, content)
    note.full_clean(exclude=["consultation", "signed_by"])
    note.save()
    return note


@transaction.atomic
def add_addendum(
    *, actor: User, consultation: Consultation, reason: str, text: str, draft: NoteDraft | None = None
) -> SignedNote:
    """Add to a signed note, which itself stays as it is; `draft`, out of which the text came, is forgotten.

    Raises:
        DomainError: the note is not signed, or not the doctor's own.
    """
    consultation = lock_consultation(consultation)
    require_own(actor, consultation)
    if consultation.status != Consultation.Status.COMPLETED:
        raise DomainError(_("Only a signed note takes an addendum; this one can still be written."))
    now = timezone.now()
    last = consultation.signed_notes.in_order().last()
    content = signing.addendum_content(
        consultation, signer=actor, signed_at=now, reason=reason, text=text, after=last.digest if last else ""
    )
    addendum = signing.signed(consultation, actor, now, content)
    addendum.full_clean(exclude=["consultation", "signed_by"])
    addendum.save()
    if draft:
        draft.delete()
    return addendum
