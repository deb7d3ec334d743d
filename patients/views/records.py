"""Documents of patients: upload, viewer, files, archive, the patient's own list."""

import datetime as dt

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from accounts.models import AuditLog, Role
from homeo.base.errors import DomainError
from homeo.base.views import ActionView, ListPageView, OnceFormView, ScopedObjectMixin
from patients import files, services
from patients.filters import MedicalRecordFilter
from patients.forms.records import MedicalRecordForm
from patients.models import MedicalRecord, Patient

# Whatever a file holds, a browser that opens it here runs nothing of it and fetches nothing for it.
FILE_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'self'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
OPENED_LATELY = dt.timedelta(hours=1)


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
    """Upload documents of a treated patient: what is sound is kept, what is not is told with its reason.

    The page's script sends each file by itself, as htmx would, and gets the line that stands for it.
    """

    permission_required = "patients.add_medicalrecord"
    queryset = Patient.objects.with_account()
    form_class = MedicalRecordForm
    template_name = "patients/medicalrecord_create.html"

    def get_context_data(self, **kwargs):
        """Add the most bytes that a file may have."""
        return super().get_context_data(**{"limit": settings.MEDICAL_RECORD_MAX_BYTES} | kwargs)

    def perform(self, form):
        """Keep the documents, each file written once; refused as a whole where none of them is sound."""
        self.claim()
        self.refused, kept = [], []
        for record in form.records():
            try:
                with transaction.atomic():
                    kept.append(services.add_medical_record(actor=self.request.user, patient=self.object, **record))
            except DomainError as error:
                self.refused.append(f"“{files.shown_name(record['file'].name)}”: {error.message}")
        if not kept:
            for refusal in self.refused[1:]:
                form.add_error("file", refusal)
            raise DomainError(self.refused[0], field="file")
        return kept

    def get_success_url(self) -> str:
        """Go to the documents of the chart; stay where some were refused."""
        if self.request.htmx:
            return reverse("patients:medicalrecord_detail", args=[self.result[0].pk])
        if self.refused:
            return self.request.path
        return reverse("patients:patient_detail", args=[self.object.pk]) + "?tab=documents"

    def get_success_message(self) -> str:
        """Name the document and the patient, or say how many they are."""
        values = {"title": self.result[0].title, "name": self.object.name, "count": len(self.result)}
        return (
            ngettext(
                "“%(title)s” is in the chart of %(name)s.",
                "%(count)d documents are in the chart of %(name)s.",
                len(self.result),
            )
            % values
        )

    def succeed(self):
        """Tell also what was refused."""
        response = super().succeed()
        for refusal in self.refused:
            messages.error(self.request, refusal)
        return response

    def go_on(self):
        """Answer a single file with its line: the page is not left."""
        if not self.request.htmx:
            return super().go_on()
        return self._part({"message": self.submission.message, "url": self.submission.redirect_to})

    def form_invalid(self, form):
        """Show the form again; a single file gets its line with the reason."""
        if not self.request.htmx:
            return super().form_invalid(form)
        return self._part({"errors": [error for errors in form.errors.values() for error in errors]}, status=422)

    def _part(self, context, status=200):
        return self.response_class(self.request, "patients/_upload_line.html", context, status=status)


class MedicalRecordMixin(ScopedObjectMixin):
    """A document that the person may read."""

    permission_required = "patients.view_medicalrecord"
    queryset = MedicalRecord.objects.select_related("patient__user", "uploaded_by")

    def file_response(self, field, *, as_attachment: bool, filename: str, content_type: str) -> FileResponse:
        """Answer with a file; 404 where the store has lost it."""
        return FileResponse(
            opened(field),
            as_attachment=as_attachment,
            filename=filename,
            content_type=content_type,
            headers=FILE_HEADERS,
        )


@method_decorator(csp_update({"frame-src": [SELF]}), name="dispatch")
class MedicalRecordDetailView(MedicalRecordMixin, TemplateView):
    """A document in its viewer: pictures to zoom, PDF in the browser's viewer, text; the rest to download."""

    template_name = "patients/medicalrecord_detail.html"

    def get_context_data(self, **kwargs):
        """Add what the viewer shows, and the documents before and after this one."""
        record = self.object
        is_patients = self.request.user.role == Role.PATIENT
        back = (
            reverse("patients:medicalrecord_list")
            if is_patients
            else reverse("patients:patient_detail", args=[record.patient_id]) + "?tab=documents"
        )
        return super().get_context_data(
            record=record,
            patient=record.patient,
            back=back,
            **self._shown(record),
            **self._neighbours(record),
            **kwargs,
        )

    def _shown(self, record) -> dict:
        try:
            match record.content_type:
                case files.JPEG | files.PNG:
                    return {"viewer": "picture"}
                case files.PDF:
                    return {"viewer": "pdf"}
                case files.TIFF:
                    with opened(record.file_url) as file:
                        return {"viewer": "pages", "pages": range(1, files.page_count(file) + 1)}
                case files.TEXT:
                    with opened(record.file_url) as file:
                        text, is_cut = files.text_of(file)
                        return {"viewer": "text", "text": text, "is_cut": is_cut}
        except Http404:
            return {"viewer": "lost"}
        return {"viewer": ""}

    def _neighbours(self, record) -> dict:
        rows = self.get_queryset().active().filter(patient=record.patient_id).order_by().only("title")
        later = Q(recorded_at__gt=record.recorded_at) | Q(recorded_at=record.recorded_at, pk__gt=record.pk)
        earlier = Q(recorded_at__lt=record.recorded_at) | Q(recorded_at=record.recorded_at, pk__lt=record.pk)
        return {
            "later": rows.select_related(None).filter(later).order_by("recorded_at", "pk").first(),
            "earlier": rows.select_related(None).filter(earlier).order_by("-recorded_at", "-pk").first(),
        }


