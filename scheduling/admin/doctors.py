"""Doctors with their weekly hours in the Django admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from homeo.base.admin import AdminChangeForm, TableAdmin, TableInline
from scheduling import services
from scheduling.admin.stranding import StrandingAdmin
from scheduling.models import Doctor, DoctorAvailability, Weekday

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
class DoctorAdmin(StrandingAdmin):
    """Doctors' profiles with their weekly hours."""

    add_fields = ("user", *PROFILE_FIELDS)
    change_fields = PROFILE_FIELDS
    inlines = (AvailabilityInline,)
    list_display = ("name", "specialization", "license_number", "slot_minutes", "consultation_fee")
    list_filter = ("user__status",)
    list_select_related = ("user",)
    ordering = ("user__search_name",)
    search_fields = ("user__search_name", "specialization", "license_number")
    search_help_text = _("Name, specialisation or licence number.")

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
