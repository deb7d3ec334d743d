"""Forms of consultations: the note with its complaints and responses."""

from django import forms
from django.forms.models import construct_instance
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinical.case import DECISION_BUTTONS, PARTS, RESPONSES, signed_number
from clinical.errors import LinesRefusedError
from clinical.forms.prescriptions import NotePrescriptionForm
from clinical.lines import LINE_PREFIX
from clinical.models import INTENSITIES, Complaint, ComplaintResponse, Consultation
from clinical.sheet import (
    ADVICE,
    RESPONSE_FIELDS,
    RESPONSE_PREFIX,
    ROW_FIELDS,
    ROW_PREFIX,
    ROWS_MAX,
    ROWS_READ,
    RX_PREFIX,
    RX_VERSION,
    TEXTS,
    Sheet,
)
from homeo.base.fields import CUID_LENGTH, TEXT_MAX_LENGTH
from homeo.base.forms import BaseForm, BaseFormMixin, BaseModelForm, OnceFormMixin, VersionFormMixin, share_fields


class ConfirmForm(OnceFormMixin, BaseForm):
    """A step that is asked for on a page of its own: nothing to fill in, one effect."""


class AddendumForm(OnceFormMixin, BaseForm):
    """What is added to a signed note, and why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput({"placeholder": _("Report came in, wrong side written, …"), "autocomplete": "off"}),
    )
    text = forms.CharField(label=_("Addendum"), widget=forms.Textarea({"rows": 6}))


def text_area(rows: int, **attrs) -> forms.Textarea:
    """Return a field that grows with its text."""
    return forms.Textarea({"rows": rows, **attrs})


EXAMPLES = {
    "name": _("Headache"),
    "location": _("over the eyes"),
    "sensation": _("hammering"),
    "worse": _("sun, reading, 10 a.m."),
    "better": _("dark, lying still"),
    "concomitants": _("nausea"),
    "onset": _("summer of 2009"),
    "cause": _("grief"),
}


def _complaint_fields() -> dict[str, forms.Field]:
    fields = forms.fields_for_model(Complaint, ROW_FIELDS, widgets={"own_words": text_area(1)})
    for name, example in EXAMPLES.items():
        fields[name].widget.attrs |= {"placeholder": example, "autocomplete": "off"}
    return fields


ComplaintFields = type("ComplaintFields", (forms.Form,), _complaint_fields())


@share_fields
class ComplaintForm(BaseFormMixin, ComplaintFields):
    """One complaint of the case. `id` names the row that it was, none for a new one; the service makes the row."""

    id = forms.CharField(required=False, max_length=CUID_LENGTH, widget=forms.HiddenInput)
    intensity = forms.TypedChoiceField(
        label=_("Intensity"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *((value, f"{value}") for value in INTENSITIES)],
    )


ComplaintFormSet = forms.formset_factory(
    ComplaintForm, extra=0, can_delete=True, max_num=ROWS_MAX, absolute_max=ROWS_READ, validate_max=True
)


class ComplaintResponseForm(BaseModelForm):
    """How one complaint of an earlier note has responded; `was` tells what that note, or the last response, said."""

    value = forms.TypedChoiceField(
        label=_("Response"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "")] + [(n, n) for n in RESPONSES],
    )

    class Meta:
        model = ComplaintResponse
        fields = RESPONSE_FIELDS
        widgets = {"now": text_area(1, placeholder=_("Now, in the patient’s words"))}

    def __init__(self, *args, complaint, **kwargs):
        super().__init__(*args, prefix=f"{RESPONSE_PREFIX}-{complaint.pk}", **kwargs)
        self.complaint = complaint
        self.fields["percent"].widget.attrs |= {"min": 0, "max": 100, "inputmode": "numeric"}

    def _post_clean(self):
        # As Django's, without asking the database for each CHECK: it asks itself when the row is saved.
        self.instance = construct_instance(self, self.instance, self._meta.fields)
        try:
            self.instance.full_clean(
                exclude=self._get_validation_exclusions(), validate_unique=False, validate_constraints=False
            )
        except forms.ValidationError as error:
            self._update_errors(error)

    @property
    def steps(self) -> list[dict]:
        """Return the seven answers: value, sign, word, look, and whether it is the chosen one."""
        chosen = str(self["value"].value() if self["value"].value() is not None else "")
        return [
            {
                "value": value,
                "sign": signed_number(value),
                "word": word,
                "look": "minus" if value < 0 else "plus" if value > 0 else "",
                "is_chosen": chosen == str(value),
            }
            for value, word in RESPONSES.items()
        ]

    @property
    def word(self) -> str:
        """Return the chosen answer in a word."""
        return next((step["word"] for step in self.steps if step["is_chosen"]), "")

    @property
    def was(self) -> str:
        """Return how the complaint was before this note."""
        earlier = [one for one in self.complaint.responses.all() if one.consultation_id != self.consultation_id]
        last = max(earlier, key=lambda one: one.created_at, default=None)
        if last and (last.now or last.value is not None):
            return ", ".join(filter(None, [last.now, f"{last.sign} {last.word.lower()}".strip()]))
        return ", ".join(filter(None, [self.complaint.worse, self.complaint.concomitants, self.complaint.own_words]))

    consultation_id = ""


def _field(part) -> forms.Field:
    if part.choices is None:
        return forms.CharField(label=part.label, required=False, max_length=part.most, widget=text_area(part.lines))
    if part.is_many:
        return forms.MultipleChoiceField(
            label=part.label, required=False, choices=part.choices, widget=forms.CheckboxSelectMultiple
        )
    return forms.ChoiceField(label=part.label, required=False, choices=[("", "–"), *part.choices.choices])


PartsForm = type("PartsForm", (forms.Form,), {name: _field(part) for name, part in PARTS.items()})


class ConsultationForm(VersionFormMixin, PartsForm, BaseModelForm):
    """What the doctor writes: free texts, the parts of the case, `rows` of complaints, `responses` to earlier ones.

    `rx` is the prescription of the visit.

    Args:
        complaints: the complaints of earlier notes that are asked for.
        draft: the prescription of the visit as it is stored, None where there is none yet.
        stored: the sheet of the stored note.
        sheet: what the form shows unchecked, by default `stored`.
    """

    RX_REFUSED = _("The prescription is not complete: look at what is marked there.")

    class Meta:
        model = Consultation
        fields = (*TEXTS, "layout", *Consultation.CHOSEN)
        widgets = {
            **{name: text_area(rows) for name, rows in zip(TEXTS, (4, 1, 2, 3), strict=True)},
            "layout": forms.HiddenInput,
        }
        help_texts = {"complaints": _("In the patient’s own words. Needed to complete the consultation.")}

    def __init__(self, data=None, *args, complaints=(), draft=None, stored=None, sheet=None, initial=None, **kwargs):
        shown = sheet or stored or Sheet()
        super().__init__(data, *args, initial=shown.fields | (initial or {}), **kwargs)
        self.stored = stored
        for name in TEXTS:
            self.fields[name].max_length = TEXT_MAX_LENGTH
            self.fields[name].validators.append(forms.fields.validators.MaxLengthValidator(TEXT_MAX_LENGTH))
        own = {"user": self.user}
        if self.is_bound and f"{ROW_PREFIX}-TOTAL_FORMS" in data:
            self.rows = ComplaintFormSet(data, prefix=ROW_PREFIX, form_kwargs=own)
        else:
            self.rows = ComplaintFormSet(initial=shown.rows, prefix=ROW_PREFIX, form_kwargs=own)
            self.rows.extra = 0 if shown.rows else 1
        self.responses = [
            ComplaintResponseForm(data, complaint=one, initial=shown.responses.get(one.pk), **own) for one in complaints
        ]
        for form in self.responses:
            form.consultation_id = self.instance.pk
        self.rx = self._prescription_form(data, shown, prescription=draft, prefix=RX_PREFIX, **own)

    def _prescription_form(self, data, shown, **kwargs) -> NotePrescriptionForm:
        if self.is_bound and f"{LINE_PREFIX}-TOTAL_FORMS" in data:
            return NotePrescriptionForm(data, **kwargs)
        if shown.lines is None:
            shown = self.stored or shown
        initial = {"notes": shown.fields.get(ADVICE, ""), "version": shown.fields.get(RX_VERSION, "")}
        draft = kwargs["prescription"]
        stored = draft.items.all() if draft else []
        known = {item.medicine_name: {"remedy": item.remedy, "is_understood": True} for item in stored}
        lines = [line | known.get(line["medicine_name"], {}) for line in shown.lines or []]
        return NotePrescriptionForm(initial=initial, lines=lines, **kwargs)

    @cached_property
    def sheet(self) -> Sheet:
        """Return what stands in the form that was sent."""
        return Sheet.from_post(dict(self.data.lists()) if isinstance(self.data, QueryDict) else self.data)

    def is_valid(self):
        """Tell whether the texts, the complaints, the responses and the prescription are right."""
        are_rows_valid = not self.rows.is_bound or self.rows.is_valid()
        invalid = [form for form in self.responses if not form.is_valid()]
        is_valid = super().is_valid() and are_rows_valid and not invalid
        if not self.rx.is_bound or self.rx.is_valid():
            return is_valid
        self.add_error(None, self.RX_REFUSED)
        return False

    def add_domain_error(self, error) -> None:
        """Show what is wrong with lines of the prescription beside them, and above the note that there is."""
        if not isinstance(error, LinesRefusedError):
            return super().add_domain_error(error)
        self.rx.add_domain_error(error)
        return self.add_error(None, self.RX_REFUSED)

    def clean(self):
        """Refuse complaints of other notes and too many of them."""
        cleaned_data = super().clean()
        if self.rows.is_bound and self.rows.is_valid():
            ids = [row.cleaned_data["id"] for row in self._rows if row.cleaned_data.get("id")]
            own = {row["id"] for row in self.stored.rows} if self.stored else set()
            unknown = set(ids) - own
            # A complaint that another window took away is written anew; one of another note was never on the page.
            if len(set(ids)) < len(ids) or (unknown and Complaint.objects.filter(pk__in=unknown).exists()):
                raise forms.ValidationError(_("A complaint of this form belongs elsewhere. Open the page again."))
        return cleaned_data

    def _post_clean(self):
        """Leave it to the service to write the row."""

    def note(self) -> dict:
        """Return what `write_consultation` takes, out of the checked form; the prescription only where it changed."""
        names = [*TEXTS, "layout", *Consultation.CHOSEN]
        note = {name: self.cleaned_data[name] for name in names if name in self.data or name in TEXTS}
        if any(name in self.data for name in PARTS):
            note["parts"] = {name: self.cleaned_data[name] for name in PARTS}
        if self.rows.is_bound:
            note["rows"] = [{name: row.cleaned_data[name] for name in ("id", *ROW_FIELDS)} for row in self._rows]
        note["responses"] = {
            form.complaint.pk: {name: form.cleaned_data[name] for name in RESPONSE_FIELDS}
            for form in self.responses
            if form.add_prefix("now") in self.data
        }
        if self.rx.is_bound and not self.sheet.prescribes_as(self.stored):
            note["rx"] = {
                "prescription": self.rx.prescription,
                "items": self.rx.lines,
                "notes": self.rx.cleaned_data["notes"],
            }
        return note

    @cached_property
    def _rows(self) -> list[ComplaintForm]:
        """Return the rows in which something stands and that were not taken away."""
        return [
            row
            for row in self.rows.forms
            if not row["DELETE"].value() and any(str(row[name].value() or "").strip() for name in ROW_FIELDS)
        ]

    @property
    def decisions(self) -> list[dict]:
        """Return the buttons of the decision: value, word, how, and whether it is the chosen one."""
        chosen = self["decision"].value()
        return [
            {"value": value, "word": word, "how": how, "is_chosen": chosen == value}
            for value, (word, how) in DECISION_BUTTONS.items()
        ]

    def of_group(self, group: str) -> list:
        """Return the fields of one panel of the case."""
        return [self[name] for name, part in PARTS.items() if part.group == group]
