"""Consultations and prescriptions."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.due import FollowUp
from clinical.querysets import ConsultationQuerySet, PrescriptionItemQuerySet, PrescriptionQuerySet
from homeo.base.errors import DomainError
from homeo.base.fields import LongTextField
from homeo.base.models import ArchivableModel, BaseModel, check_transition, choice_constraint
from patients.models import Patient
from scheduling.models import LONGEST_VISIT, Appointment

__all__ = ["Consultation", "ConsultationStatus", "FollowUp", "Prescription", "PrescriptionItem"]


class ConsultationStatus(models.TextChoices):
    """The schema's states of a consultation."""

    SCHEDULED = "SCHEDULED", _("Scheduled")
    IN_PROGRESS = "IN_PROGRESS", _("In consultation")
    COMPLETED = "COMPLETED", _("Completed")
    CANCELLED = "CANCELLED", _("Cancelled")
    NO_SHOW = "NO_SHOW", _("Did not come")


class Consultation(ArchivableModel):
    """What the doctor writes about one visit, or about one without an appointment.

    Until the patient is seen it stands as SCHEDULED, made by the check-in; `complaints` may be empty as long.
    COMPLETED it is signed: it changes no more.
    """

    Status = ConsultationStatus

    TRANSITIONS = {
        Status.SCHEDULED: frozenset({Status.IN_PROGRESS, Status.CANCELLED, Status.NO_SHOW}),
        Status.IN_PROGRESS: frozenset({Status.COMPLETED, Status.CANCELLED}),
        Status.NO_SHOW: frozenset({Status.SCHEDULED}),
        Status.CANCELLED: frozenset({Status.SCHEDULED}),
    }

    appointment = models.OneToOneField(
        Appointment,
        verbose_name=_("visit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="consultation",
    )
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="consultations"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        db_index=False,
        on_delete=models.PROTECT,
        related_name="doctor_consultations",
        limit_choices_to={"role": "DOCTOR"},
    )
    scheduled_at = models.DateTimeField(_("time"))
    duration = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_VISIT)]
    )
    status = models.CharField(
        _("status"), max_length=11, choices=Status, default=Status.SCHEDULED, db_default=Status.SCHEDULED
    )
    complaints = LongTextField(_("complaints"), blank=True)
    diagnosis = LongTextField(_("diagnosis"), blank=True, default="")
    prescription = LongTextField(_("treatment and advice"), blank=True, default="")
    notes = LongTextField(_("notes"), blank=True, default="")
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True, editable=False)

    clinical_fields = frozenset({"complaints", "diagnosis", "prescription", "notes"})

    objects = ConsultationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [
            models.Index(fields=["patient", "-scheduled_at"], name="consultation_patient_time"),
            models.Index(fields=["doctor", "-scheduled_at"], name="consultation_doctor_time"),
            models.Index(fields=["status"], name="consultation_status"),
        ]
        constraints = [
            choice_constraint("status", ConsultationStatus, table="consultation"),
            models.CheckConstraint(
                condition=Q(duration__range=(1, LONGEST_VISIT)),
                name="consultation_duration_bounds",
                violation_error_message=_("A consultation lasts between 1 and 240 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(status="COMPLETED", completed_at__isnull=False)
                | (~Q(status="COMPLETED") & Q(completed_at__isnull=True)),
                name="consultation_completed_at",
                violation_error_message=_("A completed consultation has the time of its completion."),
            ),
            models.CheckConstraint(
                condition=~Q(status="COMPLETED") | ~Q(complaints=""),
                name="consultation_complaints_written",
                violation_error_message=_("Write down the complaints before you complete the consultation."),
            ),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.scheduled_at):%Y-%m-%d %H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def state(self) -> str:
        """Return the status as one word of the status component."""
        return {
            "SCHEDULED": "pending",
            "IN_PROGRESS": "in-consultation",
            "COMPLETED": "completed",
            "CANCELLED": "cancelled",
            "NO_SHOW": "no-show",
        }[self.status]

    @property
    def is_writable(self) -> bool:
        """Tell whether the text may still change."""
        return self.status == self.Status.IN_PROGRESS and not self.is_archived

    def change_status(self, status: str) -> None:
        """Take the next status, if the table of transitions allows it.

        Raises:
            InvalidTransitionError: it does not.
        """
        check_transition(self.TRANSITIONS, self.status, status, labels=dict(self.Status.choices))
        self.status = status

    def require_writable(self) -> None:
        """Refuse to change a consultation that is not being written.

        Raises:
            DomainError: it is completed, not begun, or archived.
        """
        if not self.is_writable:
            raise DomainError(
                _("This consultation is “%(status)s”: its text stays as it is.") % {"status": self.get_status_display()}
            )


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
