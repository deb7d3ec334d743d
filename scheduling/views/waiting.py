"""Pages of the waiting list."""

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from accounts.models import Role
from homeo.base.templatetags.homeo import clock
from homeo.base.views import ActionView, ListPageView, OnceFormView, VersionedFormView
from homeo.base.views.access import shows_patient
from patients.models import Patient
from scheduling import services
from scheduling.filters import WaitingEntryFilter
from scheduling.forms import OwnWaitingEntryCreateForm, WaitingEntryCreateForm, WaitingEntryUpdateForm
from scheduling.models import SlotOffer, WaitingEntry
from scheduling.views.booking import day_of
from scheduling.waiting import Opening

ON_OFFER_MAX = 50


class WaitingEntryListView(ListPageView):
    """The waiting list of the front desk, and the times that are on offer now."""

    permission_required = ("scheduling.view_waitingentry", "patients.search_patient")
    export_permission = "scheduling.export_appointment"
    model = WaitingEntry
    queryset = WaitingEntry.objects.with_people()
    filterset_class = WaitingEntryFilter
    template_name = "scheduling/waiting_list.html"
    orderings = {
        "urgency": ("-urgency", "created_at", "pk"),
        "since": ("created_at", "pk"),
        "patient": ("patient__user__search_name", "created_at", "pk"),
        "until": ("until_date", "created_at", "pk"),
    }
    csv_columns = (
        (gettext_lazy("Since"), lambda entry: timezone.localdate(entry.created_at).isoformat()),
        (gettext_lazy("Patient"), lambda entry: entry.patient.name),
        (gettext_lazy("File number"), lambda entry: entry.patient.file_number),
        (gettext_lazy("Phone"), lambda entry: entry.patient.phone),
        (gettext_lazy("Doctor"), lambda entry: entry.doctor.display_name if entry.doctor else ""),
        (gettext_lazy("Kind of visit"), lambda entry: entry.visit_type.name if entry.visit_type else ""),
        (gettext_lazy("Days"), lambda entry: " ".join(map(str, entry.weekday_labels))),
        (gettext_lazy("Not before"), lambda entry: clock(entry.from_time)),
        (gettext_lazy("Not after"), lambda entry: clock(entry.until_time)),
        (gettext_lazy("From"), lambda entry: entry.from_date.isoformat()),
        (gettext_lazy("Until"), lambda entry: entry.until_date.isoformat()),
        (gettext_lazy("Urgency"), lambda entry: entry.get_urgency_display()),
        (gettext_lazy("Status"), lambda entry: entry.get_status_display()),
        (gettext_lazy("Note"), lambda entry: entry.notes),
    )

    def search(self, queryset, text):
        """Return the entries of the patients whom the words may mean, in the order of the list."""
        patients = Patient.objects.for_user(self.request.user).found(text).order_by()
        return queryset.filter(patient__in=patients.values("pk")).order_by(*self.orderings["urgency"])

    def get_context_data(self, **kwargs):
        """Add the times on offer, each with its offers."""
        offers = SlotOffer.objects.for_user(self.request.user).holding(timezone.now()).with_people()
        times = {}
        for offer in offers.order_by("appointment_date", "appointment_time", "doctor", "pk")[:ON_OFFER_MAX]:
            slot = (offer.appointment_date, offer.appointment_time, offer.doctor_id)
            times.setdefault(slot, (Opening.of_offer(offer), []))[1].append(offer)
        return super().get_context_data(**{"on_offer": list(times.values())} | kwargs)


