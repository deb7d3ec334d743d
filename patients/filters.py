"""Filters of the list of patients."""

import django_filters
from django.utils.translation import gettext_lazy as _

from patients.models import Patient


class PatientFilter(django_filters.FilterSet):
    """Patients who come, unless the archived ones are asked for."""

    archived = django_filters.ChoiceFilter(
        label=_("Archive"),
        choices=[("yes", _("Archived only")), ("all", _("With archived ones"))],
        empty_label=_("Not archived"),
        method="filter_archived",
    )

    class Meta:
        model = Patient
        fields = ["archived"]

    def filter_queryset(self, queryset):
        """Leave out archived patients by default, and always for people who do not keep the register."""
        if not self.request.user.has_perm("patients.change_patient") or not self.form.cleaned_data.get("archived"):
            return queryset.active()
        return super().filter_queryset(queryset)

    def filter_archived(self, queryset, name, value):
        """Keep the archived ones, or all."""
        return queryset.filter(archived_at__isnull=False) if value == "yes" else queryset
