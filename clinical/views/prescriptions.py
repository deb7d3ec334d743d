"""Prescriptions: the list, writing, reading and printing, putting away."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from clinical import services
from clinical.filters import PrescriptionFilter
from clinical.forms import ConfirmForm, PrescriptionCreateForm, PrescriptionItemForm, PrescriptionUpdateForm
from clinical.models import Prescription
from clinical.views.consultations import OwnConsultationMixin
from homeo.base.views import ListPageView, OnceFormView, ScopedObjectMixin, VersionedFormView
from patients.models import Patient


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
    queryset = Prescription.objects.with_items().select_related("patient__user", "doctor__doctor")
    template_name = "clinical/prescription_detail.html"

    def get_context_data(self, **kwargs):
        """Add the doctor's profile, with the licence number."""
        return super().get_context_data(
            prescription=self.object,
            patient=self.object.patient,
            profile=getattr(self.object.doctor, "doctor", None),
            is_own=self.object.doctor_id == self.request.user.pk,
            **kwargs,
        )


class PrescriptionFormMixin:
    """The page on which a prescription is written; `patient` and `consultation` say about whom and in which visit."""

    template_name = "clinical/prescription_form.html"
    consultation = None

    def post(self, request, *args, **kwargs):
        """Give another row, or save."""
        if "add_row" in request.POST:
            return self.render_to_response(self.get_context_data(form=self.get_form().with_another_row()))
        return super().post(request, *args, **kwargs)

    def perform(self, form):
        """Save the prescription with its lines."""
        return services.write_prescription(
            actor=self.request.user,
            patient=self.patient,
            consultation=self.consultation,
            prescription=form.prescription,
            items=form.lines,
            notes=form.cleaned_data["notes"],
        )

    def get_success_message(self) -> str:
        """Say whether it is signed."""
        if self.consultation:
            return _("The prescription is saved; completing the consultation signs it.")
        return _("The prescription for %(name)s is signed.") % {"name": self.patient.name}

    def get_context_data(self, **kwargs):
        """Add whom it is for."""
        return super().get_context_data(patient=self.patient, consultation=self.consultation, **kwargs)


class PrescriptionWriteView(PrescriptionFormMixin, OnceFormView):
    """A new prescription; `?repeat=` starts with the lines of an earlier one of the patient."""

    permission_required = "clinical.add_prescription"
    form_class = PrescriptionCreateForm

    @cached_property
    def earlier(self):
        """Return the patient's signed prescriptions that the doctor may see, latest first."""
        own = Prescription.objects.for_user(self.request.user).active().signed().filter(patient=self.patient)
        return own.with_items().latest_first()

    def get_form_kwargs(self):
        """Start with the lines that are repeated."""
        kwargs = super().get_form_kwargs()
        repeated = self.earlier.filter(pk=self.request.GET.get("repeat", "")[:24]).first()
        if repeated and self.request.method == "GET":
            names = PrescriptionItemForm.Meta.fields
            kwargs["lines"] = [{name: getattr(item, name) for name in names} for item in repeated.items.all()]
            kwargs["initial"] |= {"notes": repeated.notes}
        return kwargs

    def get_context_data(self, **kwargs):
        """Add the last prescription, which can be repeated."""
        return super().get_context_data(last_prescription=self.earlier.first(), **kwargs)


class PrescriptionCreateView(OwnConsultationMixin, PrescriptionWriteView):
    """A prescription within a consultation that is being written: a draft until it is completed."""

    permission_required = "clinical.add_prescription"

    @property
    def consultation(self):
        """Return the consultation that the address names."""
        return self.object

    @property
    def patient(self):
        """Return the patient of the consultation."""
        return self.object.patient

    def get(self, request, *args, **kwargs):
        """Show the form while the consultation is being written."""
        if not self.object.is_writable:
            messages.error(request, _("This consultation is not being written: begin it, or prescribe from the chart."))
            return HttpResponseRedirect(reverse("clinical:consultation_detail", args=[self.object.pk]))
        return super().get(request, *args, **kwargs)


class PatientPrescriptionCreateView(ScopedObjectMixin, PrescriptionWriteView):
    """A prescription outside of a consultation, signed at once."""

    queryset = Patient.objects.with_account()

    def get_success_url(self) -> str:
        """Read what was signed, and print it."""
        return reverse("clinical:prescription_detail", args=[self.result.pk])

    @property
    def patient(self):
        """Return the patient whom the address names."""
        return self.object


class OwnPrescriptionMixin(ScopedObjectMixin):
    """One of the doctor's own prescriptions for a patient whom she treats."""

    queryset = Prescription.objects.select_related("patient__user", "doctor", "consultation")

    def get_queryset(self):
        """Leave out those of colleagues."""
        user = self.request.user
        return super().get_queryset().written_by(user).of_patients_of(user)

    def get_success_url(self) -> str:
        """Go back to the consultation, where there is one."""
        if self.object.consultation_id:
            return reverse("clinical:consultation_update", args=[self.object.consultation_id])
        return reverse("clinical:prescription_detail", args=[self.object.pk])

    def get(self, request, *args, **kwargs):
        """Show the page while the prescription is a draft."""
        if not self.object.is_draft:
            messages.error(request, _("A signed prescription stays as it is: write a new one."))
            return HttpResponseRedirect(reverse("clinical:prescription_detail", args=[self.object.pk]))
        return super().get(request, *args, **kwargs)


class PrescriptionUpdateView(PrescriptionFormMixin, OwnPrescriptionMixin, VersionedFormView):
    """A draft that is changed."""

    permission_required = "clinical.change_prescription"
    form_class = PrescriptionUpdateForm

    def lock_object(self):
        """Lock the consultation before its draft: completing signs the draft in this order."""
        if self.consultation:
            services.lock_consultation(self.consultation)
        return super().lock_object()

    @property
    def consultation(self):
        """Return the consultation that the prescription belongs to."""
        return self.object.consultation

    @property
    def patient(self):
        """Return the patient."""
        return self.object.patient

    def get_initial(self):
        """Start with the advice that is stored."""
        return super().get_initial() | {"notes": self.object.notes}

    def get_form_kwargs(self):
        """Tell the form which lines there are."""
        return super().get_form_kwargs() | {"prescription": self.object}


class PrescriptionArchiveView(OwnPrescriptionMixin, OnceFormView):
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
