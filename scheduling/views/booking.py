"""Pages on which the clinic finds a time for a visit: book one, move one."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import reselect, reswap, retarget

from accounts.models import shown_name
from homeo.base.templatetags.homeo import clock, day
from homeo.base.views import OnceFormView, ScopedObjectMixin
from homeo.base.views.access import shows_patient
from homeo.base.views.forms import lead_on
from patients.models import Patient
from scheduling import availability, services
from scheduling.calendar import Calendar
from scheduling.forms import (
    AppointmentCreateForm,
    AppointmentRescheduleForm,
    BookingForm,
    doctors_for,
    kinds_for,
)
from scheduling.kinds import usual_kind
from scheduling.models import Appointment, VisitType, WaitingEntry
from scheduling.slots import parse_slot_key
from scheduling.views.slots import PatientChooseView

NEXT_VISITS = 3
COLLEAGUE_SHOWN = ("first_name", "last_name", "role", "doctor__user", "doctor__slot_minutes")
FORM, REFUSAL = "booking", "refusal"
"""The ids of the form, and of the place in it where a refusal is told."""


def day_of(value) -> dt.date | None:
    """Return a day that somebody typed, or None where visits cannot be booked on it."""
    try:
        return BookingForm.base_fields["date"].clean(value)
    except ValidationError:
        return None


def when(appointment: Appointment) -> str:
    """Say when a visit is: "Tue 24 Nov 10:20"."""
    return f"{day(appointment.appointment_date, 'short')} {clock(appointment.appointment_time)}"


class FindTimeMixin:
    """A form that asks for a kind of visit, a doctor, a day and a time, with the free slots beside it.

    A time that is not free is answered with who has it and the nearest free ones; what was typed stays. htmx gets the
    form anew, but of a taken time only what changes, unless the form shows errors, or now another doctor or day.
    `moving` is the visit that gives up its time, `get_patient(form)` whose visit it is.
    """

    moving: Appointment | None = None
    calendar: Calendar | None = None

    def get_patient(self, form) -> Patient:
        """Return whose visit it is."""
        raise NotImplementedError

    @cached_property
    def doctors(self) -> dict[str, str]:
        """Return the names of the doctors with whom the person may book, by id."""
        rows = doctors_for(self.request.user).values_list("pk", "first_name", "last_name", "role")
        return {pk: shown_name(*name) for pk, *name in rows}

    @property
    def doctors_with_profiles(self):
        """Return the accounts of these doctors, each to be loaded with the profile."""
        return doctors_for(self.request.user).select_related("doctor")

    @cached_property
    def kinds(self) -> dict[str, VisitType]:
        """Return the kinds of visits that may be chosen, by id, in the clinic's order."""
        return {kind.pk: kind for kind in kinds_for(self.request.user, self.moving)}

    def get_form_kwargs(self):
        """Tell the form which visit moves, and which kinds there are."""
        return super().get_form_kwargs() | {"moving": self.moving, "kinds": self.kinds}

    def get_form(self, form_class=None):
        """Return the form; its menu of doctors is the page's."""
        form = super().get_form(form_class)
        self.offer_doctors(form)
        return form

    def offer_doctors(self, form) -> None:
        """Let the menu show the doctors; they are read when it is shown."""
        field = form.fields["doctor"]
        field.choices = lambda: [("", field.empty_label), *self.doctors.items()]

    def usual(self, *, is_known: bool) -> dict:
        """Return the kind with which the form starts, for a patient who has been here before or not."""
        kind = usual_kind(self.kinds.values(), is_known=is_known)
        return {"visit_type": kind.pk} if kind else {}

    def get_initial(self):
        """Start with the doctor and day in the address, as far as they make sense; a form that was sent has its own."""
        if self.request.method == "POST":
            return super().get_initial()
        doctor = self.request.GET.get("doctor")
        asked = {"doctor": doctor in self.doctors and doctor, "date": day_of(self.request.GET.get("date"))}
        usual = {"date": timezone.localdate()} | self.get_defaults()
        return super().get_initial() | usual | {name: value for name, value in asked.items() if value}

    def get_defaults(self) -> dict:
        """Return what the form starts with where the address says nothing."""
        return {}

    def post(self, request, *args, **kwargs):
        """Book, or only show the free times of another day or doctor: what was typed stays."""
        if "look" not in request.POST:
            return super().post(request, *args, **kwargs)
        kwargs = {"user": request.user, "moving": self.moving, "kinds": self.kinds}
        form = self.get_form_class()(initial=request.POST.dict(), **kwargs)
        self.offer_doctors(form)
        return self.render_to_response(self.get_context_data(form=form))

    def slots_of(self, form) -> availability.DaySlots | None:
        """Return the free slots of the form's doctor and day, or None while these are not known."""
        pk, date = form["doctor"].value(), day_of(form["date"].value())
        if not pk or date is None:
            return None
        doctor = form.wanted["doctor"] if form.wanted else self.doctors_with_profiles.filter(pk=pk).first()
        if doctor is None:
            return None
        kind = self.kinds.get(form["visit_type"].value())
        length = self.length_of(doctor, kind)
        return availability.day_slots(
            doctor, date, visit_type=kind, besides=self.moving, length=length, calendar=self.calendar
        )

    def length_of(self, doctor, kind: VisitType | None) -> availability.Length:
        """Return how long the visit takes with a doctor."""
        if self.moving:
            return availability.Length.after_move(self.moving, doctor, kind)
        return availability.Length.of(doctor, kind)

    def form_invalid(self, form):
        """Show what was refused; a taken time is a conflict (409)."""
        if not isinstance(form.refusal, services.SlotTakenError | services.NotBookableError):
            return super().form_invalid(form)
        wanted = form.wanted
        # Where it is taken, the doctor was found fit for visits under the lock.
        doctor = getattr(form.refusal, "doctor", None)
        wanted["doctor"] = doctor or self.doctors_with_profiles.filter(pk=wanted["doctor"].pk).first()
        if wanted["doctor"] is None:
            return super().form_invalid(form)
        self.calendar = availability.calendar_around(wanted["doctor"], wanted["date"], besides=self.moving)
        offers = availability.offers(
            wanted["doctor"],
            wanted["date"],
            wanted["time"],
            colleagues=self.doctors_with_profiles.only(*COLLEAGUE_SHOWN)[: availability.COLLEAGUES_ASKED],
            visit_type=wanted["visit_type"],
            length=self.length_of(wanted["doctor"], wanted["visit_type"]),
            besides=self.moving,
            patient=self.get_patient(form),
            calendar=self.calendar,
        )
        is_taken = isinstance(form.refusal, services.SlotTakenError)
        is_part = is_taken and self.request.htmx.target == REFUSAL and not form.is_elsewhere
        form.ask_again(offers)
        context = {
            "form": form,
            "wanted": wanted,
            "offers": offers,
            "clash": self.clash_of(form.refusal),
            "is_taken": is_taken,
        }
        if is_part:
            return self.render_refusal(context)
        return self.render_to_response(self.get_context_data(**context), status=409 if is_taken else 422)

    def render_refusal(self, context) -> HttpResponse:
        """Show what a taken time changes on the form."""
        form, person = context["form"], self.request.user
        context |= {"slots": self.slots_of(form), "chosen": form["slot"].value(), "moving": self.moving}
        context["sees_waiting"] = person.has_perm("patients.search_patient")
        return HttpResponse(render_to_string("scheduling/_refused.html", context), status=409)

    def render_to_response(self, context, **response_kwargs):
        """Show the page; htmx takes the form out of it."""
        response = super().render_to_response(context, **response_kwargs)
        if self.request.htmx:
            retarget(reselect(reswap(response, "outerHTML"), f"#{FORM}"), f"#{FORM}")
        return response

    def clash_of(self, refusal) -> Appointment | None:
        """Return the visit in the way, if the person may see it."""
        clash = getattr(refusal, "clash", None)
        if clash is None or not Appointment.objects.for_user(self.request.user).filter(pk=clash.pk).exists():
            return None
        shows_patient(self.request, clash.patient_id)
        return clash

    def get_context_data(self, **kwargs):
        """Add the free slots; choose the one of the address's time, or type that where it is not free."""
        context = super().get_context_data(**kwargs)
        form = context["form"]
        slots = self.slots_of(form)
        time = self.request.GET.get("time", "")[:5]
        if time and slots and not form.is_bound:
            keys = {str(offer.slot): offer.key for offer in slots.offers}
            form.initial |= {"slot": keys[time]} if time in keys else {"time": time}
        return context | {"slots": slots, "chosen": form["slot"].value(), "moving": self.moving}

    def get_slot(self, form) -> dict:
        """Return the time that was decided for, as the services take it."""
        data = form.cleaned_data
        return {
            "visit_type": data["visit_type"],
            "doctor": data["doctor"],
            "appointment_date": data["date"],
            "appointment_time": data["time"],
        }


