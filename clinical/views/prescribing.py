"""The page on which a prescription is written: new, changed, or in the place of another one."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from clinical import services
from clinical.forms import (
    LINES_MAX,
    PrescriptionCreateForm,
    PrescriptionForm,
    PrescriptionReplaceForm,
    PrescriptionUpdateForm,
)
from clinical.lines import values_of
from clinical.models import Prescription, PrescriptionTemplate, Remedy
from clinical.views.consultations import OwnConsultationMixin
from clinical.views.prescriptions import OwnDraftMixin, OwnPrescriptionMixin
from homeo.base.errors import DomainError
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
        """Answer with at most 12 options for the one field that was sent."""
        field = next((name for name in request.POST if name.endswith("medicine_name")), "")
        typed = request.POST.get(field, "")[:TYPED_MAX]
        remedies = Remedy.objects.for_user(request.user).offered().search(typed)[:REMEDIES_SHOWN]
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


class PrescriptionFormMixin:
    """The page on which a prescription is written; `patient` and `consultation` say about whom and in which visit.

    Besides the one that saves, its buttons change what stands in the form: `add_row`, `repeat` (an earlier
    prescription), `insert` (a template), and `keep` (a row, or all, under `template_name`).
    """

    template_name = "clinical/prescription_form.html"
    consultation = None
    replaced = None

    def post(self, request, *args, **kwargs):
        """Change what stands in the form, or save."""
        if "add_row" in request.POST:
            return self.show(self.get_form().with_lines(is_longer=True))
        if "repeat" in request.POST:
            return self.show_with(self.earlier, request.POST["repeat"])
        if "insert" in request.POST:
            return self.show_with(self.own_templates.with_items(), request.POST["insert"])
        if "keep" in request.POST:
            return self.keep(self.get_form(), request.POST["keep"])
        return super().post(request, *args, **kwargs)

    def show(self, form, **context):
        """Show the form, which was not sent."""
        return self.render_to_response(self.get_context_data(form=form, **context))

    def show_with(self, queryset, pk: str):
        """Show the form with the lines of a prescription or template of `queryset`."""
        chosen = queryset.filter(pk=pk[:CUID_LENGTH]).first()
        if chosen is None:
            raise Http404
        lines = [values_of(item) for item in chosen.items.all()]
        return self.show(self.get_form().with_lines(lines, notes=chosen.notes))

    def keep(self, form, prefix: str):
        """Keep a row, or all of them (""), as a template, and show the form again."""
        lines = form.kept_lines(prefix)
        if lines is None:
            return self.form_invalid(form)
        name = self.request.POST.get("template_name", "")
        if prefix and lines:
            potency = lines[0]["potency"]
            name = f"{lines[0]['remedy'] or lines[0]['medicine_name']} {potency}".strip()
        try:
            template = services.keep_template(
                actor=self.request.user, name=name[:80], items=lines, notes="" if prefix else form["notes"].value()
            )
        except DomainError as error:
            return self.show(form.with_lines(), refused=error.message)
        return self.show(form.with_lines(), said=_("“%(name)s” is kept.") % {"name": template.name})

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

    @cached_property
    def earlier(self):
        """Return the patient's signed prescriptions that the doctor may see, latest first."""
        seen = Prescription.objects.for_user(self.request.user).active().current().filter(patient=self.patient)
        return seen.with_items().latest_first()

    @cached_property
    def own_templates(self):
        """Return the doctor's templates."""
        return PrescriptionTemplate.objects.for_user(self.request.user).active()

    def get_context_data(self, **kwargs):
        """Add whom it is for, what can be put in, and how the lines read."""
        context = super().get_context_data(**kwargs)
        last = self.replaced or self.earlier.first()
        context["form"].read(patient=self.patient, last=last, besides=self.replaced)
        check = reverse("clinical:prescription_reading", args=[self.patient.pk])
        return {
            "patient": self.patient,
            "consultation": self.consultation,
            "replaced": self.replaced,
            "last_prescription": last,
            "own_templates": self.own_templates.with_count(),
            "check_url": f"{check}?besides={self.replaced.pk}" if self.replaced else check,
            "lines_max": LINES_MAX,
        } | context


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
