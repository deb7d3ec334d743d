"""Forms of the chart: a document, and what a doctor notes about the patient."""

import datetime as dt

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeo.base.fields import validate_past_date
from homeo.base.forms import BaseModelForm, OnceFormMixin, VersionFormMixin
from patients.models import MedicalRecord, Patient, RecordType
from patients.services import RECORD_TYPES

FILE_NAME_MAX_LENGTH = 200


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


class MedicalRecordForm(OnceFormMixin, BaseModelForm):
    """A document to upload. What kind of file it is, the service finds out by its content."""

    file = forms.FileField(
        label=_("File"),
        max_length=FILE_NAME_MAX_LENGTH,
        widget=forms.FileInput({"accept": ",".join(RECORD_TYPES)}),
        error_messages={"empty": _("The file is empty.")},
    )
    recorded_on = forms.DateField(
        label=_("Date of the document"),
        validators=[validate_past_date],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        initial=timezone.localdate,
    )

    class Meta:
        model = MedicalRecord
        fields = ["title", "record_type", "description"]
        widgets = {"description": forms.Textarea({"rows": 3})}

    field_order = ["file", "title", "record_type", "recorded_on", "description"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        limit = settings.MEDICAL_RECORD_MAX_BYTES // (1024 * 1024)
        self.fields["record_type"].choices = [("", _("Choose …")), *RecordType.choices]
        self.fields["file"].help_text = _("PDF, JPEG or PNG, at most %(limit)d MB.") % {"limit": limit}

    def record(self) -> dict:
        """Return the valid document as the service takes it, recorded at the start of its day."""
        values = {name: self.cleaned_data[name] for name in ("file", "title", "record_type", "description")}
        day = dt.datetime.combine(self.cleaned_data["recorded_on"], dt.time())
        return values | {"recorded_at": timezone.make_aware(day)}
