"""Pages on which patients book and move visits by themselves: a free time out of a month, then a yes to it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.models import Role, User
from homeo.base.views import AccessMixin, OnceFormView, ScopedObjectMixin
from patients.models import Patient
from scheduling import availability, services
from scheduling.forms import AppointmentRequestForm, OwnRescheduleForm, doctors_for, kinds_for
from scheduling.free_days import Look, Search, find_month, length_of
from scheduling.kinds import fee_of, usual_kind
from scheduling.models import Appointment, SchedulingRules, VisitType
from scheduling.self_booking import Choice, changeable_until, count_open_bookings, is_movable
from scheduling.views.booking import AppointmentRescheduleView, when

# The month of any of more doctors would take too long to look through.
ANY_OF_MAX = 12


class OwnTimeMixin:
    """Choose a time (step "find"), say yes to it ("review"), or hear that it is gone ("taken"); one form in all steps.

    In the form POST `look` shows another month or day, `pick` goes on to the yes; what was typed is kept. With GET the
    same names stand in the address, and htmx is answered with the month alone.
    """

    moving: Appointment | None = None

    @cached_property
    def asked(self):
        """Return what the person asked for, in the form or in the address."""
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def rules(self) -> SchedulingRules:
        """Return the clinic's rules."""
        return SchedulingRules.objects.current()

    @cached_property
    def doctors(self) -> dict[str, User]:
        """Return the doctors who can be booked, by id."""
        return {doctor.pk: doctor for doctor in doctors_for(self.request.user).select_related("doctor")}

    @property
    def allows_any(self) -> bool:
        """Tell whether one may look for a time with any of the doctors."""
        return self.moving is None and 1 < len(self.doctors) <= ANY_OF_MAX

    @property
    def patient(self) -> Patient | None:
        """Return whose visit it is, None where the account has no patient."""
        raise NotImplementedError

    @property
    def kind(self) -> VisitType | None:
        """Return the kind of visit to look for."""
        raise NotImplementedError

    @property
    def usual_doctor(self) -> str:
        """Return the id of the doctor with whom the search begins, nothing for any or none."""
        raise NotImplementedError

    @cached_property
    def doctor_id(self) -> str:
        """Return the id of the doctor to look for, nothing for any or none."""
        if len(self.doctors) == 1:
            return next(iter(self.doctors))
        asked = self.asked.get("doctor")
        return self.usual_doctor if asked is None else asked

    @property
    def is_full(self) -> bool:
        """Tell whether the patient has as many open visits as can be booked online; a move adds none."""
        return self.moving is None and count_open_bookings(self.patient) >= self.rules.max_open_bookings

    def get_month(self) -> dict:
        """Return the free days to choose from, or what stands in their way, for the template of the month."""
        shown = {"page": self.request.path, "moving": self.moving, "patient": self.patient}
        if self.patient is None:
            return shown | {"problem": _("There is no patient file for this account yet. Please call the clinic.")}
        if self.is_full:
            is_own = self.patient.user_id == self.request.user.pk
            return shown | {"is_full": True, "most": self.rules.max_open_bookings, "is_own": is_own}
        if not self.doctor_id and self.allows_any:
            doctors = list(self.doctors.values())
        elif self.doctor_id in self.doctors:
            doctors = [self.doctors[self.doctor_id]]
        elif self.doctor_id:
            return shown | {"problem": _("This doctor takes no visits. Choose another.")}
        else:
            return shown | {"problem": _("Choose a doctor to see the free days.")}
        search = Search(doctors, self.patient, availability.booking_window(self.rules), self.kind, self.moving)
        is_any = len(doctors) > 1
        return shown | {
            "month": find_month(search, self.look),
            "is_any": is_any,
            "is_look": "look" in self.asked,
            "minutes": search.length(doctors[0]).minutes,
            "fee": self.kind and self.kind.fee if is_any else fee_of(doctors[0].doctor, self.kind),
        }

    @property
    def look(self) -> Look | None:
        """Return the month and day to show, None for the first that is free."""
        asked = self.asked.get("look") or self.asked.get("shown") or self.asked.get("date") or ""
        return Look.parse(asked)

    def get_form_kwargs(self):
        """Fill the form in where it was sent for more than a look."""
        kwargs = super().get_form_kwargs()
        kwargs |= {
            "doctors": self.doctors,
            "any_label": _("Any doctor") if self.allows_any else _("Choose a doctor"),
        }
        if "look" in self.request.POST:
            del kwargs["data"], kwargs["files"]
        elif "pick" in self.request.POST:
            kwargs["data"] = kwargs["data"].copy()
            kwargs["data"]["slot"] = kwargs["data"]["pick"]
        return kwargs

    def get_initial(self):
        """Start with what is looked for."""
        return super().get_initial() | {"doctor": self.doctor_id}

    def get(self, request, *args, **kwargs):
        """Show the page; htmx gets the month alone."""
        if request.htmx:
            return render(request, "scheduling/_free_month.html", {"free": self.get_month()})
        return self.find(self.get_form())

    def post(self, request, *args, **kwargs):
        """Book or move; or only look at another day, or at what was picked: nothing has happened yet then."""
        if "look" in request.POST:
            return self.find(self.get_form())
        if "pick" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        return self.review(form) if form.is_valid() else self.form_invalid(form)

    def find(self, form, *, status: int = 200):
        """Show the free days."""
        return self.render_to_response(
            self.get_context_data(form=form, step="find", free=self.get_month()), status=status
        )

    def review(self, form, *, status: int = 200):
        """Show the chosen time, and ask whether it is right."""
        form.hide_search()
        context = self.get_context_data(form=form, step="review", choice=self.choice_of(form))
        return self.render_to_response(context, status=status)

    def taken(self, form):
        """Say that the time is not to be had, never why, and offer the nearest ones; a rule of the clinic is told."""
        choice, refusal = self.choice_of(form), form.refusal
        first, last = window = availability.booking_window(self.rules)
        is_rule = not first <= choice.starts_at <= last
        data = form.cleaned_data
        offers = availability.offers(
            choice.doctor,
            data["date"],
            data["time"],
            colleagues=self.doctors.values(),
            visit_type=choice.kind,
            length=length_of(choice.doctor, choice.kind, self.moving),
            besides=self.moving,
            patient=choice.patient,
            window=window,
        )
        form.hide_search()
        context = self.get_context_data(
            form=form,
            step="taken",
            choice=choice,
            offers=offers,
            reason=refusal.message if is_rule or getattr(refusal, "is_patients", False) else "",
        )
        return self.render_to_response(context, status=422 if is_rule else 409)

    def choice_of(self, form) -> Choice:
        """Return the time of a form that is filled in."""
        data = form.cleaned_data
        doctor = data["doctor"]
        kind = self.moving.visit_type if self.moving else data["visit_type"]
        starts_at = timezone.make_aware(datetime.combine(data["date"], data["time"]))
        return Choice(
            patient=self.moving.patient if self.moving else data["patient"],
            doctor=doctor,
            starts_at=starts_at,
            kind=kind,
            minutes=length_of(doctor, kind, self.moving).minutes,
            fee=fee_of(doctor.doctor, kind),
            changeable_until=changeable_until(starts_at, self.rules),
        )

    def form_invalid(self, form):
        """Show what was refused, where it can be put right."""
        if form.is_time_refused:
            return self.taken(form)
        if form.is_time_chosen and not isinstance(form.refusal, services.NotBookableError):
            return self.review(form, status=422)
        return self.find(form, status=422)

    def get_slot(self, form) -> dict:
        """Return the time that was decided for, as the services take it."""
        data = form.cleaned_data
        return {"doctor": data["doctor"], "appointment_date": data["date"], "appointment_time": data["time"]}


