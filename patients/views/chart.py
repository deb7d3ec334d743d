"""The chart of a patient, and what a doctor notes on top of it."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from django_htmx.http import replace_url

from homeo.base.searches import keep_search, kept_search
from homeo.base.views import ScopedObjectMixin, VersionedFormView
from homeo.base.views.access import shows_patient
from patients import chart, services, timeline
from patients.forms.records import ClinicalNotesForm
from patients.models import Guardian, Patient


class PatientDetailView(ScopedObjectMixin, TemplateView):
    """Who the patient is, and the sections of the chart that the person may see, one a tab."""

    permission_required = "patients.view_patient"
    template_name = "patients/patient_detail.html"

    def get_object(self, queryset=None):
        """Return the patient, or raise 404."""
        patient = chart.patient_for(self.request.user, self.kwargs["pk"])
        if patient is None:
            raise Http404
        shows_patient(self.request, patient.pk)
        return patient

    @cached_property
    def sections(self):
        """Return the sections that the person may see."""
        return chart.sections_for(self.request.user)

    def get(self, request, *args, **kwargs):
        """Show the chart; older entries alone for the button that asks for them."""
        if request.htmx and "before" in request.GET:
            return render(request, "patients/_chart_stream.html", self.timeline(request.GET.get("search", "")))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        """Add the tabs with their counts, and the rows of the chosen one."""
        user, patient = self.request.user, self.object
        counts = chart.counts(user, patient, self.sections)
        asked = self.request.GET.get("tab")
        section = next((section for section in self.sections if section.key == asked), None)
        return super().get_context_data(
            **{
                "patient": patient,
                "guardians": list(Guardian.objects.for_user(user, patient).select_related("user")),
                "tabs": [
                    {"section": one, "count": counts[one.key], "is_current": one is section} for one in self.sections
                ],
                "actions": chart.actions_for(user, patient, chart.HEAD),
                "beside": chart.actions_for(user, patient, chart.SIDE),
                "section": section,
            }
            | (self._tab(section) if section else self.timeline(self.request.GET.get("search", "")))
            | kwargs
        )

    def _tab(self, section):
        page = chart.page_of(section, self.request.user, self.object, self.request.GET.get("page"))
        return {"page_obj": page, "base_query": f"tab={section.key}"}

    def timeline(self, key: str) -> dict:
        """Return what the timeline shows, with the words that were kept under `key`, of the kind and from the place
        that the address names.
        """
        asked, query = self.request.GET, {}
        chosen = [section for section in self.sections if section.key == asked.get("kind")]
        if chosen:
            query["kind"] = chosen[0].key
        if search_text := kept_search(self.request, key):
            query["search"] = key
        before = timeline.Cursor.read(asked.get("before"))
        stream = timeline.read(
            self.request.user,
            self.object,
            chosen or self.sections,
            words=timeline.words_of(search_text) if search_text else None,
            before=before,
            is_whole=not chosen,
        )
        return {
            "stream": stream,
            "before": before,
            "search_text": search_text,
            "kinds": [(section, section is chosen[0] if chosen else False) for section in self.sections],
            "is_everything": not chosen,
            "kind_query": urlencode({"kind": query["kind"]}) if chosen else "",
            "kept_search": urlencode({"search": query["search"]}) if search_text else "",
            "older_query": urlencode(query | {"before": stream.older}) if stream.older else "",
            "latest_query": urlencode(query),
        }

    def post(self, request, *args, **kwargs):
        """Keep the words to search for out of the address, and show what they find, in the timeline alone for htmx."""
        query = {"kind": request.GET["kind"]} if "kind" in request.GET else {}
        if key := keep_search(request, request.POST.get("q", "")):
            query["search"] = key
        address = f"{request.path}?{urlencode(query)}"
        if not request.htmx:
            return HttpResponseRedirect(address)
        response = render(request, "patients/_chart_timeline.html", self.timeline(key))
        return replace_url(response, address)


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
