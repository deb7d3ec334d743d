"""Prescriptions and their lines."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.models.consultations import Consultation
from clinical.querysets import PrescriptionItemQuerySet, PrescriptionQuerySet
from homeo.base.fields import LongTextField
from homeo.base.models import ArchivableModel, BaseModel
from patients.models import Patient


class Prescription(ArchivableModel):
    """Remedies prescribed to a patient; a draft until it is signed, unchanged afterwards."""

    consultation = models.ForeignKey(
        Consultation,
        verbose_name=_("consultation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="prescriptions",
    )
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="prescriptions"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        db_index=False,
        on_delete=models.PROTECT,
        related_name="doctor_prescriptions",
        limit_choices_to={"role": "DOCTOR"},
    )
    notes = LongTextField(_("advice"), max_length=2000, blank=True, default="")
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)

    clinical_fields = frozenset({"notes"})

    objects = PrescriptionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("prescription")
        verbose_name_plural = _("prescriptions")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [
            models.Index(fields=["patient", "-created_at"], name="prescription_patient_created"),
            models.Index(fields=["doctor", "-created_at"], name="prescription_doctor_created"),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def is_signed(self) -> bool:
        """Tell whether the prescription is final."""
        return self.signed_at is not None

    @property
    def is_draft(self) -> bool:
        """Tell whether the lines may still change."""
        return not self.is_signed and not self.is_archived

    @property
    def state(self) -> str:
        """Return the standing as one word of the status component."""
        return "signed" if self.is_signed else "draft"

    @property
    def state_label(self) -> str:
        """Return the standing in words."""
        return _("Signed") if self.is_signed else _("Draft")


class PrescriptionItem(BaseModel):
    """One line of a prescription: a remedy, its potency, and how to take it."""

    prescription = models.ForeignKey(
        Prescription, verbose_name=_("prescription"), on_delete=models.CASCADE, related_name="items"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    medicine_name = models.CharField(_("remedy"), max_length=120)
    potency = models.CharField(_("potency"), max_length=30)
    dosage = models.CharField(_("dose"), max_length=80)
    frequency = models.CharField(_("how often"), max_length=80)
    duration = models.CharField(_("for how long"), max_length=60)
    notes = models.CharField(_("instructions"), max_length=300, blank=True, default="")

    clinical_fields = frozenset({"medicine_name", "potency", "dosage", "frequency", "duration", "notes"})

    objects = PrescriptionItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("prescription line")
        verbose_name_plural = _("prescription lines")
        ordering = ["prescription", "position", "created_at", "id"]

    def __str__(self):
        # Says nothing clinical: names of rows stand in the admin and in logs.
        return _("Line %(number)d") % {"number": self.position + 1}

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.prescription.patient_id
