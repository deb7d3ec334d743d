"""The patient's home, for oneself and for those one looks after."""

from django.http import Http404
from django.utils import timezone
from django.views.generic import TemplateView

from billing.models import Invoice
from clinical.models import Prescription
from homeo.base.views import AccessMixin
from homeo.base.views.access import shows_patient
from patients.models import MedicalRecord, Patient
from scheduling.models import Appointment, SchedulingRules
from scheduling.self_booking import OwnVisit

SHOWN = 5
PAID_SHOWN = 2


class OwnPageView(AccessMixin, TemplateView):
    """Show one person's next visit, medicines, bills, documents and past visits; `?person=` chooses among several."""

    permission_required = "dashboards.view_own_page"
    template_name = "dashboards/own.html"

    def get_context_data(self, **kwargs):
        """Add the people whom the account is for, and the data of the chosen one."""
        now = timezone.localtime()
        user = self.request.user
        people = list(Patient.objects.for_user(user).active().with_account().by_name())
        people.sort(key=lambda patient: patient.user_id != user.pk)
        person = self.get_person(people)
        context = {"now": now, "people": people, "person": person}
        if person:
            shows_patient(self.request, person.pk)
            context |= self.get_record(user, person, now)
        return super().get_context_data(**context, **kwargs)

    def get_person(self, people: list[Patient]) -> Patient | None:
        """Return the person asked for, by default oneself; None for an account that nobody's record belongs to."""
        asked = self.request.GET.get("person")
        if not asked:
            return people[0] if people else None
        person = next((patient for patient in people if patient.pk == asked), None)
        if person is None:
            raise Http404
        return person

    def get_record(self, user, person: Patient, now) -> dict:
        """Return what the page shows of one person."""
        visits = Appointment.objects.for_user(user).filter(patient=person)
        visits = visits.select_related("doctor__doctor", "visit_type")
        open_states = [Appointment.Status.PENDING, Appointment.Status.CONFIRMED]
        ahead = visits.filter(status__in=open_states, started_at=None, no_show_at=None)
        coming = list(ahead.filter(appointment_date__gte=now.date()).by_time()[:SHOWN])
        coming = [visit for visit in coming if visit.ends_at > now or visit.checked_in_at]
        completed = visits.filter(status=Appointment.Status.COMPLETED)  # perhaps before its time
        past = (visits.before_now(now) | completed).exclude(pk__in=[visit.pk for visit in coming])
        invoices = Invoice.objects.for_user(user).filter(patient=person)
        paid = invoices.filter(payment_status=Invoice.PaymentStatus.COMPLETED).order_by("-paid_date")
        prescriptions = Prescription.objects.for_user(user).current().filter(patient=person).select_related("doctor")
        return {
            "next_visit": coming[0] if coming else None,
            "next_own": OwnVisit.of(coming[0], user, SchedulingRules.objects.current()) if coming else None,
            "later_visits": coming[1:],
            "days_until": (coming[0].appointment_date - now.date()).days if coming else None,
            "past_visits": past.order_by("-appointment_date", "-appointment_time", "pk")[:SHOWN],
            "prescription": prescriptions.prefetch_related("items__remedy").latest_first().first(),
            "open_invoices": (open_invoices := list(invoices.open().order_by("created_at"))),
            "open_total": sum(invoice.amount for invoice in open_invoices),
            "paid_invoices": paid[:PAID_SHOWN],
            "documents": MedicalRecord.objects.for_user(user).filter(patient=person).order_by("-recorded_at")[:SHOWN],
        }
