"""Which mails about visits a patient wants."""

from django.urls import reverse
from django.utils.translation import gettext as _

from homeo.base.views import VersionedFormView
from patients.models import Patient
from scheduling import services
from scheduling.forms.notices import NoticePreferenceForm


class NoticePreferenceView(VersionedFormView):
    """Choose the mails about one's own visits, or about those of a person one looks after."""

    permission_required = "scheduling.change_own_noticepreference"
    queryset = Patient.objects.with_account()
    form_class = NoticePreferenceForm
    template_name = "scheduling/notice_preference.html"

    def get_object(self, queryset=None):
        """Return the wishes of the patient, who is locked where the queryset locks: there may be no stored row yet."""
        return services.preference_of(super().get_object(queryset))

    def get_context_data(self, **kwargs):
        """Say whose mails these are, and where they go."""
        patient = self.object.patient
        recipients = services.recipients_of(patient)
        return super().get_context_data(
            **{"patient": patient, "is_own": patient.user_id == self.request.user.pk, "recipients": recipients} | kwargs
        )

    def perform(self, form):
        """Keep the wishes."""
        return services.set_notice_preference(
            actor=self.request.user,
            patient=self.object.patient,
            **{name: form.cleaned_data[name] for name in form.Meta.fields},
        )

    def get_success_message(self):
        """Say that they are kept."""
        return _("Your choice of mails is saved.")

    def get_success_url(self):
        """Go back to the visits."""
        return reverse("scheduling:appointment_list")