class AppointmentRequestView(OwnTimeMixin, OnceFormView):
    """Ask for a visit, for oneself or for somebody one looks after; the front desk confirms it."""

    permission_required = "scheduling.request_appointment"
    template_name = "scheduling/appointment_request.html"
    form_class = AppointmentRequestForm

    @cached_property
    def patients(self) -> dict[str, Patient]:
        """Return for whom the person may book, by id."""
        patients = Patient.objects.for_user(self.request.user).active().with_account().by_name()
        return {patient.pk: patient for patient in patients}

    @cached_property
    def patient(self):
        """Return the patient asked for, by default oneself."""
        asked = self.patients.get(self.asked.get("patient"))
        own = (patient for patient in self.patients.values() if patient.user_id == self.request.user.pk)
        return asked or next(own, None) or next(iter(self.patients.values()), None)

    @cached_property
    def kinds(self) -> dict[str, VisitType]:
        """Return the kinds of visits that can be booked online, by id, in the clinic's order."""
        return {kind.pk: kind for kind in kinds_for(self.request.user)}

    @cached_property
    def last_doctor(self) -> str | None:
        """Return the id of the doctor whom the patient saw last, None before the first visit."""
        visits = Appointment.objects.for_user(self.request.user).filter(patient=self.patient, status="COMPLETED")
        last = visits.order_by("-appointment_date", "-appointment_time")
        return last.values_list("doctor_id", flat=True).first()

    @cached_property
    def kind(self):
        """Return the kind asked for, by default the usual one."""
        asked = self.kinds.get(self.asked.get("visit_type"))
        if asked or len(self.kinds) <= 1:
            return asked or next(iter(self.kinds.values()), None)
        return usual_kind(self.kinds.values(), is_known=self.last_doctor is not None)

    @property
    def usual_doctor(self):
        """Return the doctor whom the patient saw last."""
        return self.last_doctor if self.last_doctor in self.doctors else ""

    def get_form_kwargs(self):
        """Tell the form for whom and what may be booked."""
        return super().get_form_kwargs() | {"patients": self.patients, "kinds": self.kinds}

    def get_initial(self):
        """Start with what is looked for, and with what was typed before."""
        usual = {
            "patient": self.patient and self.patient.pk,
            "visit_type": self.kind and self.kind.pk,
            "notes": self.request.POST.get("notes", ""),
        }
        return super().get_initial() | usual

    def get_context_data(self, **kwargs):
        """Tell whether it must be said whom the visit is for."""
        return super().get_context_data(**{"is_for_several": len(self.patients) > 1} | kwargs)

    def perform(self, form):
        """Ask for the visit."""
        return services.book_appointment(
            actor=self.request.user,
            patient=form.cleaned_data["patient"],
            visit_type=form.cleaned_data["visit_type"],
            notes=form.cleaned_data["notes"],
            status=Appointment.Status.PENDING,
            **self.get_slot(form),
        )

    def get_success_message(self):
        """Say what was asked for, and that it waits for an answer."""
        return _("You asked for a visit to %(doctor)s, %(when)s. The clinic will confirm it.") % {
            "doctor": self.result.doctor.display_name,
            "when": when(self.result),
        }

    def get_success_url(self):
        """Go on to the person's visits."""
        return reverse("scheduling:appointment_list")


