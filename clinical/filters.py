"""Filters of the list of prescriptions."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from clinical.models import Prescription
from homeo.base.filters import DayFilter


class PrescriptionFilter(django_filters.FilterSet):
    """Prescriptions by standing and by day; a patient sees signed ones only."""

    signed = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("yes", _("Signed")), ("no", _("Draft")), ("replaced", _("Replaced"))],
        empty_label=_("All"),
        method="filter_signed",
    )
    since = DayFilter("created_at", "gte", _("From"))
    until = DayFilter("created_at", "lte", _("Until"))

    class Meta:
        model = Prescription
        fields = ["signed", "since", "until"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.request.user.role == Role.PATIENT:
            del self.filters["signed"]

    def filter_signed(self, queryset, name, value):
        """Keep the signed ones that still hold, the drafts, or the replaced ones."""
        match value:
            case "yes":
                return queryset.current()
            case "replaced":
                return queryset.filter(replaced_by__isnull=False)
        return queryset.filter(signed_at__isnull=True)
