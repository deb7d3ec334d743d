"""Filters of the lists of patients and of documents."""

import django_filters
from django.utils.translation import gettext_lazy as _

from homeo.base.filters import DayFilter
from patients.models import MedicalRecord, Patient, RecordType


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


class MedicalRecordFilter(django_filters.FilterSet):
    """Documents by kind and by the day they are of."""

    kind = django_filters.ChoiceFilter(
        field_name="record_type", label=_("Kind"), choices=RecordType, empty_label=_("All")
    )
    since = DayFilter("recorded_at", "gte", _("From"))
    until = DayFilter("recorded_at", "lte", _("Until"))

    class Meta:
        model = MedicalRecord
        fields = ["kind", "since", "until"]
