"""Consultations: begin, write, complete, read, put away."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from clinical import services
from clinical.forms import ConfirmForm, ConsultationForm
from clinical.models import Consultation, Prescription
from homeo.base.views import ActionView, OnceFormView, ScopedObjectMixin, VersionedFormView
from patients.models import Patient

COURSE_LENGTH = 8


class OwnConsultationMixin(ScopedObjectMixin):
    """One of the doctor's own consultations with a patient whom she treats."""

    permission_required = "clinical.change_consultation"
    queryset = Consultation.objects.select_related("patient__user", "doctor")

    def get_queryset(self):
        """Leave out those of colleagues."""
        user = self.request.user
        return super().get_queryset().written_by(user).of_patients_of(user)

    def get_success_url(self) -> str:
        """Go on writing, or read what is written."""
        name = "consultation_update" if self.object.is_writable else "consultation_detail"
        return reverse(f"clinical:{name}", args=[self.object.pk])


class ConsultationDetailView(ScopedObjectMixin, TemplateView):
    """A consultation to read: one's own, a colleague's with a treated patient, a patient's own completed one."""

    permission_required = "clinical.view_consultation"
    queryset = Consultation.objects.select_related("patient__user", "doctor")
    template_name = "clinical/consultation_detail.html"

    def get_context_data(self, **kwargs):
        """Add what was prescribed, and whether the person writes this consultation."""
        prescriptions = Prescription.objects.for_user(self.request.user).active().with_items()
        texts = [
            (self.object._meta.get_field(name).verbose_name, getattr(self.object, name)) for name in services.TEXTS
        ]
        return super().get_context_data(
            consultation=self.object,
            patient=self.object.patient,
            texts=[(label, text) for label, text in texts if text],
            prescriptions=prescriptions.filter(consultation=self.object).latest_first(),
            is_own=self.object.doctor_id == self.request.user.pk,
            **kwargs,
        )


class ConsultationStartView(OwnConsultationMixin, ActionView):
    """The patient is in the room."""

    def perform(self):
        """Begin the consultation."""
        self.object = services.start_consultation(actor=self.request.user, consultation=self.object)

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("%(name)s is with you.") % {"name": self.object.patient.name}


class ConsultationCreateView(ScopedObjectMixin, OnceFormView):
    """Begin a consultation with a treated patient who has no visit."""

    permission_required = "clinical.add_consultation"
    queryset = Patient.objects.with_account()
    form_class = ConfirmForm
    template_name = "clinical/consultation_create.html"

    def perform(self, form):
        """Begin the consultation."""
        return services.start_unplanned_consultation(actor=self.request.user, patient=self.object)

    def get_success_url(self) -> str:
        """Go on to the writing."""
        return reverse("clinical:consultation_update", args=[self.result.pk])

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("The consultation with %(name)s has begun.") % {"name": self.object.name}

    def get_context_data(self, **kwargs):
        """Add a consultation that the doctor has open already."""
        own = Consultation.objects.written_by(self.request.user).active().filter(patient=self.object)
        open_one = own.filter(status=Consultation.Status.IN_PROGRESS).latest_first().first()
        return super().get_context_data(patient=self.object, open_consultation=open_one, **kwargs)


class ConsultationUpdateView(OwnConsultationMixin, VersionedFormView):
    """The writing page. Its buttons: save, `complete`, and `then` (save and go on to a prescription)."""

    form_class = ConsultationForm
    template_name = "clinical/consultation_update.html"

    def lock_object(self):
        """Lock the visit before its consultation: completing changes both."""
        services.lock_consultation(self.object)
        return super().lock_object()

    def form_stored(self, form):
        """Complete from a stale page too, where it has the words that are stored."""
        if "complete" in self.request.POST and self.object.is_writable:
            return self.form_valid(form)
        return super().form_stored(form)

    def get(self, request, *args, **kwargs):
        """Show the page while there is something to write, else the text to read."""
        if not self.object.is_writable:
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def perform(self, form):
        """Keep the text, and complete the consultation where that was asked for."""
        change = services.write_consultation
        if "complete" in self.request.POST:
            change = services.write_and_complete_consultation
        texts = {name: form.cleaned_data[name] for name in services.TEXTS}
        self.object = change(actor=self.request.user, consultation=self.object, **texts)
        return self.object

    def get_success_url(self) -> str:
        """Go on to the prescription that was asked for, write on, or read what was completed."""
        then = self.request.POST.get("then", "")
        if self.object.is_writable and then == "prescribe":
            return reverse("clinical:prescription_create", args=[self.object.pk])
        if self.object.is_writable and self.object.prescriptions.filter(pk=then[:24]).exists():
            return reverse("clinical:prescription_update", args=[then])
        return super().get_success_url()

    def get_success_message(self) -> str:
        """Say what was done."""
        if self.object.status == Consultation.Status.COMPLETED:
            return _("The consultation with %(name)s is signed and complete; the front desk has its invoice.") % {
                "name": self.object.patient.name
            }
        return _("Saved.")

    def get_context_data(self, **kwargs):
        """Add what the doctor has in view: the drafts, the last remedy, the course of earlier consultations."""
        user, patient = self.request.user, self.object.patient
        prescriptions = Prescription.objects.for_user(user).active().filter(patient=patient).with_items()
        earlier = Consultation.objects.for_user(user).active().attended().filter(patient=patient)
        return super().get_context_data(
            consultation=self.object,
            patient=patient,
            drafts=prescriptions.filter(consultation=self.object).latest_first(),
            last_prescription=prescriptions.current().latest_first().first(),
            course=earlier.exclude(pk=self.object.pk).with_prescriptions().latest_first()[:COURSE_LENGTH],
            **kwargs,
        )


class ConsultationCompleteView(OwnConsultationMixin, ActionView):
    """Complete a consultation as it is written."""

    def perform(self):
        """Sign and complete."""
        self.object = services.complete_consultation(actor=self.request.user, consultation=self.object)

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("The consultation with %(name)s is signed and complete.") % {"name": self.object.patient.name}


class ConsultationArchiveView(OwnConsultationMixin, OnceFormView):
    """Put away a consultation that was begun by mistake, after a question."""

    permission_required = "clinical.archive_consultation"
    form_class = ConfirmForm
    template_name = "clinical/consultation_archive.html"

    def perform(self, form):
        """Put it away."""
        return services.archive_consultation(actor=self.request.user, consultation=self.object)

    def get_success_url(self) -> str:
        """Go back to the chart."""
        return reverse("patients:patient_detail", args=[self.object.patient_id])

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("The consultation with %(name)s is put away.") % {"name": self.object.patient.name}

    def get(self, request, *args, **kwargs):
        """Ask, where it can be put away."""
        if not self.object.is_writable:
            messages.error(request, _("Only a consultation that is being written can be put away."))
            return HttpResponseRedirect(reverse("clinical:consultation_detail", args=[self.object.pk]))
        return super().get(request, *args, **kwargs)
