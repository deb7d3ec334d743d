"""Changes of invoices: drafting, payment, refund, archive."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing.models import Invoice
from clinical.models import Consultation
from homeo.base.errors import DomainError
from patients.models import Patient
from scheduling.kinds import fee_of

DAYS_TO_PAY = 14


@transaction.atomic
def draft_invoice(*, actor: User, consultation: Consultation) -> Invoice:
    """Draft the invoice of a completed consultation: the fee of its kind of visit, or the doctor's; due in 14 days."""
    visit, doctor = consultation.appointment, consultation.doctor
    kind = visit.visit_type if visit else None
    words = {"kind": kind.name if kind else _("Consultation"), "doctor": doctor.display_name}
    return create_invoice(
        actor=actor,
        patient=consultation.patient,
        amount=fee_of(getattr(doctor, "doctor", None), kind),
        description=_("%(kind)s with %(doctor)s") % words,
        consultation=consultation,
    )


@transaction.atomic
def create_invoice(
    *,
    actor: User,
    patient: Patient,
    amount: Decimal,
    description: str,
    due_date: dt.date | None = None,
    consultation: Consultation | None = None,
) -> Invoice:
    """Make an invoice, due in 14 days unless `due_date` says otherwise."""
    invoice = Invoice(
        patient=patient,
        consultation=consultation,
        amount=amount,
        description=description,
        due_date=due_date or timezone.localdate() + dt.timedelta(days=DAYS_TO_PAY),
    )
    invoice.full_clean(exclude=["invoice_no"])
    invoice.save()
    return invoice


@transaction.atomic
def change_invoice(*, actor: User, invoice: Invoice, amount: Decimal, description: str, due_date) -> Invoice:
    """Correct an invoice that is not paid yet.

    Raises:
        DomainError: it is paid or archived.
    """
    invoice = _locked(invoice)
    if not invoice.is_open:
        raise DomainError(_("This invoice is “%(state)s”, so it stays as it is.") % {"state": invoice.state_label})
    invoice.amount, invoice.description, invoice.due_date = amount, description, due_date
    invoice.full_clean()
    invoice.save(update_fields=["amount", "description", "due_date", "updated_at"])
    return invoice


@transaction.atomic
def take_payment(
    *, actor: User, invoice: Invoice, amount: Decimal, payment_method: str, payment_reference: str = ""
) -> Invoice:
    """Take the whole amount of an open invoice.

    Args:
        amount: what the person was asked for; it must still be what the invoice says.

    Raises:
        InvalidTransitionError: it is not open.
        DomainError: the amount was changed meanwhile.
    """
    invoice = _locked(invoice)
    if invoice.amount != amount:
        raise DomainError(_("The amount was changed meanwhile. Open the bill again."))
    if invoice.is_archived:
        raise DomainError(_("This invoice is archived."))
    invoice.change_status(Invoice.PaymentStatus.COMPLETED)
    invoice.paid_date = timezone.now()
    invoice.payment_method, invoice.payment_reference = payment_method, payment_reference
    invoice.received_by = actor
    invoice.full_clean()
    invoice.save(
        update_fields=[
            "payment_status",
            "paid_date",
            "payment_method",
            "payment_reference",
            "received_by",
            "updated_at",
        ]
    )
    return invoice


@transaction.atomic
def refund_invoice(*, actor: User, invoice: Invoice) -> Invoice:
    """Note that a paid invoice was paid back.

    Raises:
        InvalidTransitionError: it is not paid.
    """
    invoice = _locked(invoice)
    invoice.change_status(Invoice.PaymentStatus.REFUNDED)
    invoice.save(update_fields=["payment_status", "updated_at"])
    return invoice


@transaction.atomic
def archive_invoice(*, actor: User, invoice: Invoice) -> Invoice:
    """Put away an invoice that was made by mistake; a paid one stays.

    Raises:
        DomainError: it has been paid.
    """
    invoice = _locked(invoice)
    if not invoice.is_open:
        raise DomainError(_("Only an open invoice can be archived."))
    invoice.archived_at = timezone.now()
    invoice.save(update_fields=["archived_at", "updated_at"])
    return invoice


def _locked(invoice: Invoice) -> Invoice:
    return Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
