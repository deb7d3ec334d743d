"""Consultations."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.case import CureDirection, Decision, Layout, PrescriptionKind
from clinical.querysets import ConsultationQuerySet
from homeo.base.errors import DomainError
from homeo.base.fields import LongTextField
from homeo.base.models import ArchivableModel, check_transition, choice_constraint
from patients.models import Patient
from scheduling.models import LONGEST_VISIT, Appointment

READABLE_MAX = 60_000


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
    complaints = LongTextField(_("complaints"), max_length=READABLE_MAX, blank=True)
    diagnosis = LongTextField(_("diagnosis"), blank=True, default="")
    prescription = LongTextField(_("treatment and advice"), max_length=READABLE_MAX, blank=True, default="")
    notes = LongTextField(_("notes"), max_length=READABLE_MAX, blank=True, default="")
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True, editable=False)
    layout = models.CharField(_("layout"), max_length=9, choices=Layout, blank=True, default="", db_default="")
    case = models.JSONField(_("case"), blank=True, default=dict, db_default={})
    cure_direction = models.CharField(
        _("direction of cure"), max_length=12, choices=CureDirection, blank=True, default="", db_default=""
    )
    prescription_kind = models.CharField(
        _("kind of prescription"), max_length=14, choices=PrescriptionKind, blank=True, default="", db_default=""
    )
    decision = models.CharField(_("decision"), max_length=14, choices=Decision, blank=True, default="", db_default="")

    CHOSEN = ("cure_direction", "prescription_kind", "decision")
    clinical_fields = frozenset({"complaints", "diagnosis", "prescription", "notes", "case", *CHOSEN})

    objects = ConsultationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [
            models.Index(
                fields=["patient", "-scheduled_at"], include=["archived_at"], name="consultation_patient_time"
            ),
            models.Index(fields=["doctor", "-scheduled_at"], name="consultation_doctor_time"),
            models.Index(fields=["status"], name="consultation_status"),
        ]
        constraints = [
            choice_constraint("status", ConsultationStatus, table="consultation"),
            choice_constraint("layout", Layout, table="consultation", blank=True),
            choice_constraint("cure_direction", CureDirection, table="consultation", blank=True),
            choice_constraint("prescription_kind", PrescriptionKind, table="consultation", blank=True),
            choice_constraint("decision", Decision, table="consultation", blank=True),
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

    def free_text(self, name: str) -> str:
        """Return what the doctor wrote into a text, without what is generated from the parts of the case."""
        return self.case.get("free", {}).get(name, getattr(self, name))

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
