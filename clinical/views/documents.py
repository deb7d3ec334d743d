"""Paper: prescriptions, labels and letters as PDF, the forms of letters, and the page that checks a prescription."""

from allauth.core import ratelimit
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from clinical import services
from clinical.codes import read_code
from clinical.documents.label import labels_pdf
from clinical.documents.letter import letter_pdf
from clinical.documents.letterhead import Letterhead
from clinical.documents.lines import lines_of
from clinical.documents.prescription import Check, prescription_pdf
from clinical.forms import CertificateForm, ConfirmForm, ReferralForm
from clinical.models import Letter, Prescription
from homeo.base.forms import TOKEN_FIELD
from homeo.base.views import OnceFormView, PublicMixin, ScopedObjectMixin
from patients.models import Patient
from scheduling.models import Appointment


class PaperView(ScopedObjectMixin, View):
    """A document as a PDF that the browser shows; `?size=` is A5 or A4, anything else the usual one.

    The file is named after its kind, the file number and the day: a name stays out of download folders.
    """

    http_method_names = ["get"]
    file_kind = ""
    usual_size = "A5"

    @property
    def size(self) -> str:
        """Return the size of paper that is asked for."""
        asked = self.request.GET.get("size", "").upper()
        return asked if asked in {"A4", "A5"} else self.usual_size

    def make(self) -> bytes:
        """Return the PDF."""
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        """Answer with the PDF."""
        made_on = timezone.localdate(self.object.signed_at)
        name = f"{self.file_kind}-{self.object.patient.file_number}-{made_on:%Y-%m-%d}.pdf"
        return HttpResponse(
            self.make(),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"},
        )


class PrescriptionPaperView(PaperView):
    """Paper about a signed prescription."""

    permission_required = "clinical.view_prescription"
    queryset = Prescription.objects.signed().with_items().select_related("patient__user", "doctor__doctor")


class PrescriptionPrintView(PrescriptionPaperView):
    """The prescription itself."""

    file_kind = "prescription"

    def make(self):
        """Return it with its check code and the visit that follows it."""
        code = self.object.check_code
        address = self.request.build_absolute_uri(reverse("prescription_check", args=[code]))
        signed_day = timezone.localdate(self.object.signed_at)
        following = Appointment.objects.filter(patient=self.object.patient_id, appointment_date__gt=signed_day)
        return prescription_pdf(
            self.object,
            check=Check(code=code, address=address),
            next_visit=following.occupying().select_related("doctor").by_time().first(),
            size=self.size,
        )


class PrescriptionLabelsView(PrescriptionPaperView):
    """A label for each medicine of the prescription, as long as it holds: no bottle is filled by a replaced one."""

    queryset = PrescriptionPaperView.queryset.current().active()
    file_kind = "labels"

    def make(self):
        """Return the labels."""
        return labels_pdf(self.object)


class PrescriptionCheckView(PublicMixin, TemplateView):
    """Tell whoever holds the paper whether a prescription is genuine, by its check code.

    Shown is what tells a forged or altered paper: clinic, doctor and licence, day, the patient's initials, and the
    remedies with their potencies; no name, no age, no directions, no advice. Any code that is none answers alike.
    """

    template_name = "clinical/prescription_check.html"
    http_method_names = ["get", "head"]

    def get(self, request, *args, **kwargs):
        """Show the prescription in short, or 404; many tries from one address have to wait."""
        if refusal := ratelimit.consume_or_429(request, action="prescription_check", limit_get=True):
            return refusal
        response = super().get(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get_context_data(self, **kwargs):
        """Add what a pharmacy needs; of a prescription that is not valid any more only that it is not."""
        code = read_code(self.kwargs["code"])
        signed = Prescription.objects.signed().with_items().select_related("patient__user", "doctor__doctor")
        prescription = signed.filter(check_code=code).first() if code else None
        if prescription is None:
            raise Http404
        return super().get_context_data(
            printed_code=code,
            is_valid=prescription.is_valid,
            signed_at=prescription.signed_at,
            letterhead=Letterhead.of(prescription.doctor),
            initials=prescription.patient.user.initials,
            medicines=[line.medicine for line in lines_of(prescription)] if prescription.is_valid else [],
            **kwargs,
        )


class LetterFormView(ScopedObjectMixin, OnceFormView):
    """A letter about a treated patient; sending it signs it."""

    permission_required = "clinical.add_letter"
    queryset = Patient.objects.with_account()
    template_name = "clinical/letter_form.html"
    title = ""

    def perform(self, form):
        """Sign it."""
        values = {name: value for name, value in form.cleaned_data.items() if name != TOKEN_FIELD}
        return services.sign_letter(actor=self.request.user, patient=self.object, **values)

    def get_success_url(self) -> str:
        """Read what was signed, and print it."""
        return reverse("clinical:letter_detail", args=[self.result.pk])

    def get_success_message(self) -> str:
        """Name the kind and the patient."""
        return _("%(kind)s for %(name)s: signed.") % {
            "kind": self.result.get_kind_display(),
            "name": self.object.name,
        }

    def get_context_data(self, **kwargs):
        """Add whom it is about."""
        return super().get_context_data(patient=self.object, title=self.title, **kwargs)


class LetterCertifyView(LetterFormView):
    """A certificate of a visit, of illness or of fitness."""

    form_class = CertificateForm
    title = gettext_lazy("Medical certificate")

    def get_initial(self):
        """Start with today."""
        return super().get_initial() | {"from_date": timezone.localdate()}


class LetterReferView(LetterFormView):
    """A letter to a colleague or a hospital."""

    form_class = ReferralForm
    title = gettext_lazy("Referral letter")

    def perform(self, form):
        """Sign it."""
        form.cleaned_data["kind"] = Letter.Kind.REFERRAL
        return super().perform(form)


class LetterDetailView(ScopedObjectMixin, TemplateView):
    """A letter as it was signed."""

    permission_required = "clinical.view_letter"
    queryset = Letter.objects.select_related("patient__user", "doctor")
    template_name = "clinical/letter_detail.html"

    def get_context_data(self, **kwargs):
        """Add whether the person may withdraw it."""
        is_own = self.object.doctor_id == self.request.user.pk
        return super().get_context_data(
            letter=self.object,
            patient=self.object.patient,
            letterhead=self.object.facts["letterhead"],
            may_withdraw=is_own and not self.object.is_archived,
            **kwargs,
        )


class LetterPrintView(PaperView):
    """A letter on paper."""

    permission_required = "clinical.view_letter"
    queryset = Letter.objects.select_related("patient")
    file_kind = "letter"
    usual_size = "A4"

    def make(self):
        """Return the letter."""
        return letter_pdf(self.object, size=self.size)


class LetterArchiveView(ScopedObjectMixin, OnceFormView):
    """Withdraw a letter that was signed by mistake, after a question."""

    permission_required = "clinical.archive_letter"
    queryset = Letter.objects.select_related("patient__user", "doctor")
    form_class = ConfirmForm
    template_name = "clinical/letter_archive.html"

    def get_queryset(self):
        """Leave out those of colleagues."""
        return super().get_queryset().written_by(self.request.user)

    def perform(self, form):
        """Withdraw it."""
        return services.archive_letter(actor=self.request.user, letter=self.object)

    def get_success_url(self) -> str:
        """Show it as it stands now."""
        return reverse("clinical:letter_detail", args=[self.object.pk])

    def get_success_message(self) -> str:
        """Say what was done."""
        return _("The letter is withdrawn. It stays in the chart and says so when it is printed.")