class MedicalRecordDownloadView(MedicalRecordMixin, View):
    """The file of a document as it was sent, to be saved under the name that its person gave it."""

    http_method_names = ["get"]

    def get(self, request, *args, **kwargs):
        """Answer with the file."""
        record = self.object
        return self.file_response(
            record.file_url, as_attachment=True, filename=record.file_name, content_type=record.content_type
        )


class MedicalRecordShowView(MedicalRecordMixin, View):
    """The file of a document for the viewer, of the kinds that a browser may show; others are downloaded."""

    http_method_names = ["get"]

    def get(self, request, *args, **kwargs):
        """Answer with the file."""
        record = self.object
        return self.file_response(
            record.file_url,
            as_attachment=record.content_type not in files.SHOWN,
            filename=record.file_name,
            content_type=record.content_type,
        )


class MedicalRecordPageView(MedicalRecordMixin, View):
    """A page of a TIFF document as a picture that browsers can show."""

    http_method_names = ["get"]

    def get(self, request, *args, number, **kwargs):
        """Answer with the page as PNG; 404 where there is none."""
        if self.object.content_type != files.TIFF or not 0 < number <= files.PAGES_MAX:
            raise Http404
        try:
            with opened(self.object.file_url) as file:
                page = files.page_of(file, number)
        except DomainError as error:
            raise Http404 from error
        return HttpResponse(page, content_type=files.PNG, headers=FILE_HEADERS)


class MedicalRecordThumbnailView(MedicalRecordMixin, View):
    """The small picture of a document; the pages that show it are on record, so it has no entry of its own."""

    http_method_names = ["get"]

    def get_object(self, queryset=None):
        """Return the document, noted unless the person has opened a page of the patient lately."""
        noted = getattr(self.request, "shown_patient_ids", set())
        record = super().get_object(queryset)
        is_noted = AuditLog.objects.filter(
            user=self.request.user,
            patient_id=record.patient_id,
            action=AuditLog.Action.VIEW,
            created_at__gt=timezone.now() - OPENED_LATELY,
        ).exists()
        self.request.shown_patient_ids = noted if is_noted else noted | {record.patient_id}
        return record

    def get(self, request, *args, **kwargs):
        """Answer with the picture; 404 where there is none."""
        if not self.object.thumbnail:
            raise Http404
        return self.file_response(
            self.object.thumbnail, as_attachment=False, filename="thumbnail.jpg", content_type=files.JPEG
        )


class MedicalRecordArchiveListView(ScopedObjectMixin, TemplateView):
    """The documents of a patient that were put away."""

    permission_required = "patients.archive_medicalrecord"
    queryset = Patient.objects.with_account()
    template_name = "patients/medicalrecord_archive_list.html"

    def get_context_data(self, **kwargs):
        """Add the archived documents, put away last first."""
        records = MedicalRecord.objects.for_user(self.request.user).filter(patient=self.object)
        archived = records.filter(archived_at__isnull=False).select_related("uploaded_by")
        return super().get_context_data(
            patient=self.object, records=archived.order_by("-archived_at", "-pk")[:100], **kwargs
        )


class MedicalRecordArchiveView(MedicalRecordMixin, ActionView):
    """Put a document away; the page that follows offers to take it back."""

    permission_required = "patients.archive_medicalrecord"

    def perform(self):
        """Put the document away."""
        return services.archive_medical_record(actor=self.request.user, record=self.object)

    def get_success_message(self) -> str:
        """Name the document."""
        return _("“%(title)s” is archived.") % {"title": self.object.title}

    def get_success_url(self) -> str:
        """Stay with the document."""
        return reverse("patients:medicalrecord_detail", args=[self.object.pk])


class MedicalRecordRestoreView(MedicalRecordArchiveView):
    """Take a document back out of the archive."""

    def perform(self):
        """Take the document back."""
        return services.restore_medical_record(actor=self.request.user, record=self.object)

    def get_success_message(self) -> str:
        """Name the document and where it is."""
        values = {"title": self.object.title, "name": self.object.patient.name}
        return _("“%(title)s” is in the chart of %(name)s again.") % values


def opened(field):
    """Open the file of a column; 404 where the store has lost it."""
    try:
        return field.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
