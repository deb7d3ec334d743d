"""Forms of the chart: a document, and what a doctor notes about the patient."""

import datetime as dt

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeo.base.fields import validate_past_date
from homeo.base.forms import BaseModelForm, OnceFormMixin, VersionFormMixin
from patients import files
from patients.models import MedicalRecord, Patient, RecordType

FILES_MAX = 20
ACCEPTED = [*files.ENDINGS, *(ending for endings in files.ENDINGS.values() for ending in endings)]


class ClinicalNotesForm(VersionFormMixin, BaseModelForm):
    """Allergies, chronic diseases and clinical notes of a patient."""

    class Meta:
        model = Patient
        fields = ["allergies", "chronic_diseases", "notes"]
        widgets = {name: forms.Textarea({"rows": rows}) for name, rows in zip(fields, (2, 3, 5), strict=True)}
        help_texts = {
            "allergies": _("One on each line. They stand in red on top of every page of the patient."),
            "chronic_diseases": _("One on each line."),
        }


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, as a list; whether each is taken, the service decides by its content."""

    widget = FilesInput

    def __init__(self, **kwargs):
        super().__init__(**kwargs, allow_empty_file=True)

    def clean(self, data, initial=None):
        """Return the list of files that were sent, which is not empty."""
        chosen = [super(FilesField, self).clean(file) for file in data or [None]]
        if len(chosen) > FILES_MAX:
            text = _("Choose at most %(limit)d files at once; these are %(count)d.")
            raise forms.ValidationError(text % {"limit": FILES_MAX, "count": len(chosen)})
        return chosen


class MedicalRecordForm(OnceFormMixin, BaseModelForm):
    """Documents to upload. What kind of file each is, the service finds out by its content."""

    file = FilesField(label=_("Files"), widget=FilesInput({"accept": ",".join(ACCEPTED)}))
    recorded_on = forms.DateField(
        label=_("Date of the document"),
        validators=[validate_past_date],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        initial=timezone.localdate,
    )

    class Meta:
        model = MedicalRecord
        fields = ["title", "record_type", "description"]
        widgets = {"description": forms.Textarea({"rows": 2})}
        help_texts = {"title": _("Left empty, each document is called as its file is.")}

    field_order = ["file", "title", "record_type", "recorded_on", "description"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["record_type"].choices = [("", _("Choose …")), *RecordType.choices]
        self.fields["file"].help_text = _(
            "PDF, JPEG, PNG, TIFF, DICOM or plain text, at most %(limit)d MB each, %(count)d at once."
        ) % {"limit": settings.MEDICAL_RECORD_MAX_BYTES // 2**20, "count": FILES_MAX}

    def records(self) -> list[dict]:
        """Return the documents as the service takes them, one for each file, recorded at the start of their day."""
        day = timezone.make_aware(dt.datetime.combine(self.cleaned_data["recorded_on"], dt.time()))
        values = {name: self.cleaned_data[name] for name in ("record_type", "description")} | {"recorded_at": day}
        chosen, title = self.cleaned_data["file"], self.cleaned_data["title"]
        titles = [f"{title[:140]} ({n})" for n in range(1, len(chosen) + 1)] if title and len(chosen) > 1 else [title]
        return [
            values | {"file": file, "title": title} for file, title in zip(chosen, titles * len(chosen), strict=False)
        ]
