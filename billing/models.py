"""Invoices."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from billing.querysets import InvoiceQuerySet
from clinical.models import Consultation
from homeo.base.fields import validate_schedule_date
from homeo.base.models import ArchivableModel, NextValue, check_transition, choice_constraint
from patients.models import Patient

INVOICE_NUMBER_SEQUENCE = "billing_invoice_number"


class PaymentStatus(models.TextChoices):
    """The schema's states of a payment."""

    PENDING = "PENDING", _("To pay")
    COMPLETED = "COMPLETED", _("Paid")
    FAILED = "FAILED", _("Failed")
    REFUNDED = "REFUNDED", _("Refunded")


class PaymentMethod(models.TextChoices):
    """How a patient paid."""

    CASH = "CASH", _("Cash")
    CARD = "CARD", _("Card")
    UPI = "UPI", _("UPI")
    BANK = "BANK", _("Bank transfer")


class Invoice(ArchivableModel):
    """What a patient owes for one thing, and whether it is paid. `description` never names a diagnosis."""

    PaymentStatus = PaymentStatus
    PaymentMethod = PaymentMethod

    TRANSITIONS = {
        PaymentStatus.PENDING: frozenset({PaymentStatus.COMPLETED, PaymentStatus.FAILED}),
        PaymentStatus.FAILED: frozenset({PaymentStatus.COMPLETED, PaymentStatus.PENDING}),
        PaymentStatus.COMPLETED: frozenset({PaymentStatus.REFUNDED}),
    }

    invoice_no = models.IntegerField(
        _("number"), unique=True, editable=False, db_default=NextValue(sequence=INVOICE_NUMBER_SEQUENCE)
    )
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="invoices"
    )
    consultation = models.ForeignKey(
        Consultation,
        verbose_name=_("consultation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invoices",
    )
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    description = models.CharField(_("for"), max_length=200)
    payment_status = models.CharField(
        _("payment"),
        max_length=9,
        choices=PaymentStatus,
        default=PaymentStatus.PENDING,
        db_default=PaymentStatus.PENDING,
    )
    due_date = models.DateField(_("due"), null=True, blank=True, validators=[validate_schedule_date])
    paid_date = models.DateTimeField(_("paid"), null=True, blank=True)
    payment_method = models.CharField(_("paid by"), max_length=4, choices=PaymentMethod, blank=True, default="")
    payment_reference = models.CharField(_("reference"), max_length=80, blank=True, default="")
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("received by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = InvoiceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [
            models.Index(fields=["patient", "-created_at"], name="invoice_patient_created"),
            models.Index(fields=["payment_status", "-created_at"], name="invoice_status_created"),
            models.Index(fields=["paid_date"], name="invoice_paid_date"),
        ]
        constraints = [
            choice_constraint("payment_status", PaymentStatus, table="invoice"),
            models.CheckConstraint(
                condition=Q(payment_method__in=["", *PaymentMethod.values]),
                name="invoice_payment_method_valid",
                violation_error_message=_("Choose one of the listed values."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="invoice_amount_not_negative",
                violation_error_message=_("The amount cannot be negative."),
            ),
            models.CheckConstraint(
                condition=~Q(payment_status="COMPLETED") | Q(paid_date__isnull=False),
                name="invoice_paid_date_known",
                violation_error_message=_("A paid invoice has the time of its payment."),
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        """Return the number as it is printed, such as B-01184."""
        return f"B-{self.invoice_no:05d}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def is_due(self) -> bool:
        """Tell whether the invoice should have been paid by now."""
        return (
            self.payment_status in {self.PaymentStatus.PENDING, self.PaymentStatus.FAILED}
            and self.due_date is not None
            and self.due_date < timezone.localdate()
        )

    @property
    def state(self) -> str:
        """Return the standing as one word of the status component."""
        if self.is_due and self.payment_status == self.PaymentStatus.PENDING:
            return "due"
        return {"PENDING": "pending", "COMPLETED": "paid", "FAILED": "failed", "REFUNDED": "void"}[self.payment_status]

    @property
    def state_label(self) -> str:
        """Return the standing in words."""
        return _("Overdue") if self.state == "due" else self.get_payment_status_display()

    @property
    def is_open(self) -> bool:
        """Tell whether the invoice can be paid."""
        return self.payment_status in {self.PaymentStatus.PENDING, self.PaymentStatus.FAILED} and not self.is_archived

    def change_status(self, status: str) -> None:
        """Take the next status, if the table of transitions allows it.

        Raises:
            InvalidTransitionError: it does not.
        """
        check_transition(self.TRANSITIONS, self.payment_status, status, labels=dict(self.PaymentStatus.choices))
        self.payment_status = status
