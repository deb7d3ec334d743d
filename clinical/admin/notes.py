"""What notes are made of, in the Django admin: that it is there, not what is written."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinical.models import Complaint, ComplaintResponse, Consultation, NoteDraft, SignedNote, Snippet
from homeo.base.admin import ClinicalMixin, OfPatientAdmin, TableAdmin


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
