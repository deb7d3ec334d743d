"""Filters of the list of invoices."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from billing.models import Invoice, PaymentStatus
from homeo.base.filters import DayFilter

OPEN, OVERDUE, ARCHIVED = "open", "overdue", "archived"


class InvoiceFilter(django_filters.FilterSet):
    """Invoices by standing and by the day they were made; archived ones only when asked for."""

    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[
            (OPEN, _("Open")),
            (OVERDUE, _("Overdue")),
            *PaymentStatus.choices,
            (ARCHIVED, _("Archived")),
        ],
        empty_label=_("All"),
        method="filter_status",
    )
    issued_from = DayFilter("created_at", "gte", _("Issued from"))
    issued_to = DayFilter("created_at", "lte", _("Issued until"))

    class Meta:
        model = Invoice
        fields = ["status"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.request.user.role == Role.PATIENT:
            del self.filters["issued_from"], self.filters["issued_to"]

    def filter_queryset(self, queryset):
        """Leave out archived invoices, unless they are asked for."""
        if self.form.cleaned_data.get("status") != ARCHIVED:
            queryset = queryset.active()
        return super().filter_queryset(queryset)

    def filter_status(self, queryset, name, value):
        """Keep those of one standing."""
        if value == OPEN:
            return queryset.open()
        if value == OVERDUE:
            return queryset.overdue()
        if value == ARCHIVED:
            return queryset.filter(archived_at__isnull=False)
        return queryset.filter(payment_status=value)
