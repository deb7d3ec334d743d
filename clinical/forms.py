"""Forms of the consulting room."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.durations import DAYS_MAX
from clinical.models import Consultation, Prescription, PrescriptionItem
from clinical.services import TEXTS
from homeo.base.fields import CUID_LENGTH
from homeo.base.forms import BaseForm, BaseModelForm, OnceFormMixin, VersionFormMixin

LINES_MAX = 30
LINES_READ = 100
ROWS = "items"


class ConfirmForm(OnceFormMixin, BaseForm):
    """A step that is asked for on a page of its own: nothing to fill in, one effect."""


class SeeAgainForm(OnceFormMixin, BaseForm):
    """In how many days the doctor sees the patient again."""

    days = forms.IntegerField(
        label=_("In how many days?"),
        min_value=1,
        max_value=DAYS_MAX,
        initial=30,
        help_text=_("The front desk calls when the day has come, unless a visit is booked."),
    )

    def service_values(self) -> dict:
        """Return the valid number as the service takes it."""
        return {"days": self.cleaned_data["days"]}


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


def _values(item: PrescriptionItem) -> dict:
    return {name: getattr(item, name) for name in PrescriptionItemForm.NAMES}


def _as_text(line: dict) -> str:
    return ", ".join(line[name].strip() for name in PrescriptionItemForm.Meta.fields if line[name].strip())
