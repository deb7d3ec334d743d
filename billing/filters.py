"""Filters of the list of invoices."""

import datetime as dt

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice, PaymentStatus
from homeo.base.fields import validate_past_date

OPEN, OVERDUE, ARCHIVED = "open", "overdue", "archived"


def day_filter(label: str, method: str) -> django_filters.DateFilter:
    """Return a filter by a day that has been."""
    return django_filters.DateFilter(
        label=label,
        method=method,
        validators=[validate_past_date],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


def start_of(day: dt.date) -> dt.datetime:
    """Return the moment at which a day begins in the clinic."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


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
    issued_from = day_filter(_("Issued from"), "filter_issued_from")
    issued_to = day_filter(_("Issued until"), "filter_issued_to")

    class Meta:
        model = Invoice
        fields = ["status"]

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

    def filter_issued_from(self, queryset, name, value):
        """Keep those made on that day or later."""
        return queryset.filter(created_at__gte=start_of(value))

    def filter_issued_to(self, queryset, name, value):
        """Keep those made on that day or before."""
        return queryset.filter(created_at__lt=start_of(value + dt.timedelta(days=1)))
