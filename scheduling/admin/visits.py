"""Visits, their series and mails, and the waiting list in the Django admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from homeo.base.admin import AdminChangeForm, OfPatientAdmin, TableAdmin
from patients.models import Patient
from scheduling import services
from scheduling.models import (
    Appointment,
    CalendarFeed,
    Notice,
    NoticePreference,
    SlotOffer,
    VisitSeries,
    WaitingEntry,
)


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


@admin.register(VisitSeries)
class VisitSeriesAdmin(OfPatientAdmin):
    """Recurring visits; they are changed on their pages."""

    list_display = ("patient", "doctor", "frequency", "interval", "first_date", "count")
    list_filter = ("frequency", "doctor")
    list_select_related = ("patient__user", "doctor", "created_by")
    ordering = ("-first_date",)


@admin.register(WaitingEntry)
class WaitingEntryAdmin(OfPatientAdmin):
    """The waiting list; it is kept at the desk."""

    list_display = ("patient", "doctor", "visit_type", "from_date", "until_date", "urgency", "status")
    list_filter = ("status", "urgency", "doctor")
    list_select_related = ("patient__user", "doctor", "visit_type", "created_by")
    ordering = ("-created_at",)


class ByPatientMixin:
    """A table whose rows lead to a patient over another row, `patient_path`."""

    search_help_text = OfPatientAdmin.search_help_text
    patient_path = ""

    def found(self, request, queryset, text):
        """Return the rows of the patients that `text` may mean."""
        patients = Patient.objects.found(text).order_by().values("pk")
        return queryset.filter(**{f"{self.patient_path}__in": patients})


@admin.register(SlotOffer)
class SlotOfferAdmin(ByPatientMixin, TableAdmin):
    """Offers to the waiting list, without the key of their link."""

    unshown_fields = ("key",)
    patient_path = "entry__patient"
    list_display = ("appointment_date", "appointment_time", "entry", "doctor", "status", "expires_at")
    list_filter = ("status", "doctor")
    list_select_related = ("entry__patient__user", "doctor", "appointment", "made_by")
    search_fields = ("entry__patient__user__search_name",)
    ordering = ("-created_at",)


@admin.register(Notice)
class NoticeAdmin(ByPatientMixin, TableAdmin):
    """Mails about visits: which are due, sent or dropped."""

    patient_path = "appointment__patient"
    list_display = ("due_at", "kind", "appointment", "sent_at", "dropped_at")
    list_filter = ("kind",)
    list_select_related = ("appointment",)
    search_fields = ("appointment__patient__user__search_name",)
    ordering = ("-due_at",)


@admin.register(NoticePreference)
class NoticePreferenceAdmin(OfPatientAdmin):
    """Which mails patients want; they say so themselves."""

    list_display = ("patient", "wants_booked", "wants_moved", "wants_cancelled", "wants_reminders")


@admin.register(CalendarFeed)
class CalendarFeedAdmin(TableAdmin):
    """Private calendar feeds, without the key of their link."""

    unshown_fields = ("key",)
    list_display = ("user", "created_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__search_name",)
    search_help_text = _("Name of the person.")
    ordering = ("-created_at",)
