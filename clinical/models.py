"""Consultations, prescriptions, and letters."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.codes import PRINTED_LENGTH, new_code
from clinical.querysets import (
    ConsultationQuerySet,
    LetterQuerySet,
    PrescriptionItemQuerySet,
    PrescriptionQuerySet,
)
from homeo.base.errors import DomainError
from homeo.base.fields import LongTextField, validate_schedule_date
from homeo.base.models import ArchivableModel, BaseModel, check_transition, choice_constraint
from patients.models import Patient
from scheduling.models import LONGEST_VISIT, Appointment


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
    check_code = models.CharField(
        _("check code"), max_length=PRINTED_LENGTH, unique=True, default=new_code, editable=False, db_collation="C"
    )

    clinical_fields = frozenset({"notes"})

    objects = PrescriptionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["check_code"])

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
    def is_valid(self) -> bool:
        """Tell whether a pharmacy may go by it."""
        return self.is_signed and not self.is_archived

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


class LetterKind(models.TextChoices):
    """What a doctor certifies or writes about a patient."""

    VISIT = "VISIT", _("Certificate of visit")
    UNFIT = "UNFIT", _("Certificate of illness")
    FIT = "FIT", _("Certificate of fitness")
    REFERRAL = "REFERRAL", _("Referral letter")


class Letter(ArchivableModel):
    """A medical certificate or a referral letter: signed when it is made, and printed for good as it was signed.

    `statement` is what the certificate certifies, in words; `facts` is what the paper says of the clinic, the doctor
    and the patient, as of the day of signing. One that was written by mistake is archived and counts no more.
    """

    Kind = LetterKind

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="letters"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        on_delete=models.PROTECT,
        related_name="doctor_letters",
        limit_choices_to={"role": "DOCTOR"},
    )
    kind = models.CharField(_("kind"), max_length=8, choices=LetterKind)
    from_date = models.DateField(_("from"), null=True, blank=True, validators=[validate_schedule_date])
    until_date = models.DateField(_("until"), null=True, blank=True, validators=[validate_schedule_date])
    addressee = LongTextField(_("to"), max_length=500, blank=True, default="")
    statement = LongTextField(_("statement"), max_length=1000, blank=True, default="")
    text = LongTextField(_("text"), max_length=8000, blank=True, default="")
    facts = models.JSONField(_("as signed"), editable=False)
    signed_at = models.DateTimeField(_("signed"), default=timezone.now, editable=False)

    clinical_fields = frozenset({"addressee", "statement", "text", "facts"})

    objects = LetterQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [models.Index(fields=["patient", "-signed_at"], name="letter_patient_signed")]
        constraints = [
            choice_constraint("kind", LetterKind, table="letter"),
            models.CheckConstraint(
                condition=Q(kind="REFERRAL", from_date=None) | (~Q(kind="REFERRAL") & Q(from_date__isnull=False)),
                name="letter_certificate_dated",
                violation_error_message=_("A certificate says from which day."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="REFERRAL") | ~Q(addressee="") & ~Q(text=""),
                name="letter_referral_addressed",
                violation_error_message=_("A referral says to whom and what."),
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date"), kind="UNFIT"),
                name="letter_dates_in_order",
                violation_error_message=_("The last day is not before the first."),
            ),
        ]

    def __str__(self):
        # Says nothing clinical: names of rows stand in the admin and in logs.
        return f"{timezone.localtime(self.signed_at):%Y-%m-%d %H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def state(self) -> str:
        """Return the standing as one word of the status component."""
        return "void" if self.is_archived else "signed"

    @property
    def state_label(self) -> str:
        """Return the standing in words."""
        return _("Withdrawn") if self.is_archived else _("Signed")
