"""Consultations and prescriptions in the Django admin: that they are there, not what is written."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinical.models import (
    Complaint,
    ComplaintResponse,
    Consultation,
    NoteDraft,
    Prescription,
    PrescriptionItem,
    SignedNote,
    Snippet,
)
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


@admin.register(Complaint)
class ComplaintAdmin(ClinicalMixin, OfPatientAdmin):
    """That a case has so many complaints; not which."""

    list_display = ("consultation", "position", "patient", "created_at")
    list_select_related = ("patient__user", "consultation")
    ordering = ("-created_at",)


class OfConsultationAdmin(ClinicalMixin, TableAdmin):
    """A table of rows that belong to a consultation each, found by its patient."""

    list_select_related = ("consultation__patient__user",)
    ordering = ("-created_at",)
    search_fields = ("consultation__patient__user__search_name",)
    search_help_text = _("Name, phone or file number of the patient.")

    def found(self, request, queryset, text):
        """Return the rows of the patients that `text` may mean."""
        patients = Consultation._meta.get_field("patient").related_model
        return queryset.filter(consultation__patient__in=patients.objects.found(text).order_by().values("pk"))

    @admin.display(description=_("patient"))
    def patient(self, row) -> str:
        """Return whose consultation it is."""
        return str(row.consultation.patient)


@admin.register(ComplaintResponse)
class ComplaintResponseAdmin(OfConsultationAdmin):
    """That somebody was asked; not what was told."""

    list_display = ("consultation", "patient", "created_at")


@admin.register(SignedNote)
class SignedNoteAdmin(OfConsultationAdmin):
    """Who signed when, and the hash; without the text."""

    list_display = ("consultation", "patient", "kind", "signed_by", "signed_at", "digest")
    list_filter = ("kind", ("signed_at", admin.DateFieldListFilter))
    list_select_related = ("consultation__patient__user", "signed_by")


@admin.register(NoteDraft)
class NoteDraftAdmin(OfConsultationAdmin):
    """That something is not saved yet; not what."""

    list_display = ("consultation", "patient", "updated_at")
    ordering = ("-updated_at",)


@admin.register(Snippet)
class SnippetAdmin(ClinicalMixin, TableAdmin):
    """What texts the doctors keep."""

    list_display = ("doctor", "title", "is_favourite", "created_at")
    list_filter = ("doctor",)
    list_select_related = ("doctor",)
    ordering = ("doctor", "title")
    search_fields = ("title",)
