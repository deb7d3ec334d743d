"""The form of a prescription with its lines."""

from django import forms
from django.forms.boundfield import BoundField
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinical import durations, potency
from clinical.errors import LinesRefusedError
from clinical.lines import LINE_FIELDS, LINE_PREFIX, LINES_MAX, LINES_READ, NAME_MAX, values_of
from clinical.models import DosageForm, Line, Prescription, PrescriptionItem, PrescriptionTemplate, Remedy
from clinical.readings import Reading, read_lines
from homeo.base.fields import CUID_LENGTH
from homeo.base.forms import BaseForm, BaseFormMixin, OnceFormMixin, VersionFormMixin, share_fields


class RemedyField(BoundField):
    """The field of a remedy, with the list of those that the letters typed into it may mean."""

    def build_widget_attrs(self, attrs, widget=None):
        """Name the list, which is filled while somebody types."""
        own = {
            "role": "combobox",
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-controls": f"list-{self.html_name}",
            "hx-post": reverse_lazy("clinical:remedy_search"),
            "hx-params": f"{self.html_name},after",
            "hx-trigger": "input changed delay:120ms",
            "hx-target": f"#list-{self.html_name}",
            "hx-sync": "this:queue last",
        }
        return super().build_widget_attrs(own | attrs, widget)


EXAMPLES = {
    "medicine_name": _("nux-v"),
    "potency": _("200C"),
    "quantity": _("1 dram"),
    "dosage": _("4 globules"),
    "frequency": _("at night"),
    "duration": _("7"),
    "notes": _("Dry on the tongue, away from food and coffee"),
    "override_reason": _("Keep it, because…"),
}


def _line_fields() -> dict[str, forms.Field]:
    fields = forms.fields_for_model(PrescriptionItem, LINE_FIELDS, labels={"duration": _("Days")})
    for name, example in EXAMPLES.items():
        fields[name].widget.attrs |= {"placeholder": example, "autocomplete": "off"}
    for name in ("medicine_name", "potency", "duration"):
        fields[name].widget.attrs |= {"spellcheck": "false"}
    fields["medicine_name"].bound_field_class = RemedyField
    # The pharmacy must know: no line is without a form unless it was written before there was one.
    fields["form"].initial = DosageForm.GLOBULES
    return fields


LineFields = type("LineFields", (forms.Form,), _line_fields())


