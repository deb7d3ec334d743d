"""Documents of patients: the list, the upload, the file itself."""

from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from homeo.base.views import ListPageView, OnceFormView, ScopedObjectMixin
from patients import services
from patients.filters import MedicalRecordFilter
from patients.forms.records import MedicalRecordForm
from patients.models import MedicalRecord, Patient

# Whatever a file holds, a browser that opens it here runs nothing of it and fetches nothing for it.
FILE_POLICY = "sandbox; default-src 'none'"


class MedicalRecordListView(ListPageView):
    """A patient's own documents and those of the people whom the patient looks after."""

    permission_required = "patients.view_own_medicalrecords"
    queryset = MedicalRecord.objects.select_related("patient__user", "uploaded_by")
    template_name = "patients/medicalrecord_list.html"
    filterset_class = MedicalRecordFilter
    orderings = {
        "-recorded_at": ("-recorded_at", "-pk"),
        "recorded_at": ("recorded_at", "pk"),
        "title": ("title", "pk"),
        "patient": ("patient__user__search_name", "-recorded_at", "-pk"),
        "kind": ("record_type", "-recorded_at", "-pk"),
    }


class MedicalRecordCreateView(ScopedObjectMixin, OnceFormView):
    """Upload a document of a treated patient."""

    permission_required = "patients.add_medicalrecord"
    queryset = Patient.objects.with_account()
    form_class = MedicalRecordForm
    template_name = "patients/medicalrecord_create.html"

    def perform(self, form):
        """Keep the document; its file is written once."""
        self.claim()
        return services.add_medical_record(actor=self.request.user, patient=self.object, **form.record())

    def get_success_url(self) -> str:
        """Go to the documents of the chart."""
        return reverse("patients:patient_detail", args=[self.object.pk]) + "?tab=documents"

    def get_success_message(self) -> str:
        """Name the document and the patient."""
        return _("“%(title)s” is in the chart of %(name)s.") % {"title": self.result.title, "name": self.object.name}


class MedicalRecordDownloadView(ScopedObjectMixin, View):
    """The file of a document, to be saved, never shown inside the application."""

    permission_required = "patients.view_medicalrecord"
    queryset = MedicalRecord.objects.all()
    http_method_names = ["get"]

    def get(self, request, *args, **kwargs):
        """Answer with the file; 404 where the store has lost it."""
        try:
            file = self.object.file_url.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        return FileResponse(
            file,
            as_attachment=True,
            filename=self.object.file_name,
            content_type=self.object.content_type,
            headers={"Content-Security-Policy": FILE_POLICY, "X-Content-Type-Options": "nosniff"},
        )
