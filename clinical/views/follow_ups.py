"""Who is due: the worklist of calls, what came of them, and the doctor's own word on it."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.filters import FollowUpFilter
from clinical.forms import SeeAgainForm
from clinical.models import FollowUp
from clinical.services import follow_ups
from homeo.base.templatetags.homeo import day
from homeo.base.views import ActionView, ListPageView, OnceFormView, ScopedObjectMixin
from patients.models import Patient


class FollowUpListView(ListPageView):
    """Patients who are due and not booked: whom to call, since when, for which doctor."""

    permission_required = "clinical.view_followup"
    export_permission = "scheduling.export_appointment"
    queryset = FollowUp.objects.with_people()
    filterset_class = FollowUpFilter
    template_name = "clinical/follow_up_list.html"
    orderings = {
        "due": ("due_date", "pk"),
        "patient": ("patient__user__search_name", "due_date", "pk"),
        "doctor": ("doctor__search_name", "due_date", "pk"),
    }
    csv_columns = (
        (gettext_lazy("Due"), lambda follow_up: follow_up.due_date.isoformat()),
        (gettext_lazy("Patient"), lambda follow_up: follow_up.patient.name),
        (gettext_lazy("File number"), lambda follow_up: follow_up.patient.file_number),
        (gettext_lazy("Phone"), lambda follow_up: follow_up.patient.phone),
        (gettext_lazy("Doctor"), lambda follow_up: follow_up.doctor.display_name),
        (gettext_lazy("Calls"), lambda follow_up: len(follow_up.unanswered_at)),
    )

    def get_context_data(self, **kwargs):
        """Add the row that was changed just now, so that it can be taken back."""
        asked = self.request.GET.get("changed", "")[:24]
        changed = FollowUp.objects.for_user(self.request.user).with_people().filter(pk=asked).first() if asked else None
        return super().get_context_data(**{"changed": changed, "today": timezone.localdate()} | kwargs)


class FollowUpActionView(ActionView):
    """What came of a call."""

    permission_required = "clinical.change_followup"
    queryset = FollowUp.objects.with_people()

    def get_success_url(self) -> str:
        """Go back to the list, where it can be taken back."""
        return reverse("clinical:follow_up_list", query={"changed": self.object.pk})

    def name(self) -> dict:
        """Return the patient's name for a message."""
        return {"name": self.object.patient.name}


class FollowUpUnansweredView(FollowUpActionView):
    """Nobody answered."""

    def perform(self):
        """Keep the call."""
        return follow_ups.note_unanswered(actor=self.request.user, follow_up=self.object)

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("%(name)s did not answer.") % self.name()


class FollowUpForgetUnansweredView(FollowUpActionView):
    """The last call was noted by mistake."""

    def perform(self):
        """Take the call back."""
        return follow_ups.forget_unanswered(actor=self.request.user, follow_up=self.object)

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("The call to %(name)s is taken back.") % self.name()


class FollowUpDeclineView(FollowUpActionView):
    """The patient does not want to come."""

    def perform(self):
        """Take the patient off the list."""
        return follow_ups.decline(actor=self.request.user, follow_up=self.object)

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("%(name)s does not want to come and is off the list.") % self.name()


class FollowUpReturnView(FollowUpActionView):
    """The patient is to be called after all."""

    def perform(self):
        """Put the patient on the list again."""
        return follow_ups.take_back_decline(actor=self.request.user, follow_up=self.object)

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("%(name)s is on the list again.") % self.name()


class FollowUpCreateView(ScopedObjectMixin, OnceFormView):
    """See a treated patient again in so many days."""

    permission_required = "clinical.add_followup"
    queryset = Patient.objects.with_account()
    form_class = SeeAgainForm
    template_name = "clinical/follow_up_create.html"

    def perform(self, form):
        """Expect the patient."""
        return follow_ups.see_again(actor=self.request.user, patient=self.object, **form.service_values())

    def get_success_url(self) -> str:
        """Go back to the chart."""
        return reverse("patients:patient_detail", args=[self.object.pk])

    def get_success_message(self) -> str:
        """Name the patient and the day."""
        values = {"name": self.object.name, "day": day(self.result.due_date)}
        return _("%(name)s is to come again on %(day)s. The front desk calls, unless a visit is booked.") % values
