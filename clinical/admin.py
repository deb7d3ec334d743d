"""Consultations and prescriptions in the Django admin: that they are there, not what is written."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinical.models import Consultation, FollowUp, Prescription, PrescriptionItem
from homeo.base.admin import ArchivedFilter, ClinicalMixin, OfPatientAdmin, TableAdmin


@admin.register(Consultation)
class ConsultationAdmin(ClinicalMixin, OfPatientAdmin):
    """When, who and how far; without the text."""

    list_display = ("scheduled_at", "patient", "doctor", "duration", "status", "completed_at", "archived_at")
    list_filter = ("status", ArchivedFilter, "doctor", ("scheduled_at", admin.DateFieldListFilter))
    list_select_related = ("patient__user", "doctor", "appointment")
    ordering = ("-scheduled_at",)


@admin.register(Prescription)
class PrescriptionAdmin(ClinicalMixin, OfPatientAdmin):
    """When and by whom; without the remedies."""

    list_display = ("created_at", "patient", "doctor", "signed_at", "archived_at")
    list_filter = (ArchivedFilter, "doctor", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("patient__user", "doctor", "consultation")
    ordering = ("-created_at",)


@admin.register(PrescriptionItem)
class PrescriptionItemAdmin(ClinicalMixin, TableAdmin):
    """That a prescription has so many lines; not what they say."""

    list_display = ("prescription", "position", "patient", "created_at")
    list_select_related = ("prescription__patient__user",)
    ordering = ("-created_at",)
    search_fields = ("prescription__patient__user__search_name",)
    search_help_text = _("Name, phone or file number of the patient.")

    def found(self, request, queryset, text):
        """Return the lines of the patients that `text` may mean."""
        patients = Prescription._meta.get_field("patient").related_model
        return queryset.filter(prescription__patient__in=patients.objects.found(text).order_by().values("pk"))

    @admin.display(description=_("patient"))
    def patient(self, item) -> str:
        """Return whose prescription it is."""
        return str(item.prescription.patient)


@admin.register(FollowUp)
class FollowUpAdmin(OfPatientAdmin):
    """Who is to come again, and what came of the calls."""

    list_display = ("due_date", "patient", "doctor", "since_date", "declined_at", "closed_at")
    list_filter = ("doctor", ("due_date", admin.DateFieldListFilter))
    list_select_related = ("patient__user", "doctor")
    ordering = ("-due_date",)