class WaitingEntryCreateView(OnceFormView):
    """Put somebody on the waiting list: the desk the patient of `?patient=`, a patient oneself or a ward."""

    permission_required = "scheduling.add_waitingentry"
    template_name = "scheduling/waiting_create.html"

    @property
    def is_patients(self) -> bool:
        """Tell whether a patient fills the form in."""
        return self.request.user.role == Role.PATIENT

    @cached_property
    def patient(self) -> Patient:
        """Return the patient that the desk chose, or raise 404."""
        pk = self.request.POST.get("patient") or self.request.GET.get("patient")
        patients = Patient.objects.for_user(self.request.user).active().with_account()
        patient = get_object_or_404(patients, pk=pk)
        shows_patient(self.request, patient.pk)
        return patient

    def get_form_class(self):
        """Return the patient's form or the desk's."""
        return OwnWaitingEntryCreateForm if self.is_patients else WaitingEntryCreateForm

    def get(self, request, *args, **kwargs):
        """Show the form; the desk first chooses the patient."""
        if not self.is_patients and not request.GET.get("patient"):
            return HttpResponseRedirect(f"{reverse('scheduling:patient_choose')}?for=waiting")
        return super().get(request, *args, **kwargs)

    def get_initial(self):
        """Start with the month that follows, and the doctor and day in the address."""
        asked = {"doctor": self.request.GET.get("doctor"), "patient": self.request.GET.get("patient")}
        dates = WaitingEntryCreateForm.usual_dates()
        if (day := day_of(self.request.GET.get("date"))) and day >= dates["from_date"]:
            dates |= {"from_date": day, "until_date": max(day, dates["until_date"])}
        return super().get_initial() | asked | dates

    def perform(self, form):
        """Put the patient on the list."""
        patient = form.cleaned_data["patient"] if self.is_patients else self.patient
        return services.put_on_waiting_list(actor=self.request.user, patient=patient, **form.wish())

    def get_success_message(self):
        """Say who waits now, and what follows."""
        if self.is_patients:
            return _("You are on the waiting list. We write or call as soon as such a time becomes free.")
        return _("%(patient)s is on the waiting list.") % {"patient": self.result.patient.name}

    def get_success_url(self):
        """Go on to the list, or to the person's visits."""
        return reverse("scheduling:appointment_list" if self.is_patients else "scheduling:waiting_list")

    def get_context_data(self, **kwargs):
        """Add whose page it is."""
        extra = {"is_patients": self.is_patients}
        if not self.is_patients:
            extra["patient"] = self.patient
        return super().get_context_data(**extra | kwargs)


class WaitingEntryUpdateView(VersionedFormView):
    """Change what somebody waits for."""

    permission_required = "scheduling.change_waitingentry"
    queryset = WaitingEntry.objects.with_people()
    template_name = "scheduling/waiting_update.html"
    form_class = WaitingEntryUpdateForm

    def get_initial(self):
        """Start with what is stored."""
        stored = {name: getattr(self.object, name) for name in self.form_class.base_fields if name != "version"}
        return super().get_initial() | stored

    def get_form_kwargs(self):
        """Tell the form what is stored."""
        return super().get_form_kwargs() | {"entry": self.object}

    def perform(self, form):
        """Change the entry."""
        return services.change_waiting_entry(actor=self.request.user, entry=self.object, **form.wish())

    def get_success_message(self):
        """Say whose wish is saved."""
        return _("The wish of %(patient)s is saved.") % {"patient": self.object.patient.name}

    def get_success_url(self):
        """Go back to the list."""
        return reverse("scheduling:waiting_list")


class WaitingEntryRemoveView(TemplateResponseMixin, ContextMixin, ActionView):
    """Take somebody off the list: asks first, and afterwards offers to take it back."""

    permission_required = "scheduling.remove_waitingentry"
    queryset = WaitingEntry.objects.with_people()
    template_name = "scheduling/waiting_remove.html"
    http_method_names = ["get", "post"]

    def get(self, request, *args, **kwargs):
        """Ask, or say that it is done."""
        is_patients = request.user.role == Role.PATIENT
        return self.render_to_response(self.get_context_data(entry=self.object, is_patients=is_patients))

    def perform(self):
        """Take the patient off the list."""
        return services.remove_waiting_entry(actor=self.request.user, entry=self.object)

    def get_success_message(self):
        """Say who waits no more."""
        return _("%(patient)s is off the waiting list.") % {"patient": self.object.patient.name}

    def get_success_url(self):
        """Stay on the page, where it can be taken back."""
        return reverse("scheduling:waiting_remove", args=[self.object.pk])


class WaitingEntryReturnView(ActionView):
    """Take back that somebody was taken off the list."""

    permission_required = "scheduling.remove_waitingentry"
    queryset = WaitingEntry.objects.with_people()

    def perform(self):
        """Put the patient on the list again, at the old place."""
        return services.return_waiting_entry(actor=self.request.user, entry=self.object)

    def get_success_message(self):
        """Say who waits again."""
        return _("%(patient)s is on the waiting list again.") % {"patient": self.object.patient.name}

    def get_success_url(self):
        """Go on to the list, or to the person's visits."""
        is_patients = self.request.user.role == Role.PATIENT
        return reverse("scheduling:appointment_list" if is_patients else "scheduling:waiting_list")
