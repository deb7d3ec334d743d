"""Follow-ups in the Django admin."""

from django.contrib import admin

from clinical.models import FollowUp
from homeo.base.admin import OfPatientAdmin


@admin.register(FollowUp)
class FollowUpAdmin(OfPatientAdmin):
    """Who is to come again, and what came of the calls."""

    list_display = ("due_date", "patient", "doctor", "since_date", "declined_at", "closed_at")
    list_filter = ("doctor", ("due_date", admin.DateFieldListFilter))
    list_select_related = ("patient__user", "doctor")
    ordering = ("-due_date",)
