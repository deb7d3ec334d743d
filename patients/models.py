"""The patient, those who look after a patient, and a patient's documents."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, GeneratedField, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.models import HistoricalRecords

from homeo.base.fields import (
    EARLIEST_BIRTH,
    LATEST_STORED,
    LongTextField,
    new_id,
    validate_birth_date,
    validate_phone,
)
from homeo.base.models import ArchivableModel, BaseModel, NextValue, choice_constraint
from patients.querysets import GuardianQuerySet, MedicalRecordQuerySet, PatientQuerySet

FILE_NUMBER_SEQUENCE = "patients_file_number"
MONTHS_ALONE_UNTIL = 2


class Gender(models.TextChoices):
    """The schema's genders."""

    MALE = "MALE", _("Male")
    FEMALE = "FEMALE", _("Female")
    OTHER = "OTHER", _("Other")


class BloodGroup(models.TextChoices):
    """The schema's blood groups, shown as people write them."""

    O_POSITIVE = "O_POSITIVE", "O+"
    O_NEGATIVE = "O_NEGATIVE", "O−"
    A_POSITIVE = "A_POSITIVE", "A+"
    A_NEGATIVE = "A_NEGATIVE", "A−"
    B_POSITIVE = "B_POSITIVE", "B+"
    B_NEGATIVE = "B_NEGATIVE", "B−"
    AB_POSITIVE = "AB_POSITIVE", "AB+"
    AB_NEGATIVE = "AB_NEGATIVE", "AB−"


class Digits(Func):
    """The digits of a text, without anything else."""

    template = "regexp_replace(%(expressions)s, '\\D', '', 'g')"
    output_field = models.CharField(max_length=30)


class Patient(ArchivableModel):
    """A patient: the profile beside the account, which holds the name and the e-mail."""

    file_no = models.IntegerField(
        _("file number"), unique=True, editable=False, db_default=NextValue(sequence=FILE_NUMBER_SEQUENCE)
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), on_delete=models.PROTECT, related_name="patient"
    )
    date_of_birth = models.DateField(_("date of birth"), validators=[validate_birth_date])
    gender = models.CharField(_("gender"), max_length=6, choices=Gender)
    blood_group = models.CharField(_("blood group"), max_length=11, choices=BloodGroup, null=True, blank=True)
    address = models.CharField(_("street address"), max_length=200)
    city = models.CharField(_("city"), max_length=80)
    state = models.CharField(_("state or province"), max_length=80)
    postal_code = models.CharField(_("postal code"), max_length=20)
    country = models.CharField(_("country"), max_length=80)
    phone = models.CharField(_("phone"), max_length=30, validators=[validate_phone])
    emergency_contact = models.CharField(_("emergency contact"), max_length=200, blank=True, default="")
    allergies = LongTextField(_("allergies"), max_length=2000, blank=True, default="")
    chronic_diseases = LongTextField(_("chronic diseases"), max_length=2000, blank=True, default="")
    notes = LongTextField(_("clinical notes"), max_length=4000, blank=True, default="")
    phone_digits = GeneratedField(
        expression=Digits(F("phone")), output_field=models.CharField(max_length=30), db_persist=True
    )

    clinical_fields = frozenset({"allergies", "chronic_diseases", "notes"})

    objects = PatientQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["phone_digits"])

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        indexes = [
            GinIndex(OpClass(F("phone_digits"), name="gin_trgm_ops"), name="patient_phone_trgm"),
            models.Index(fields=["-created_at"], name="patient_created"),
        ]
        constraints = [
            choice_constraint("gender", Gender, table="patient"),
            choice_constraint("blood_group", BloodGroup, table="patient", null=True),
            models.CheckConstraint(
                condition=Q(date_of_birth__gte=EARLIEST_BIRTH, date_of_birth__lt=LATEST_STORED),
                name="patient_date_of_birth_bounds",
                violation_error_message=_("Enter a date of birth between 1 January 1900 and today."),
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.file_number}"

    @property
    def name(self) -> str:
        """Return the full name, out of the account."""
        return self.user.get_full_name()

    @property
    def file_number(self) -> str:
        """Return the file number as it is printed, such as H-02417."""
        return f"H-{self.file_no:05d}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.pk

    @property
    def version(self) -> str:
        """Return the version of profile and account together: a form that edits the patient shows both."""
        return max(self.updated_at, self.user.updated_at).isoformat()

    @property
    def age(self) -> str:
        """Return the age today: in years, under two in months."""
        return self.age_on(timezone.localdate())

    def age_on(self, day: dt.date) -> str:
        """Return the age on a day: in years, under two in months."""
        born = self.date_of_birth
        months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
        if months < MONTHS_ALONE_UNTIL * 12:
            return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
        return ngettext("%(count)d year", "%(count)d years", months // 12) % {"count": months // 12}


class Guardian(BaseModel):
    """A person who looks after a patient: a parent, a son, a carer. Sees and books as the patient does."""

    patient = models.ForeignKey(Patient, verbose_name=_("patient"), on_delete=models.CASCADE, related_name="guardians")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("guardian"), on_delete=models.PROTECT, related_name="wards"
    )
    relationship = models.CharField(_("relationship"), max_length=60, blank=True, default="")

    objects = GuardianQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "user"],
                name="guardian_once",
                violation_error_message=_("This person already looks after the patient."),
            )
        ]

    def __str__(self):
        return f"{self.user} → {self.patient}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id


class RecordType(models.TextChoices):
    """Kinds of documents; the column is free text in the schema, these are what the pages offer."""

    LAB_REPORT = "lab_report", _("Lab report")
    X_RAY = "x_ray", _("X-ray")
    SCAN = "scan", _("Scan")
    PRESCRIPTION = "prescription", _("Prescription from elsewhere")
    LETTER = "letter", _("Letter")
    OTHER = "other", _("Other")


FORMATS = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "application/dicom": "DICOM",
    "text/plain": _("Text"),
}
RECORDS_FOLDER = "records"


def record_path(record: "MedicalRecord", filename: str) -> str:
    """Return where a document is kept: below its patient, under a name that says nothing."""
    return f"{RECORDS_FOLDER}/{record.patient_id}/{new_id()}"


class MedicalRecord(ArchivableModel):
    """A document of a patient, kept in the private store under a random name."""

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="medical_records"
    )
    title = models.CharField(_("title"), max_length=150)
    description = LongTextField(_("description"), max_length=2000, blank=True, default="")
    file_url = models.FileField(_("file"), max_length=200, upload_to=record_path)
    thumbnail = models.FileField(_("thumbnail"), max_length=200, upload_to=record_path, blank=True, editable=False)
    file_name = models.CharField(_("file name"), max_length=200, editable=False)
    content_type = models.CharField(_("content type"), max_length=60, editable=False)
    file_size = models.PositiveIntegerField(_("size in bytes"), editable=False)
    record_type = models.CharField(_("kind"), max_length=30, choices=RecordType)
    recorded_at = models.DateTimeField(_("recorded"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )

    clinical_fields = frozenset({"title", "description", "file_name"})

    objects = MedicalRecordQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("medical record")
        verbose_name_plural = _("medical records")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [
            models.Index(
                fields=["patient", "-recorded_at"], include=["archived_at"], name="medicalrecord_patient_recorded"
            ),
            models.Index(fields=["record_type"], name="medicalrecord_type"),
        ]

    def __str__(self):
        return f"{self.get_record_type_display()}, {self.recorded_at:%Y-%m-%d}"

    @property
    def format(self) -> str:
        """Return what kind of file it is, as people call it, such as "PDF"."""
        return FORMATS.get(self.content_type, "")

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id
