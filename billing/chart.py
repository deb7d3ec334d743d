"""Invoices on a patient's chart."""

from django.db.models import F
from django.utils.translation import gettext_lazy

from billing.models import Invoice
from homeo.base.templatetags.homeo import money
from patients import chart


def register() -> None:
    """Put the invoices into the chart."""
    chart.register(
        chart.Section(
            key="invoices",
            title=gettext_lazy("Invoices"),
            order=50,
            permission="billing.view_invoice",
            template="patients/_chart_invoices.html",
            model=Invoice,
            rows=_invoices,
            at=lambda: F("created_at"),
            facts=("invoice_no", "amount", "description", "payment_status", "due_date"),
            entry=_entry,
            icon="receipt-rupee",
            empty=gettext_lazy("No invoices yet"),
        )
    )


def _invoices(user, patient):
    return Invoice.objects.for_user(user).active().filter(patient=patient).order_by("-created_at", "-pk")


def _entry(user, invoice, at) -> chart.Entry:
    return chart.Entry(
        at=at,
        icon="receipt-rupee",
        title=f"{invoice.number}, {money(invoice.amount)}",
        text=invoice.description,
        url=chart.address_of("billing:invoice_detail", invoice.pk),
        state=invoice.state,
        state_label=invoice.state_label,
    )
