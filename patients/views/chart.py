"""The chart of a patient, and what a doctor notes on top of it."""

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from homeo.base.views import ScopedObjectMixin, VersionedFormView
from patients import chart, services
from patients.forms.records import ClinicalNotesForm
from patients.models import Guardian, Patient


class PatientDetailView(ScopedObjectMixin, TemplateView):
    """Who the patient is, and the sections of the chart that the person may see, one a tab."""

    permission_required = "patients.view_patient"
    queryset = Patient.objects.with_account().prefetch_related(
        Prefetch("guardians", Guardian.objects.select_related("user"))
    )
    template_name = "patients/patient_detail.html"

    @cached_property
    def sections(self):
        """Return the sections that the person may see."""
        return chart.sections_for(self.request.user)

    def get_context_data(self, **kwargs):
        """Add the tabs with their counts, and the rows of the chosen one."""
        user, patient = self.request.user, self.object
        counts = chart.counts(user, patient, self.sections)
        asked = self.request.GET.get("tab")
        section = next((section for section in self.sections if section.key == asked), None)
        return super().get_context_data(
            **{
                "patient": patient,
                "tabs": [
                    {"section": one, "count": counts[one.key], "is_current": one is section} for one in self.sections
                ],
                "actions": chart.actions_for(user, patient),
                "section": section,
            }
            | (self._tab(section) if section else self._overview(counts))
            | kwargs
        )

    def _tab(self, section):
        page = chart.page_of(section, self.request.user, self.object, self.request.GET.get("page"))
        return {"page_obj": page, "base_query": f"tab={section.key}"}

    def _overview(self, counts):
        entries = chart.timeline(self.request.user, self.object, self.sections)
        return {"entries": entries, "has_more": sum(counts.values()) > chart.LATEST}


class PatientNotesUpdateView(VersionedFormView):
    """Allergies, chronic diseases and clinical notes of a treated patient."""

    permission_required = "patients.change_clinical_notes"
    queryset = Patient.objects.with_account()
    form_class = ClinicalNotesForm
    template_name = "patients/patient_notes_update.html"

    def perform(self, form):
        """Save the notes."""
        texts = {name: form.cleaned_data[name] for name in form.Meta.fields}
        return services.change_clinical_notes(actor=self.request.user, patient=self.object, **texts)

    def get_success_url(self) -> str:
        """Go back to the chart."""
        return reverse("patients:patient_detail", args=[self.object.pk])

    def get_success_message(self) -> str:
        """Name the patient."""
        return _("The notes about %(name)s are saved.") % {"name": self.object.name}