class OwnRescheduleView(OwnTimeMixin, ScopedObjectMixin, OnceFormView):
    """Move a visit of one's own to another time or doctor; the front desk confirms it again."""

    permission_required = "scheduling.reschedule_appointment"
    queryset = Appointment.objects.with_people()
    template_name = "scheduling/appointment_reschedule_own.html"
    form_class = OwnRescheduleForm

    @property
    def moving(self):
        """Return the visit that gives up its time."""
        return self.object

    @property
    def patient(self):
        """Return the visit's patient."""
        return self.object.patient

    @property
    def kind(self):
        """Return the visit's kind, which stays."""
        return self.object.visit_type

    @property
    def usual_doctor(self):
        """Return the visit's doctor."""
        return self.object.doctor_id if self.object.doctor_id in self.doctors else ""

    @property
    def look(self):
        """Return what was asked for, by default the days around the visit, as far as one can book."""
        first, last = (timezone.localdate(moment) for moment in availability.booking_window(self.rules))
        day = self.object.appointment_date
        return super().look or (Look(day.replace(day=1)) if first <= day <= last else None)

    def get(self, request, *args, **kwargs):
        """Show the free days, if the visit can still move."""
        changes = services.possible_changes(actor=request.user, appointment=self.object, rules=self.rules)
        if "reschedule" not in changes or not is_movable(self.object):
            messages.error(request, _("This visit cannot be moved here any more. Please call the clinic."))
            return HttpResponseRedirect(reverse("scheduling:appointment_detail", args=[self.object.pk]))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        """Add until when the visit can be moved."""
        return super().get_context_data(
            **{"changeable_until": changeable_until(self.object.starts_at, self.rules)} | kwargs
        )

    def perform(self, form):
        """Move the visit."""
        return services.reschedule_appointment(actor=self.request.user, appointment=self.object, **self.get_slot(form))

    def get_success_message(self):
        """Say where the visit has gone, and that it waits for an answer."""
        return _("%(patient)s is moved from %(old)s to %(new)s with %(doctor)s. The clinic will confirm it.") % {
            "patient": self.object.patient.name,
            "old": when(self.object),
            "new": when(self.result),
            "doctor": self.result.doctor.display_name,
        }

    def get_success_url(self):
        """Go on to the new visit."""
        return reverse("scheduling:appointment_detail", args=[self.result.pk])


class AppointmentMoveView(AccessMixin, View):
    """Hand the request to the patient's page or the clinic's."""

    permission_required = "scheduling.reschedule_appointment"

    def get(self, request, pk):
        """Answer with the page of the person's role."""
        page = OwnRescheduleView if request.user.role == Role.PATIENT else AppointmentRescheduleView
        return page.as_view()(request, pk=pk)

    post = get
