"""Pages that show visits: the list and one visit."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from accounts.models import Role
from homeo.base.views import ListPageView, ScopedObjectMixin
from patients.models import Patient
from scheduling import services
from scheduling.filters import AppointmentFilter, OwnAppointmentFilter
from scheduling.models import Appointment, SchedulingRules, SlotOffer, WaitingEntry
from scheduling.recurrence import WEEK
from scheduling.self_booking import OwnVisit
from scheduling.views.offers import waiting_for
from scheduling.waiting import Opening

COMING_MAX = 20


class AppointmentListView(ListPageView):
    """Visits: a table to filter, sort, search and export for the staff, the coming and the past ones for a patient."""

    permission_required = "scheduling.view_appointment"
    export_permission = "scheduling.export_appointment"
    model = Appointment
    queryset = Appointment.objects.with_people()
    filterset_class = AppointmentFilter
    orderings = {
        "time": ("appointment_date", "appointment_time", "pk"),
        "patient": ("patient__user__search_name", "appointment_date", "appointment_time", "pk"),
        "doctor": ("doctor__search_name", "appointment_date", "appointment_time", "pk"),
        "status": ("status", "appointment_date", "appointment_time", "pk"),
    }
    csv_columns = (
        (_("Date"), lambda visit: visit.appointment_date.isoformat()),
        (_("Time"), lambda visit: f"{visit.appointment_time:%H:%M}"),
        (_("Minutes"), lambda visit: visit.duration),
        (_("Patient"), lambda visit: visit.patient.name),
        (_("File number"), lambda visit: visit.patient.file_number),
        (_("Phone"), lambda visit: visit.patient.phone),
        (_("Doctor"), lambda visit: visit.doctor.display_name),
        (_("Kind of visit"), lambda visit: visit.visit_type.name if visit.visit_type else ""),
        (_("Status"), lambda visit: visit.state_label),
        (_("Overbooked"), lambda visit: _("yes") if visit.is_overbooked else ""),
        (_("Note"), lambda visit: visit.notes),
    )

    def setup(self, request, *args, **kwargs):
        """Show a patient the own visits, the latest first."""
        super().setup(request, *args, **kwargs)
        self.is_patients = getattr(request.user, "role", None) == Role.PATIENT
        if self.is_patients:
            self.search, self.filterset_class = None, OwnAppointmentFilter
            self.orderings = {"latest": ("-appointment_date", "-appointment_time", "-pk")}

    def get_template_names(self):
        """Return the patient's page or the table."""
        return ["scheduling/appointment_list_own.html" if self.is_patients else "scheduling/appointment_list.html"]

    def search(self, queryset, text):
        """Return the visits of the patients whom the words may mean, earliest first."""
        patients = Patient.objects.for_user(self.request.user).found(text).order_by()
        return queryset.filter(patient__in=patients.values("pk")).by_time()

    def get_queryset(self):
        """Leave to a patient's pages of past visits what is not coming any more."""
        queryset = super().get_queryset()
        if not self.is_patients:
            return queryset
        return queryset.exclude(pk__in=self._coming().values("pk"))

    def _coming(self):
        visits = Appointment.objects.for_user(self.request.user).occupying().from_now(timezone.localtime())
        return visits.exclude(status=Appointment.Status.COMPLETED).with_people().by_time()

    def get_context_data(self, **kwargs):
        """Add the coming visits of a patient, each with what can be done with it and until when."""
        context = super().get_context_data(**kwargs)
        if self.is_patients:
            user, rules = self.request.user, SchedulingRules.objects.current()
            context["coming"] = [OwnVisit.of(visit, user, rules) for visit in self._coming()[:COMING_MAX]]
            context["waiting"] = WaitingEntry.objects.for_user(user).waiting().with_people()[:COMING_MAX]
            context["offered"] = SlotOffer.objects.for_user(user).holding(timezone.now()).with_people()[:COMING_MAX]
            context["patients"] = Patient.objects.for_user(user).with_account().by_name()
            context["is_for_several"] = len(context["patients"]) > 1
        return context


class AppointmentDetailView(ScopedObjectMixin, TemplateView):
    """One visit: where it stands, where it came from, and what can be done with it."""

    permission_required = "scheduling.view_appointment"
    queryset = Appointment.objects.with_people().select_related(
        "booked_by", "rescheduled_to", "rescheduled_from__doctor", "consultation"
    )
    template_name = "scheduling/appointment_detail.html"

    def get_context_data(self, **kwargs):
        """Add the changes that the person may make now."""
        user = self.request.user
        own = None
        if user.role == Role.PATIENT:
            own = OwnVisit.of(self.object, user, SchedulingRules.objects.current())
            changes = self.get_own_changes(own)
        else:
            changes = services.possible_changes(actor=user, appointment=self.object)
        return super().get_context_data(
            **{
                "visit": self.object,
                "changes": changes,
                "own": own,
                "is_patients": own is not None,
                "place": services.place_in_series(actor=user, appointment=self.object),
                "section": self.get_section(),
                "repeat_from": max(self.object.appointment_date, timezone.localdate()) + WEEK,
            }
            | kwargs
        )

    def get_own_changes(self, own: OwnVisit) -> set[str]:
        """Return what the patient may do: take back only the own cancellation, and only in time."""
        refused = set() if own.can_move else {"reschedule"}
        if "restore" in own.changes:
            is_own = services.cancelled_by(self.object) == self.request.user.pk
            refused |= set() if is_own and own.changeable_until else {"restore"}
        return own.changes - refused

    def get_section(self) -> dict | None:
        """Return who waits for the time that the visit gave up, by being cancelled or moved."""
        visit = self.object
        gave_up = visit if visit.status in {"CANCELLED", "RESCHEDULED"} else getattr(visit, "rescheduled_from", None)
        if gave_up is None or gave_up.is_overbooked:
            return None
        return waiting_for(Opening.of(gave_up), self.request.user)
