"""Kinds of visits and the clinic's rules in the Django admin."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from homeo.base.admin import TableAdmin
from scheduling.models import SchedulingRules, VisitType


@admin.register(VisitType)
class VisitTypeAdmin(TableAdmin):
    """Kinds of visits."""

    add_fields = change_fields = (
        "name",
        "minutes",
        "buffer_before",
        "buffer_after",
        "fee",
        "colour",
        "is_online",
        "is_active",
        "position",
    )
    list_display = ("name", "minutes", "fee", "colour", "is_online", "is_active", "position")
    list_filter = ("is_online", "is_active")
    ordering = ("position", "name")
    search_fields = ("name",)

    def get_fieldsets(self, request, obj=None):
        """Say what the position means."""
        (title, options), *others = super().get_fieldsets(request, obj)
        description = _(
            "Kinds are offered in the order of their position. Booking starts with the first for somebody who has "
            "never been here, and with the second for everybody else. Visits that are booked keep their length."
        )
        return [(title, options | {"description": description}), *others]


@admin.register(SchedulingRules)
class SchedulingRulesAdmin(TableAdmin):
    """The clinic's rules of booking and of mails: one row, made by a migration."""

    unshown_fields = ("screen_key",)
    change_fields = (
        "min_notice_hours",
        "horizon_days",
        "change_notice_hours",
        "max_open_bookings",
        "offer_minutes",
        "notice_delay_minutes",
        "reminder_hours",
        "sends_booked",
        "sends_moved",
        "sends_cancelled",
        "sends_reminders",
    )
    list_display = ("__str__", "min_notice_hours", "horizon_days", "change_notice_hours", "max_open_bookings")

    def get_fieldsets(self, request, obj=None):
        """Say where the link of the wall screen is."""
        (title, options), *others = super().get_fieldsets(request, obj)
        link = format_html('<a href="{}">{}</a>', reverse("scheduling:queue_screen_link"), _("Link of the wall screen"))
        return [(title, options | {"description": link}), *others]
