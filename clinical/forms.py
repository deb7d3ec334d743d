"""Forms of the consulting room."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinical.models import Consultation, Letter, Prescription, PrescriptionItem
from clinical.services import TEXTS
from homeo.base.fields import CUID_LENGTH, validate_schedule_date
from homeo.base.forms import BaseForm, BaseModelForm, OnceFormMixin, VersionFormMixin

LINES_MAX = 30
LINES_READ = 100
ROWS = "items"


class ConfirmForm(OnceFormMixin, BaseForm):
    """A step that is asked for on a page of its own: nothing to fill in, one effect."""


class ConsultationForm(VersionFormMixin, BaseModelForm):
    """What the doctor writes."""

    class Meta:
        model = Consultation
        fields = TEXTS
        widgets = {name: forms.Textarea({"rows": rows}) for name, rows in zip(TEXTS, (5, 2, 4, 3), strict=True)}
        help_texts = {"complaints": _("In the patient’s own words. Needed to complete the consultation.")}


class PrescriptionItemForm(BaseModelForm):
    """One line. `id` names the line that it was, none for a new one."""

    id = forms.CharField(required=False, max_length=CUID_LENGTH, widget=forms.HiddenInput)

    class Meta:
        model = PrescriptionItem
        fields = ["medicine_name", "potency", "dosage", "frequency", "duration", "notes"]

    NAMES = ("id", *Meta.fields)
    EXAMPLES = {
        "medicine_name": _("Natrum muriaticum"),
        "potency": _("200C"),
        "dosage": _("4 globules"),
        "frequency": _("at night"),
        "duration": _("7 days"),
        "notes": _("Dry on the tongue, away from food and coffee"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, example in self.EXAMPLES.items():
            self.fields[name].widget.attrs |= {"placeholder": example, "autocomplete": "off"}

    def typed(self) -> dict:
        """Return what stands in the fields, checked or not."""
        return {name: self[name].value() or "" for name in self.NAMES}


ItemFormSet = forms.formset_factory(
    PrescriptionItemForm,
    extra=0,
    can_delete=True,
    max_num=LINES_MAX,
    absolute_max=LINES_READ,
)


class PrescriptionForm(BaseForm):
    """The advice, and between 1 and 30 lines: a form with its rows (`items`). Blank rows are ignored.

    Args:
        prescription: the draft that is changed; its lines are the ones that the rows may name.
        lines: what the rows start with, by default the lines of `prescription`.
    """

    notes = forms.CharField(
        label=_("Advice"),
        required=False,
        max_length=Prescription._meta.get_field("notes").max_length,
        widget=forms.Textarea({"rows": 3, "placeholder": _("Diet, what to avoid, when to come back")}),
    )

    def __init__(self, *args, prescription=None, lines=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.prescription = prescription
        if self.is_bound:
            # Without what the rows started with: an unchanged row counts like any other.
            self.items = ItemFormSet(self.data, prefix=ROWS, form_kwargs={"user": self.user})
            return
        if lines is None:
            lines = [_values(item) for item in prescription.items.all()] if prescription else []
        self.items = ItemFormSet(initial=lines, prefix=ROWS, form_kwargs={"user": self.user})
        self.items.extra = 0 if lines else 1

    def with_another_row(self):
        """Return the form not sent, with everything that was typed and one more row."""
        rows = [row.typed() for row in self._rows()]
        form = type(self)(
            initial={name: self[name].value() for name in self.fields},
            prescription=self.prescription,
            lines=rows,
            user=self.user,
        )
        form.items.extra = 1 if len(rows) < LINES_MAX else 0
        return form

    def is_valid(self):
        """Tell whether the advice and the rows are right."""
        return super().is_valid() & self.items.is_valid()

    def clean(self):
        """Refuse an empty prescription and lines of other prescriptions, and keep the rows as `lines`."""
        cleaned_data = super().clean()
        if self.items.is_valid():
            self.lines = [{name: row.cleaned_data[name] for name in row.NAMES} for row in self._rows()]
            if not self.lines:
                raise forms.ValidationError(_("Write at least one remedy."))
            if len(self.lines) > LINES_MAX:
                raise forms.ValidationError(
                    _("A prescription has at most %(count)d lines; this one has %(lines)d.")
                    % {"count": LINES_MAX, "lines": len(self.lines)}
                )
            self._check_ids([line["id"] for line in self.lines if line["id"]])
        return cleaned_data

    def _check_ids(self, ids):
        own = {item.pk for item in self.prescription.items.all()} if self.prescription else set()
        unknown = set(ids) - own
        # A line that somebody took away meanwhile is written anew; one of another prescription was never on the page.
        if len(set(ids)) < len(ids) or (unknown and PrescriptionItem.objects.filter(pk__in=unknown).exists()):
            raise forms.ValidationError(_("A line of this form belongs elsewhere. Open the page again."))

    def _rows(self):
        """Return the rows in which something stands and that were not taken away."""
        return [
            row for row in self.items.forms if not row["DELETE"].value() and any(map(str.strip, row.typed().values()))
        ]


class PrescriptionCreateForm(OnceFormMixin, PrescriptionForm):
    """A new prescription."""


class PrescriptionUpdateForm(VersionFormMixin, PrescriptionForm):
    """The changed draft of a prescription."""

    def differences(self, stored) -> list[dict]:
        """Add the lines to what differs."""
        typed = "\n".join(_as_text(row.typed()) for row in self._rows())
        kept = "\n".join(_as_text(_values(item)) for item in stored.items.all())
        lines = [{"label": _("Lines"), "typed": typed or _("empty"), "stored": kept or _("empty")}]
        return super().differences(stored) + (lines if typed != kept else [])


class CertificateForm(OnceFormMixin, BaseForm):
    """What a medical certificate certifies, and for which days."""

    KINDS = (Letter.Kind.VISIT, Letter.Kind.UNFIT, Letter.Kind.FIT)

    kind = forms.ChoiceField(
        label=_("What for"),
        choices=[(kind.value, kind.label) for kind in KINDS],
        initial=Letter.Kind.VISIT,
        widget=forms.RadioSelect,
    )
    from_date = forms.DateField(
        label=_("Day, or first day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[validate_schedule_date],
    )
    until_date = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[validate_schedule_date],
        help_text=_("For a certificate of illness only."),
    )
    text = forms.CharField(
        label=_("Remarks"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Printed below the certificate. Leave the diagnosis out unless the patient wants it there."),
    )

    def clean(self):
        """Ask for the days that the kind needs."""
        data = super().clean()
        kind, first, last = data.get("kind"), data.get("from_date"), data.get("until_date")
        if "until_date" in self.errors or first is None:
            return data
        if kind == Letter.Kind.UNFIT and last is None:
            self.add_error("until_date", _("Say until when, or give a new certificate then."))
        elif kind != Letter.Kind.UNFIT and last is not None:
            self.add_error("until_date", _("Only a certificate of illness has a last day: leave this empty."))
        elif last is not None and last < first:
            self.add_error("until_date", _("The last day is before the first."))
        if kind == Letter.Kind.VISIT and first > timezone.localdate():
            self.add_error("from_date", _("A visit is certified once it has taken place."))
        return data


class ReferralForm(OnceFormMixin, BaseForm):
    """A letter to a colleague or a hospital."""

    addressee = forms.CharField(
        label=_("To"),
        max_length=Letter._meta.get_field("addressee").max_length,
        widget=forms.Textarea({"rows": 3, "placeholder": _("Name, department, hospital, town")}),
    )
    text = forms.CharField(
        label=_("Letter"),
        max_length=Letter._meta.get_field("text").max_length,
        widget=forms.Textarea({"rows": 14}),
        help_text=_("Patient, date, your name and licence number are printed around it."),
    )


def _values(item: PrescriptionItem) -> dict:
    return {name: getattr(item, name) for name in PrescriptionItemForm.NAMES}


def _as_text(line: dict) -> str:
    return ", ".join(line[name].strip() for name in PrescriptionItemForm.Meta.fields if line[name].strip())
