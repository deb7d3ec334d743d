"""Consultations in the Django admin: that they are there, not what is written."""

from django.contrib import admin

from clinical.models import Consultation
from homeo.base.admin import ArchivedFilter, ClinicalMixin, OfPatientAdmin


@admin.register(Consultation)
class ConsultationAdmin(ClinicalMixin, OfPatientAdmin):
    """When, who and how far; without the text."""

    list_display = ("scheduled_at", "patient", "doctor", "duration", "status", "completed_at", "archived_at")
    list_filter = ("status", ArchivedFilter, "doctor", ("scheduled_at", admin.DateFieldListFilter))
    list_select_related = ("patient__user", "doctor", "appointment")
    ordering = ("-scheduled_at",)
