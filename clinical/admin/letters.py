"""Certificates and referral letters in the Django admin: that they are there, not what is written."""

from django.contrib import admin

from clinical.models import Letter
from homeo.base.admin import ArchivedFilter, ClinicalMixin, OfPatientAdmin


@admin.register(Letter)
class LetterAdmin(ClinicalMixin, OfPatientAdmin):
    """When, by whom and of what kind; without the text."""

    list_display = ("signed_at", "kind", "patient", "doctor", "archived_at")
    list_filter = ("kind", ArchivedFilter, "doctor", ("signed_at", admin.DateFieldListFilter))
    list_select_related = ("patient__user", "doctor")
    ordering = ("-signed_at",)
