"""Patients, guardians and documents in the Django admin."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from homeo.base.admin import ArchivedFilter, ClinicalMixin, OfPatientAdmin, TableAdmin
from patients import services
from patients.models import Guardian, MedicalRecord, Patient


@admin.register(Patient)
class PatientAdmin(TableAdmin):
    """Identity and contact of patients; the name is the account's, the clinical notes are the doctors'."""

    change_fields = (
        "date_of_birth",
        "gender",
        "blood_group",
        "address",
        "city",
        "state",
        "postal_code",
        "country",
        "phone",
        "emergency_contact",
    )
    list_display = ("file_number", "name", "date_of_birth", "gender", "phone", "city", "archived_at")
    list_display_links = ("file_number", "name")
    list_filter = (ArchivedFilter, "gender", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("user",)
    ordering = ("-file_no",)
    search_fields = ("user__search_name", "phone_digits", "file_no")
    search_help_text = _("Name, phone or file number.")
    actions = ("archive", "restore")

    def found(self, request, queryset, text):
        """Return the patients that `text` may mean, likeliest first."""
        return queryset.found(text)

    def save_model(self, request, obj, form, change):
        """Change identity and contact."""
        profile = {name: form.cleaned_data[name] for name in form.changed_data if name in self.change_fields}
        services.change_profile(actor=request.user, patient=obj, **profile)

    def has_archive_permission(self, request) -> bool:
        """Tell whether the person may put patients away."""
        return request.user.has_perm("patients.archive_patient")

    @admin.action(description=_("Archive"), permissions=["archive"])
    def archive(self, request, queryset):
        """Put the chosen patients away."""
        rows = queryset.active()
        for patient in rows:
            services.archive_patient(actor=request.user, patient=patient)
        text = ngettext("%(count)d patient archived.", "%(count)d patients archived.", len(rows))
        self.message_user(request, text % {"count": len(rows)}, messages.SUCCESS)

    @admin.action(description=_("Take out of the archive"), permissions=["archive"])
    def restore(self, request, queryset):
        """Take the chosen patients back."""
        rows = queryset.filter(archived_at__isnull=False)
        for patient in rows:
            services.restore_patient(actor=request.user, patient=patient)
        text = ngettext("%(count)d patient restored.", "%(count)d patients restored.", len(rows))
        self.message_user(request, text % {"count": len(rows)}, messages.SUCCESS)

    @admin.display(description=_("file number"), ordering="file_no")
    def file_number(self, patient) -> str:
        """Return the file number as it is printed."""
        return patient.file_number

    @admin.display(description=_("name"), ordering="user__search_name")
    def name(self, patient) -> str:
        """Return the name, out of the account."""
        return patient.name


@admin.register(Guardian)
class GuardianAdmin(OfPatientAdmin):
    """Who looks after whom."""

    list_display = ("user", "relationship", "patient", "created_at")
    list_select_related = ("patient__user", "user")


@admin.register(MedicalRecord)
class MedicalRecordAdmin(ClinicalMixin, OfPatientAdmin):
    """That there is a document, of what kind and whose; not its title, nor the file."""

    list_display = ("recorded_at", "record_type", "patient", "uploaded_by", "content_type", "file_size")
    list_filter = ("record_type", ArchivedFilter, ("recorded_at", admin.DateFieldListFilter))
    list_select_related = ("patient__user", "uploaded_by")
    ordering = ("-created_at",)
    unshown_fields = ("file_url", "thumbnail")
