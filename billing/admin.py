"""Invoices in the Django admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice
from homeo.base.admin import ArchivedFilter, OfPatientAdmin


@admin.register(Invoice)
class InvoiceAdmin(OfPatientAdmin):
    """Every invoice; the front desk changes them."""

    list_display = ("number", "patient", "amount", "payment_status", "due_date", "paid_date", "archived_at")
    list_filter = (
        "payment_status",
        "payment_method",
        ArchivedFilter,
        ("created_at", admin.DateFieldListFilter),
        ("paid_date", admin.DateFieldListFilter),
    )
    list_select_related = ("patient__user", "consultation", "received_by")
    ordering = ("-invoice_no",)

    @admin.display(description=_("number"), ordering="invoice_no")
    def number(self, invoice) -> str:
        """Return the number as it is printed."""
        return invoice.number