@share_fields
class PrescriptionItemForm(BaseFormMixin, LineFields):
    """One line. `id` names the line that it was, none for a new one; `remedy` is what the catalogue has for the name.
    Of one that `is_understood` it is known that there is none.

    `reading` is how the line reads, set where the form is shown. The service makes the row of it.
    """

    id = forms.CharField(required=False, max_length=CUID_LENGTH, widget=forms.HiddenInput)

    NAMES = ("id", *LINE_FIELDS)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.remedy = None
        self.is_understood = False
        self.reading = Reading()

    def typed(self) -> dict:
        """Return what stands in the fields, checked or not."""
        return {name: self[name].value() or "" for name in self.NAMES}

    @cached_property
    def is_blank(self) -> bool:
        """Tell whether nothing is written; a form, which is chosen from the start, does not count."""
        return not any(str(value).strip() for name, value in self.typed().items() if name != "form")

    def has_changed(self):
        """Tell whether something is written."""
        return not self.is_blank

    def clean_potency(self):
        """Return the potency in its printed form; refuse what is none."""
        text = self.cleaned_data["potency"]
        if not text:
            return text
        try:
            return str(potency.parse(text))
        except potency.PotencyError as error:
            raise forms.ValidationError(error.message) from error

    def clean_duration(self):
        """Return the duration in words; refuse too many days."""
        try:
            return durations.read(self.cleaned_data["duration"])[0]
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        """Ask for the potency of a medicine: a placebo needs none."""
        cleaned_data = super().clean()
        is_placebo = self.remedy is not None and self.remedy.is_placebo
        if not cleaned_data.get("potency", "-") and not is_placebo:
            self.add_error("potency", _("Write the potency, such as 30C."))
        return cleaned_data


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
        lines: what the rows start with, by default the lines of `prescription`; with `remedy` where that is known, and
            `is_understood` where it is known that there is none.
        is_longer: whether a blank row follows them; one stands alone where there are none.
    """

    needs_lines = True

    notes = forms.CharField(
        label=_("Advice"),
        required=False,
        max_length=Prescription._meta.get_field("notes").max_length,
        widget=forms.Textarea({"rows": 3, "placeholder": _("Diet, what to avoid, when to come back")}),
    )

    def __init__(self, *args, prescription=None, lines=None, is_longer=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.prescription = prescription
        self.dropped = []
        if self.is_bound:
            # Without what the rows started with: an unchanged row counts like any other.
            self.items = ItemFormSet(self.data, prefix=LINE_PREFIX, form_kwargs={"user": self.user})
            return
        if lines is None:
            lines = [_values(item) for item in prescription.items.all()] if prescription else []
        self.items = ItemFormSet(initial=lines, prefix=LINE_PREFIX, form_kwargs={"user": self.user})
        self.items.extra = 1 if (is_longer or not lines) and len(lines) < LINES_MAX else 0
        for row, line in zip(self.items.forms, lines, strict=False):
            row.remedy, row.is_understood = line.get("remedy"), "is_understood" in line

    def with_lines(self, lines: list[dict] = (), *, notes: str = "", is_longer: bool = False):
        """Return the form not sent, with everything that was typed, then `lines`, and a blank row if `is_longer`.

        Args:
            lines: the written columns and `remedy` of lines that are put in.
            notes: their advice, added to what is written.
        """
        rows = [row.typed() | {"remedy": row.remedy} for row in self._rows]
        given = {name: self[name].value() for name in self.fields}
        if notes and notes not in (given["notes"] or ""):
            given["notes"] = f"{given['notes'] or ''}\n{notes}".strip()
        lines = [*rows, *lines][:LINES_MAX]
        return self.anew(initial=given, lines=lines, is_longer=is_longer)

    def anew(self, **kwargs):
        """Return a form like this one, not sent, showing what `kwargs` say."""
        return type(self)(prefix=self.prefix, prescription=self.prescription, user=self.user, **kwargs)

    def kept_lines(self, prefix: str) -> list[dict] | None:
        """Return the lines as they are to be kept in a template, all or the one of a row; None where one is not right.

        Args:
            prefix: the row's, "" for all.
        """
        self.is_valid()
        rows = [row for row in self._rows if not prefix or row.prefix == prefix]
        if not all(row.is_valid() for row in rows):
            return None
        return [{name: row.cleaned_data[name] for name in Line.WRITTEN} | {"remedy": row.remedy} for row in rows]

    def is_valid(self):
        """Tell whether the advice and the rows are right."""
        self._find_remedies()
        return super().is_valid() & self.items.is_valid()

    def read(self, *, patient, last: Prescription | None, besides: Prescription | None = None) -> None:
        """Give each row its reading, and keep the lines of `last` that are not here as `dropped`."""
        self._find_remedies()
        rows = self._rows
        lines = [row.typed() | {"remedy": row.remedy} for row in rows]
        readings, self.dropped = read_lines(lines, patient=patient, last=last, besides=besides)
        for row, reading in zip(rows, readings, strict=True):
            row.reading = reading

    def add_domain_error(self, error) -> None:
        """Show what is wrong with lines beside their fields."""
        if not isinstance(error, LinesRefusedError):
            return super().add_domain_error(error)
        rows = self._rows
        for number, messages in error.lines.items():
            for name, message in messages.items():
                rows[number].add_error(name if name in rows[number].fields else None, message)
        return self.add_error(None, error.message)

    def _find_remedies(self):
        """Give each row the remedy that its name means."""
        rows = {row: row["medicine_name"].value() or "" for row in self._rows if not (row.remedy or row.is_understood)}
        names = {name for name in rows.values() if len(name) <= NAME_MAX}
        found = Remedy.objects.meant(names) if names else {}
        for row, name in rows.items():
            row.remedy = found.get(name)

    def clean(self):
        """Refuse an empty prescription and lines of other prescriptions, and keep the rows as `lines`."""
        cleaned_data = super().clean()
        if self.items.is_valid():
            self.lines = [
                {name: row.cleaned_data[name] for name in row.NAMES} | {"remedy": row.remedy} for row in self._rows
            ]
            if not self.lines and (self.needs_lines or cleaned_data.get("notes")):
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

    @cached_property
    def _rows(self) -> list[PrescriptionItemForm]:
        """Return the rows in which something stands and that were not taken away."""
        return [row for row in self.items.forms if not row["DELETE"].value() and not row.is_blank]


class PrescriptionCreateForm(OnceFormMixin, PrescriptionForm):
    """A new prescription."""


class PrescriptionReplaceForm(PrescriptionCreateForm):
    """A prescription that takes the place of a signed one, and why."""

    replace_reason = forms.CharField(
        label=_("Why it is replaced"),
        max_length=Prescription._meta.get_field("replace_reason").max_length,
        widget=forms.TextInput({"placeholder": _("Potency misread"), "autocomplete": "off"}),
    )


class VersionedLinesForm(VersionFormMixin, PrescriptionForm):
    """Lines of a row that is changed; where they differ from what is stored, they are shown beside it."""

    def differences(self, stored) -> list[dict]:
        """Add the lines to what differs."""
        typed = "\n".join(_as_text(row.typed()) for row in self._rows)
        kept = "\n".join(_as_text(values_of(item)) for item in stored.items.all())
        lines = [{"label": _("Lines"), "typed": typed or _("empty"), "stored": kept or _("empty")}]
        return super().differences(stored) + (lines if typed != kept else [])


class PrescriptionUpdateForm(VersionedLinesForm):
    """The changed draft of a prescription."""


class NotePrescriptionForm(PrescriptionForm):
    """The prescription of a visit, as a part of the form of its note; it may be empty.

    `version` is that of the draft with which the page began, "" where there was none.
    """

    needs_lines = False
    version = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)


class PrescriptionTemplateForm(VersionedLinesForm):
    """A template with its lines."""

    name = forms.CharField(
        label=_("Name"),
        max_length=PrescriptionTemplate._meta.get_field("name").max_length,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args, template: PrescriptionTemplate, lines=None, initial=None, **kwargs):
        if lines is None:
            lines = [values_of(item) for item in template.items.all()]
        initial = {"name": template.name, "notes": template.notes} | (initial or {})
        super().__init__(*args, lines=lines, initial=initial, **kwargs)
        self.template = template

    def anew(self, **kwargs):
        """Return a form of the same template."""
        return super().anew(template=self.template, **kwargs)


def _values(item: PrescriptionItem) -> dict:
    return values_of(item) | {"id": item.pk, "override_reason": item.override_reason}


def _as_text(line: dict) -> str:
    return ", ".join(line[name].strip() for name in Line.WRITTEN if line[name].strip())
