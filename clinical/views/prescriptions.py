"""Prescriptions: the list, reading and printing, putting away."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from clinical import services
from clinical.changes import compared
from clinical.filters import PrescriptionFilter
from clinical.forms import ConfirmForm
from clinical.lines import values_of
from clinical.models import Prescription
from homeo.base.views import ListPageView, OnceFormView, ScopedObjectMixin


class PrescriptionListView(ListPageView):
    """The prescriptions that the person may see: a patient's own signed ones, those of a doctor's patients."""

    permission_required = "clinical.view_prescription"
    queryset = Prescription.objects.active().with_items().select_related("patient__user", "doctor")
    template_name = "clinical/prescription_list.html"
    filterset_class = PrescriptionFilter
    orderings = {
        "-created_at": ("-created_at", "-pk"),
        "created_at": ("created_at", "pk"),
        "patient": ("patient__user__search_name", "-created_at", "-pk"),
        "doctor": ("doctor__search_name", "-created_at", "-pk"),
    }


class PrescriptionDetailView(ScopedObjectMixin, TemplateView):
    """A prescription as it is printed, on A5 or A4."""

    permission_required = "clinical.view_prescription"
    queryset = Prescription.objects.with_items().select_related("patient__user", "doctor__doctor", "replaces")
    template_name = "clinical/prescription_detail.html"

    def get_context_data(self, **kwargs):
        """Add the doctor's profile, with the licence number, and for doctors what is different about it."""
        items = list(self.object.items.all())
        context = {"lines": [(item, None) for item in items], "dropped": []}
        if self.request.user.has_perm("clinical.add_prescription") and (earlier := self._get_earlier()):
            changes, dropped = compared([values_of(item) for item in items], list(earlier.items.all()))
            context = {"lines": zip(items, changes, strict=True), "dropped": dropped, "earlier": earlier}
        return super().get_context_data(
            prescription=self.object,
            patient=self.object.patient,
            profile=getattr(self.object.doctor, "doctor", None),
            is_own=self.object.doctor_id == self.request.user.pk,
            **context,
            **kwargs,
        )

    def _get_earlier(self) -> Prescription | None:
        """Return the one that it replaces, or the patient's last one before it."""
        seen = Prescription.objects.for_user(self.request.user).with_items()
        if self.object.replaces_id:
            return seen.filter(pk=self.object.replaces_id).first()
        before = seen.active().current().filter(patient=self.object.patient, created_at__lt=self.object.created_at)
        return before.latest_first().first()


class OwnPrescriptionMixin(ScopedObjectMixin):
    """One of the doctor's own prescriptions for a patient whom she treats."""

    queryset = Prescription.objects.select_related("patient__user", "doctor", "consultation", "replaced_by")

    def get_queryset(self):
        """Return fewer than `for_user()`: without those of colleagues."""
        user = self.request.user
        return self.queryset.written_by(user).of_patients_of(user)


class OwnDraftMixin(OwnPrescriptionMixin):
    """One of the doctor's own drafts."""

    def get_success_url(self) -> str:
        """Go back to the consultation, where there is one."""
        if self.object.consultation_id:
            return reverse("clinical:consultation_update", args=[self.object.consultation_id])
        return reverse("clinical:prescription_detail", args=[self.object.pk])

    def get(self, request, *args, **kwargs):
        """Show the page while the prescription is a draft."""
        if not self.object.is_draft:
            messages.error(request, _("A signed prescription stays as it is: write a new one that replaces it."))
            return HttpResponseRedirect(reverse("clinical:prescription_detail", args=[self.object.pk]))
        return super().get(request, *args, **kwargs)


class PrescriptionArchiveView(OwnDraftMixin, OnceFormView):
    """Put away a draft, after a question."""

    permission_required = "clinical.archive_prescription"
    form_class = ConfirmForm
    template_name = "clinical/prescription_archive.html"

    def perform(self, form):
        """Put it away."""
        return services.archive_prescription(actor=self.request.user, prescription=self.object)

    def get_success_message(self) -> str:
        """Say what was done."""
        return _("The draft is put away.")
