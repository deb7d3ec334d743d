"""The page on which a prescription is written: new, changed, or in the place of another one."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from clinical import services
from clinical.forms import (
    PrescriptionCreateForm,
    PrescriptionForm,
    PrescriptionReplaceForm,
    PrescriptionUpdateForm,
)
from clinical.lines import LINES_MAX, values_of
from clinical.models import Prescription, Remedy
from clinical.views.consultations import OwnConsultationMixin
from clinical.views.lines import LinesMixin
from clinical.views.prescriptions import OwnDraftMixin, OwnPrescriptionMixin
from homeo.base.fields import CUID_LENGTH
from homeo.base.views import AccessMixin, OnceFormView, ScopedObjectMixin, VersionedFormView
from patients.models import Patient

REMEDIES_SHOWN = 12
TYPED_MAX = 80


class RemedySearchView(AccessMixin, View):
    """The remedies that the letters typed into a line may mean, as options of its list."""

    permission_required = "clinical.add_prescription"
    http_method_names = ["post"]

    def post(self, request):
        """Answer with at most 12 options for the one field that was sent; `after` are the remedies given before."""
        field = next((name for name in request.POST if name.endswith("medicine_name")), "")
        typed = request.POST.get(field, "")[:TYPED_MAX]
        given = [pk[:CUID_LENGTH] for pk in request.POST.getlist("after")[:LINES_MAX]]
        remedies = Remedy.objects.for_user(request.user).offered().search(typed).after(given)[:REMEDIES_SHOWN]
        return render(request, "clinical/_remedy_options.html", {"remedies": remedies, "field": field})


class PrescriptionReadingView(ScopedObjectMixin, View):
    """How one line of a form that is being filled in reads: `row` names it, `besides` the prescription replaced."""

    permission_required = "clinical.add_prescription"
    queryset = Patient.objects.all()
    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        """Answer with the line's reading."""
        form = PrescriptionForm(request.POST, user=request.user)
        row = next((row for row in form.items.forms if row.prefix == request.POST.get("row")), None)
        if row is None:
            raise BadRequest("There is no such line.")
        signed = Prescription.objects.for_user(request.user).filter(patient=self.object).with_items()
        besides = signed.filter(pk=request.GET.get("besides", "")[:CUID_LENGTH]).first()
        last = besides or signed.active().current().latest_first().first()
        form.read(patient=self.object, last=last, besides=besides)
        return render(request, "clinical/_reading.html", {"row": row})


class PrescriptionFormMixin(LinesMixin):
    """The page on which a prescription is written; `patient` and `consultation` say about whom and in which visit."""

    template_name = "clinical/prescription_form.html"
    consultation = None

    def post(self, request, *args, **kwargs):
        """Change what stands in the form, or save."""
        if not self.is_about_lines:
            return super().post(request, *args, **kwargs)
        form, said = self.changed_lines(self.get_form())
        return self.render_to_response(self.get_context_data(form=form, **said), status=422 if form.is_bound else 200)

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
        """Add whom it is for, what can be put in, and how the lines read."""
        context = super().get_context_data(**kwargs)
        shown = self.lines_context(context["form"], self.replaced or self.earlier.first())
        return {"patient": self.patient, "consultation": self.consultation} | shown | context


class PrescriptionWriteView(PrescriptionFormMixin, OnceFormView):
    """A new prescription; `?repeat=` starts with the lines of an earlier one of the patient."""

    permission_required = "clinical.add_prescription"
    form_class = PrescriptionCreateForm

    def get_form_kwargs(self):
        """Start with the lines that are repeated."""
        kwargs = super().get_form_kwargs()
        asked = self.request.GET.get("repeat", "")[:CUID_LENGTH] if self.request.method == "GET" else ""
        if asked and (repeated := self.earlier.filter(pk=asked).first()):
            kwargs["lines"] = [values_of(item) for item in repeated.items.all()]
            kwargs["initial"] |= {"notes": repeated.notes}
        return kwargs


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


class PrescriptionUpdateView(PrescriptionFormMixin, OwnDraftMixin, VersionedFormView):
    """A draft that is changed."""

    permission_required = "clinical.change_prescription"
    form_class = PrescriptionUpdateForm
    queryset = OwnDraftMixin.queryset.with_items()

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


class PrescriptionReplaceView(PrescriptionFormMixin, OwnPrescriptionMixin, OnceFormView):
    """A prescription that takes the place of a signed one, which it starts from."""

    permission_required = "clinical.add_prescription"
    form_class = PrescriptionReplaceForm
    queryset = OwnPrescriptionMixin.queryset.with_items()

    def get(self, request, *args, **kwargs):
        """Show the form while there is something to replace."""
        if not self.object.is_valid:
            messages.error(request, _("Only a signed prescription that was not replaced yet can be replaced."))
            return HttpResponseRedirect(reverse("clinical:prescription_detail", args=[self.object.pk]))
        return super().get(request, *args, **kwargs)

    @property
    def replaced(self):
        """Return the prescription that the address names."""
        return self.object

    @property
    def patient(self):
        """Return the patient."""
        return self.object.patient

    def get_form_kwargs(self):
        """Start with the lines and the advice of the one that is replaced."""
        kwargs = super().get_form_kwargs()
        kwargs["initial"] |= {"notes": self.object.notes}
        if self.request.method == "GET":
            kwargs["lines"] = [values_of(item) for item in self.object.items.all()]
        return kwargs

    def perform(self, form):
        """Sign the new one."""
        return services.replace_prescription(
            actor=self.request.user,
            prescription=self.object,
            items=form.lines,
            notes=form.cleaned_data["notes"],
            reason=form.cleaned_data["replace_reason"],
        )

    def get_success_url(self) -> str:
        """Read what was signed, and print it."""
        return reverse("clinical:prescription_detail", args=[self.result.pk])

    def get_success_message(self) -> str:
        """Say what was done."""
        return _("The new prescription for %(name)s is signed; the old one stays on record as replaced.") % {
            "name": self.patient.name
        }
