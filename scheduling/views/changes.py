"""Buttons and pages that change where a visit stands."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from homeo.base.views import ActionView, VersionedFormView
from scheduling import services
from scheduling.forms import AppointmentCancelForm
from scheduling.models import Appointment
from scheduling.views.booking import when
from scheduling.views.offers import who_would_take


class VisitActionView(ActionView):
    """A button on a visit; POST `next` names the page of ours to go back to, by default the visit's."""

    queryset = Appointment.objects.with_people()

    def get_success_url(self):
        """Go back to where the button was."""
        url = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return url if is_ours else reverse("scheduling:appointment_detail", args=[self.object.pk])

    def say(self, sentence: str) -> str:
        """Return the sentence with the patient, the doctor, the time and the token of the visit in it."""
        return sentence % {
            "patient": self.object.patient.name,
            "doctor": self.object.doctor.display_name,
            "when": when(self.object),
            "token": self.result.token_number or 0,
        }


class AppointmentConfirmView(VisitActionView):
    """Confirm a visit that was asked for."""

    permission_required = "scheduling.confirm_appointment"

    def perform(self):
        """Confirm it."""
        return services.confirm_appointment(actor=self.request.user, appointment=self.object)

    def get_success_message(self):
        """Say what is confirmed."""
        return self.say(_("Confirmed: %(patient)s with %(doctor)s, %(when)s."))


class AppointmentCheckInView(VisitActionView):
    """Note that the patient is here."""

    permission_required = "scheduling.check_in_appointment"

    def perform(self):
        """Check the patient in."""
        return services.check_in_appointment(actor=self.request.user, appointment=self.object)

    def get_success_message(self):
        """Say who is here, with which token, and lead to the slip."""
        sentence = self.say(_("%(patient)s is here, token %(token)d, for %(doctor)s."))
        slip = reverse("scheduling:appointment_token", args=[self.object.pk])
        return format_html('{} <a href="{}">{}</a>', sentence, slip, _("Print the token"))


class AppointmentNoShowView(VisitActionView):
    """Note that the patient did not come."""

    permission_required = "scheduling.mark_no_show_appointment"

    def perform(self):
        """Mark it."""
        return services.mark_no_show_appointment(actor=self.request.user, appointment=self.object)

    def get_success_message(self):
        """Say who did not come."""
        return self.say(_("%(patient)s did not come, %(when)s. Checking in takes it back."))


class AppointmentRestoreView(VisitActionView):
    """Take a cancellation back."""

    permission_required = "scheduling.cancel_appointment"

    def perform(self):
        """Restore the visit."""
        return services.restore_appointment(actor=self.request.user, appointment=self.object)

    def get_success_message(self):
        """Say what is booked again."""
        return self.say(_("The visit of %(patient)s to %(doctor)s, %(when)s, is on again."))


class AppointmentCancelView(VersionedFormView):
    """Call a visit off, with a reason."""

    permission_required = "scheduling.cancel_appointment"
    queryset = Appointment.objects.with_people()
    template_name = "scheduling/appointment_cancel.html"
    form_class = AppointmentCancelForm

    def get(self, request, *args, **kwargs):
        """Ask for the reason, if the visit can still be cancelled."""
        if "cancel" not in services.possible_changes(actor=request.user, appointment=self.object):
            messages.error(request, _("This visit cannot be cancelled any more."))
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        """Add who waits for such a time."""
        waiting = who_would_take(self.object, self.request.user)
        return super().get_context_data(**{"waiting": waiting} | kwargs)

    def perform(self, form):
        """Cancel the visit."""
        return services.cancel_appointment(
            actor=self.request.user, appointment=self.object, reason=form.cleaned_data["cancel_reason"]
        )

    def get_success_message(self):
        """Say what is called off, and that it can be taken back."""
        return _("Cancelled: %(patient)s with %(doctor)s, %(when)s. You can still undo it here.") % {
            "patient": self.object.patient.name,
            "doctor": self.object.doctor.display_name,
            "when": when(self.object),
        }

    def get_success_url(self):
        """Go on to the visit, where the cancellation can be undone."""
        return reverse("scheduling:appointment_detail", args=[self.object.pk])
