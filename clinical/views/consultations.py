"""Consultations: begin, complete, read, put away."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from clinical import services, signing
from clinical.forms import ConfirmForm
from clinical.models import Consultation, Prescription, SignedNote
from clinical.reading import being_written, unsaved_draft
from clinical.sheet import TEXTS
from homeo.base.views import ActionView, OnceFormView, ScopedObjectMixin
from homeo.base.views.access import shows_patient
from patients.models import Patient


class OwnConsultationMixin(ScopedObjectMixin):
    """One of the doctor's own consultations with a patient whom she treats."""

    permission_required = "clinical.change_consultation"
    queryset = Consultation.objects.select_related("patient__user", "doctor")

    def get_queryset(self):
        """Return fewer than `for_user()`: without those of colleagues."""
        user = self.request.user
        return self.queryset.written_by(user).of_patients_of(user)

    def get_object(self, queryset=None):
        """Look first among those that are being written, whose patients are treated by that alone."""
        if queryset is None and (found := being_written(self.request.user, self.kwargs["pk"])):
            shows_patient(self.request, found.patient_id)
            return found
        return super().get_object(queryset)

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
        texts = [(self.object._meta.get_field(name).verbose_name, getattr(self.object, name)) for name in TEXTS]
        notes = SignedNote.objects.for_user(self.request.user).filter(consultation=self.object).in_order()
        return super().get_context_data(
            consultation=self.object,
            patient=self.object.patient,
            texts=[(label, text) for label, text in texts if text],
            signed=signing.read(notes.select_related("signed_by"), self.object),
            unsaved=unsaved_draft(self.request.user, self.object),
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