class AppointmentCreateView(FindTimeMixin, OnceFormView):
    """Book a visit for `?patient=`; the front desk any, a doctor an overbooked one with herself."""

    permission_required = "scheduling.overbook_appointment"
    template_name = "scheduling/appointment_create.html"
    form_class = AppointmentCreateForm

    @property
    def patient_id(self) -> str | None:
        """Return the patient named in the form or the address."""
        return self.request.POST.get("patient") or self.request.GET.get("patient")

    @cached_property
    def patient(self) -> Patient:
        """Return that patient, or raise 404."""
        patients = Patient.objects.for_user(self.request.user).with_account()
        patient = get_object_or_404(patients, pk=self.patient_id)
        shows_patient(self.request, patient.pk)
        return patient

    @cached_property
    def last_visit(self) -> Appointment | None:
        """Return the last visit that the patient came to."""
        visits = Appointment.objects.for_user(self.request.user).filter(patient=self.patient, status="COMPLETED")
        told = ("appointment_date", "doctor__first_name", "doctor__last_name", "doctor__role")
        return visits.select_related("doctor").only(*told).order_by("-appointment_date", "-appointment_time").first()

    @cached_property
    def waiting(self) -> WaitingEntry | None:
        """Return the wish of `?waiting=`, on the waiting list, that the visit is to fulfil."""
        pk = self.request.POST.get("waiting") or self.request.GET.get("waiting")
        wishes = WaitingEntry.objects.for_user(self.request.user).waiting().with_people()
        return wishes.filter(pk=pk, patient=self.patient).first() if pk else None

    def get(self, request, *args, **kwargs):
        """Show the form; first ask for the patient."""
        if not request.GET.get("patient"):
            return PatientChooseView.as_view()(request)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        """Book; or go on to visits that recur, with what was chosen."""
        if "repeat" not in request.POST:
            return super().post(request, *args, **kwargs)
        slot = parse_slot_key(request.POST.get("slot", ""))
        asked = {name: request.POST.get(name) for name in ("doctor", "date", "time", "visit_type")}
        if slot and not asked["time"]:
            asked |= {"date": slot[0].isoformat(), "time": f"{slot[1]:%H:%M}", "doctor": slot[2]}
        query = urlencode({"patient": self.patient.pk} | {name: value for name, value in asked.items() if value})
        return lead_on(request, f"{reverse('scheduling:series_create')}?{query}")

    def get_patient(self, form):
        """Return the patient of the page, by the id alone."""
        patients = Patient.objects.for_user(self.request.user).only("pk")
        return get_object_or_404(patients, pk=self.patient_id)

    def get_defaults(self):
        """Start with the usual kind of visit and the doctor whom the patient saw last."""
        usual = self.usual(is_known=self.last_visit is not None)
        if self.waiting and self.waiting.visit_type_id:
            usual = {"visit_type": self.waiting.visit_type_id}
        if self.last_visit and self.last_visit.doctor_id in self.doctors:
            return usual | {"doctor": self.last_visit.doctor_id}
        return usual | ({"doctor": next(iter(self.doctors))} if len(self.doctors) == 1 else {})

    def perform(self, form):
        """Book the visit."""
        booking = self.get_slot(form) | {
            "notes": form.cleaned_data["notes"],
            "overbook_reason": form.cleaned_data["overbook_reason"],
        }
        if self.waiting:
            return services.book_from_waiting_list(actor=self.request.user, entry=self.waiting, **booking)
        return services.book_appointment(actor=self.request.user, patient=Patient(id=self.patient_id), **booking)

    def get_success_message(self):
        """Say who is booked with whom, and when."""
        return _("%(patient)s is booked with %(doctor)s, %(when)s.") % {
            "patient": self.result.patient.name,
            "doctor": self.result.doctor.display_name,
            "when": when(self.result),
        }

    def get_success_url(self):
        """Go on to the visit."""
        return reverse("scheduling:appointment_detail", args=[self.result.pk])

    def get_context_data(self, **kwargs):
        """Add the patient, the last visit and the next ones."""
        visits = Appointment.objects.for_user(self.request.user).filter(patient=self.patient).occupying()
        coming = visits.from_now(timezone.localtime()).select_related("doctor", "visit_type").by_time()[:NEXT_VISITS]
        context = super().get_context_data(
            **{"patient": self.patient, "last_visit": self.last_visit, "coming": coming, "waiting": self.waiting}
            | kwargs
        )
        if context["slots"] is None:
            # Where the keyboard begins; with slots on the page it is the first of them.
            context["form"].fields["doctor"].widget.attrs["autofocus"] = True
        return context


