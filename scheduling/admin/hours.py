"""Breaks, exceptions, time off and closures in the Django admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from scheduling import services
from scheduling.admin.stranding import StrandingAdmin
from scheduling.models import Closure, DoctorBreak, HoursException, TimeOff


class OfDoctorAdmin(StrandingAdmin):
    """A table of rows that belong to a doctor each, whom a stored row keeps."""

    list_select_related = ("doctor__user",)
    search_fields = ("doctor__user__search_name",)
    search_help_text = _("Name of the doctor.")


@admin.register(DoctorBreak)
class DoctorBreakAdmin(OfDoctorAdmin):
    """Breaks within the weekly hours."""

    add_fields = ("doctor", "day_of_week", "start_time", "end_time", "label")
    change_fields = add_fields[1:]
    list_display = ("doctor", "day_of_week", "start_time", "end_time", "label")
    list_filter = ("day_of_week",)
    ordering = ("doctor__user__search_name", "day_of_week", "start_time")

    def save_model(self, request, obj, form, change):
        """Set the break."""
        services.save_break(actor=request.user, row=obj, keep_outside=form.cleaned_data["keep_outside"])


@admin.register(HoursException)
class HoursExceptionAdmin(OfDoctorAdmin):
    """Other hours on one date."""

    add_fields = ("doctor", "date", "start_time", "end_time", "reason")
    change_fields = add_fields[1:]
    date_hierarchy = "date"
    list_display = ("doctor", "date", "start_time", "end_time", "reason")
    ordering = ("-date", "start_time")

    def save_model(self, request, obj, form, change):
        """Set the hours of the date."""
        services.save_exception(actor=request.user, exception=obj, keep_outside=form.cleaned_data["keep_outside"])


@admin.register(TimeOff)
class TimeOffAdmin(OfDoctorAdmin):
    """Time off."""

    add_fields = ("doctor", "start_date", "end_date", "start_time", "end_time", "reason")
    change_fields = add_fields[1:]
    date_hierarchy = "start_date"
    list_display = ("doctor", "start_date", "end_date", "start_time", "end_time", "reason")
    ordering = ("-start_date",)

    def save_model(self, request, obj, form, change):
        """Note the time off."""
        services.save_time_off(actor=request.user, time_off=obj, keep_outside=form.cleaned_data["keep_outside"])


@admin.register(Closure)
class ClosureAdmin(StrandingAdmin):
    """Days on which the clinic is closed."""

    add_fields = change_fields = ("name", "start_date", "end_date")
    date_hierarchy = "start_date"
    list_display = ("name", "start_date", "end_date")
    ordering = ("-start_date",)
    search_fields = ("name",)

    def save_model(self, request, obj, form, change):
        """Close the clinic."""
        services.save_closure(actor=request.user, closure=obj, keep_outside=form.cleaned_data["keep_outside"])
