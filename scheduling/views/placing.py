"""What the board asks when a visit is dropped: to move it, to make it longer, to take that back."""

import json

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from homeo.base.templatetags.homeo import clock
from homeo.base.views import OnceFormView, ScopedObjectMixin
from homeo.base.views.access import shows_patient
from scheduling import availability, services
from scheduling.forms.booking import doctors_for
from scheduling.forms.placing import AppointmentPlaceBackForm, AppointmentPlaceForm
from scheduling.models import Appointment
from scheduling.views.booking import when

OFFERED = 3


class AppointmentPlaceView(ScopedObjectMixin, OnceFormView):
    """Move a visit to where it was dropped: POST only, answered with a line that says so, with an undo.

    A refusal says why, with the nearest free times where there are any: 409 where the time is taken or the visit has
    changed meanwhile, elsewise 422. Every answer tells the board to look again (`board-changed`).
    """

    http_method_names = ["post"]
    permission_required = "scheduling.place_appointment"
    queryset = Appointment.objects.with_people()
    form_class = AppointmentPlaceForm
    template_name = "scheduling/_place_refused.html"

    def perform(self, form):
        """Move the visit, or change its length."""
        data = form.cleaned_data
        return services.place_appointment(
            actor=self.request.user,
            appointment=self.object,
            version=data["version"],
            doctor=data["doctor"],
            appointment_date=data["date"],
            appointment_time=data["time"],
            minutes=data["minutes"],
        )

    def get_success_message(self):
        """Say what has changed."""
        old, new = self.object, self.result
        words = {"patient": new.patient.name, "old": when(old), "new": when(new), "doctor": new.doctor.display_name}
        if (old.appointment_date, old.appointment_time, old.doctor_id) == (
            new.appointment_date,
            new.appointment_time,
            new.doctor_id,
        ):
            words |= {"minutes": new.duration, "end": clock(new.ends_at)}
            return _("%(patient)s’s visit now takes %(minutes)d minutes, until %(end)s.") % words
        if old.appointment_date == new.appointment_date:
            words |= {"old": clock(old.appointment_time), "new": clock(new.appointment_time)}
        if words["old"] == words["new"]:
            return _("%(patient)s is moved to %(doctor)s, %(new)s.") % words
        if old.doctor_id != new.doctor_id:
            return _("%(patient)s is moved from %(old)s to %(new)s with %(doctor)s.") % words
        return _("%(patient)s is moved from %(old)s to %(new)s.") % words

    def get_success_url(self):
        """Return where the visit is now; kept with the token of the form."""
        return reverse("scheduling:appointment_detail", args=[self.result.pk])

    def succeed(self):
        """Keep the token as used, then say what has changed."""
        self.keep()
        return self.answer(self.submission.message)

    def repeat(self, before):
        """Answer a drop that was sent before with the same success."""
        self.result = self.object.rescheduled_to
        if self.result is None or before.redirect_to != self.get_success_url():
            raise Http404
        return self.answer(before.message)

    def answer(self, message: str):
        """Say what has changed, with the undo where that time still lies ahead."""
        response = self.response_class(
            self.request,
            "scheduling/_placed.html",
            {
                "message": message,
                "visit": self.result,
                "form": AppointmentPlaceBackForm(
                    user=self.request.user, auto_id=False, initial={"version": self.result.version}
                ),
                "can_undo": self.object.starts_at > timezone.now(),
            },
        )
        return self.tell_board(response, visit=self.result.pk)

    def form_invalid(self, form):
        """Say why nothing was changed."""
        is_conflict = isinstance(form.refusal, services.SlotTakenError | services.StaleVisitError)
        context = self.get_context_data(form=form, **self.get_alternatives(form))
        return self.tell_board(self.render_to_response(context, status=409 if is_conflict else 422))

    def get_alternatives(self, form) -> dict:
        """Return who is in the way of a move, as far as the person may see it, and what is free instead."""
        refusal, data = form.refusal, form.cleaned_data
        if not isinstance(refusal, services.SlotTakenError | services.NotBookableError) or "doctor" not in data:
            return {}
        clash = getattr(refusal, "clash", None)
        if clash and Appointment.objects.for_user(self.request.user).filter(pk=clash.pk).exists():
            shows_patient(self.request, clash.patient_id)
        else:
            clash = None
        visit, doctor = self.object, data["doctor"]
        stays = (visit.doctor_id, visit.appointment_date, visit.appointment_time) == (
            doctor.pk,
            data["date"],
            data["time"],
        )
        offers = []
        if not stays:
            length = availability.Length.after_move(visit, doctor)
            if data["minutes"]:
                length = availability.Length(data["minutes"], length.before, length.after)
            offers = availability.offers(
                doctor,
                data["date"],
                data["time"],
                colleagues=doctors_for(self.request.user).select_related("doctor")[: availability.COLLEAGUES_ASKED],
                visit_type=visit.visit_type,
                length=length,
                besides=visit,
                patient=visit.patient,
            )
        return {"clash": clash, "offers": offers[:OFFERED], "wanted": data, "stays": stays}

    def tell_board(self, response, **detail):
        """Let the board look again once the answer is in the page."""
        response["HX-Trigger"] = json.dumps({"board-changed": detail})
        return response


class AppointmentPlaceBackView(AppointmentPlaceView):
    """Take the last move of a visit back."""

    form_class = AppointmentPlaceBackForm

    def perform(self, form):
        """Move it to where it was."""
        return services.place_back_appointment(
            actor=self.request.user, appointment=self.object, version=form.cleaned_data["version"]
        )

    def get_success_message(self):
        """Say where it is again."""
        words = {"patient": self.result.patient.name, "when": when(self.result)}
        return _("%(patient)s is back at %(when)s with %(doctor)s.") % (
            words | {"doctor": self.result.doctor.display_name}
        )
