"""Doctors, their hours and visits in the Django admin."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from homeo.base.admin import AdminChangeForm, OfPatientAdmin, TableAdmin, TableInline
from scheduling import services
from scheduling.models import Appointment, Doctor, DoctorAvailability, Weekday

PROFILE_FIELDS = (
    "specialization",
    "license_number",
    "years_experience",
    "qualifications",
    "clinic_address",
    "consultation_fee",
    "bio",
    "slot_minutes",
)


class DoctorForm(AdminChangeForm):
    """A doctor's profile, with the word that visits outside the new hours are known."""

    keep_outside = forms.BooleanField(
        label=_("Keep visits outside the hours"),
        required=False,
        help_text=_("Visits that are booked outside the new hours stay as they are."),
    )


class AvailabilityForm(AdminChangeForm):
    """Hours of one day of the week; the day of stored hours stays."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["day_of_week"].disabled = True


class AvailabilityInline(TableInline):
    """The weekly hours of a doctor."""

    model = DoctorAvailability
    form = AvailabilityForm
    fields = ("day_of_week", "start_time", "end_time", "is_available")
    ordering = ("day_of_week",)
    max_num = len(Weekday)
    extra = 1


@admin.register(Doctor)
class DoctorAdmin(TableAdmin):
    """Doctors' profiles with their weekly hours."""

    form = DoctorForm
    add_fields = ("user", *PROFILE_FIELDS)
    change_fields = PROFILE_FIELDS
    inlines = (AvailabilityInline,)
    list_display = ("name", "specialization", "license_number", "slot_minutes", "consultation_fee")
    list_filter = ("user__status",)
    list_select_related = ("user",)
    ordering = ("user__search_name",)
    search_fields = ("user__search_name", "specialization", "license_number")
    search_help_text = _("Name, specialisation or licence number.")

    def get_fieldsets(self, request, obj=None):
        """Add the word about visits outside the hours, where there may be some."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj and self.has_change_permission(request, obj):
            fieldsets.append((_("Weekly hours"), {"fields": ("keep_outside",)}))
        return fieldsets

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer the accounts of doctors who have no profile yet."""
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.for_user(request.user).doctors().filter(doctor__isnull=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_formset(self, request, form, formset, change):
        """Set the weekly hours."""
        rows = [row for row in formset.forms if row.has_changed()]
        hours = {
            row.instance.day_of_week: (row.instance.start_time, row.instance.end_time)
            if row.instance.is_available
            else None
            for row in rows
        }
        services.set_availability(
            actor=request.user,
            doctor=form.instance,
            hours=hours,
            keep_outside=form.cleaned_data.get("keep_outside", False),
        )

    @admin.display(description=_("doctor"), ordering="user__search_name")
    def name(self, doctor) -> str:
        """Return the name, out of the account."""
        return str(doctor)


@admin.register(DoctorAvailability)
class DoctorAvailabilityAdmin(TableAdmin):
    """Weekly hours of all doctors; they are changed at the doctor."""

    list_display = ("doctor", "day_of_week", "start_time", "end_time", "is_available")
    list_filter = ("day_of_week", "is_available")
    list_select_related = ("doctor__user",)
    search_fields = ("doctor__user__search_name",)
    search_help_text = _("Name of the doctor.")


class AppointmentForm(AdminChangeForm):
    """What an admin changes of a visit: the note, and the status along the table of transitions."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            status = self.instance.status
            # Moving and completing belong to the pages of a visit: they take more than a word.
            offered = {Appointment.Status.CONFIRMED, Appointment.Status.CANCELLED}
            allowed = {status} | (Appointment.TRANSITIONS.get(status, frozenset()) & offered)
            self.fields["status"].choices = [pair for pair in Appointment.Status.choices if pair[0] in allowed]

    def clean(self):
        """Take a reason for cancelling only together with the cancelling."""
        cleaned = super().clean()
        if cleaned.get("cancel_reason") and cleaned.get("status") != Appointment.Status.CANCELLED:
            self.add_error("cancel_reason", _("Choose “Cancelled” above, or leave the reason empty."))
        return cleaned


@admin.register(Appointment)
class AppointmentAdmin(OfPatientAdmin):
    """Visits. Confirmed, called off and restored by the same services as at the desk."""

    form = AppointmentForm
    change_fields = ("status", "notes", "cancel_reason")
    date_hierarchy = "appointment_date"
    list_display = ("appointment_date", "appointment_time", "patient", "doctor", "duration", "status", "is_overbooked")
    list_filter = ("status", "is_overbooked", "doctor")
    list_select_related = ("patient__user", "doctor", "booked_by", "rescheduled_to")
    ordering = ("-appointment_date", "-appointment_time")

    def get_change_fields(self, request, obj):
        """Leave out what the visit's stored status settles."""
        match obj.loaded_values["status"]:
            case Appointment.Status.PENDING | Appointment.Status.CONFIRMED:
                return self.change_fields
            case Appointment.Status.CANCELLED:
                return ("status", "notes")
        return ("notes",)

    def save_model(self, request, obj, form, change):
        """Change the note, then the status."""
        if "notes" in form.changed_data:
            services.change_appointment_notes(actor=request.user, appointment=obj, notes=obj.notes)
        if "status" not in form.changed_data:
            return
        stored = Appointment.objects.get(pk=obj.pk)
        if obj.status == Appointment.Status.CANCELLED:
            services.cancel_appointment(actor=request.user, appointment=stored, reason=obj.cancel_reason)
            return
        if stored.status == Appointment.Status.CANCELLED:
            stored = services.restore_appointment(actor=request.user, appointment=stored)
        if stored.status == Appointment.Status.PENDING:
            services.confirm_appointment(actor=request.user, appointment=stored)