class AppointmentRescheduleView(FindTimeMixin, ScopedObjectMixin, OnceFormView):
    """Move a visit to another time or doctor."""

    permission_required = "scheduling.reschedule_appointment"
    queryset = Appointment.objects.with_people()
    template_name = "scheduling/appointment_reschedule.html"
    form_class = AppointmentRescheduleForm

    @property
    def moving(self):
        """Return the visit that gives up its time."""
        return self.object

    def get(self, request, *args, **kwargs):
        """Show the form, if the visit can still move."""
        if "reschedule" not in services.possible_changes(actor=request.user, appointment=self.object):
            messages.error(request, _("This visit cannot be moved any more."))
            return HttpResponseRedirect(reverse("scheduling:appointment_detail", args=[self.object.pk]))
        return super().get(request, *args, **kwargs)

    def get_patient(self, form):
        """Return the visit's patient."""
        return self.object.patient

    def get_defaults(self):
        """Start with the same doctor and day, today where that has passed."""
        return {
            "visit_type": self.object.visit_type_id,
            "doctor": self.object.doctor_id,
            "date": max(self.object.appointment_date, timezone.localdate()),
        }

    def perform(self, form):
        """Move the visit."""
        return services.reschedule_appointment(
            actor=self.request.user,
            appointment=self.object,
            overbook_reason=form.cleaned_data.get("overbook_reason", ""),
            **self.get_slot(form),
        )

    def get_success_message(self):
        """Say where the visit has gone."""
        return _("%(patient)s is moved from %(old)s to %(new)s with %(doctor)s.") % {
            "patient": self.object.patient.name,
            "old": when(self.object),
            "new": when(self.result),
            "doctor": self.result.doctor.display_name,
        }

    def get_success_url(self):
        """Go on to the new visit."""
        return reverse("scheduling:appointment_detail", args=[self.result.pk])
