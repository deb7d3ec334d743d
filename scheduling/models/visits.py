"""Visits."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from homeo.base.errors import DomainError
from homeo.base.fields import EARLIEST_BIRTH, LATEST_STORED, LongTextField, validate_schedule_date
from homeo.base.models import BaseModel, check_transition, choice_constraint
from patients.models import Patient
from scheduling.models.doctors import LONGEST_VISIT, SHORTEST_VISIT
from scheduling.models.series import VisitSeries
from scheduling.models.types import LONGEST_BUFFER, VisitType
from scheduling.querysets import AppointmentQuerySet


class VisitRange(Func):
    """The time that a visit takes, as a range of the clinic's clock times."""

    template = "tsrange((%(date)s + %(time)s), (%(date)s + %(time)s) + make_interval(mins => %(minutes)s))"
    output_field = DateTimeRangeField()

    def __init__(self, date, time, minutes, **extra):
        super().__init__(date, time, minutes, **extra)

    def as_sql(self, compiler, connection, **extra_context):
        """Compile the range, the start twice."""
        (date, date_params), (time, time_params), (minutes, minutes_params) = (
            compiler.compile(expression) for expression in self.source_expressions
        )
        sql = self.template % {"date": date, "time": time, "minutes": minutes}
        return sql, (*date_params, *time_params, *date_params, *time_params, *minutes_params)


class AppointmentStatus(models.TextChoices):
    """The schema's states of a visit."""

    PENDING = "PENDING", _("Pending")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    COMPLETED = "COMPLETED", _("Completed")
    CANCELLED = "CANCELLED", _("Cancelled")
    RESCHEDULED = "RESCHEDULED", _("Moved")


class Appointment(BaseModel):
    """A visit of a patient to a doctor at a clock time of the clinic, for so many minutes.

    Nobody is booked twice: the database excludes overlapping visits of one doctor and of one patient, save those that
    are cancelled, moved or overbooked on purpose.
    """

    Status = AppointmentStatus

    TRANSITIONS = {
        Status.PENDING: frozenset({Status.CONFIRMED, Status.CANCELLED, Status.RESCHEDULED}),
        Status.CONFIRMED: frozenset({Status.COMPLETED, Status.CANCELLED, Status.RESCHEDULED}),
        Status.CANCELLED: frozenset({Status.PENDING, Status.CONFIRMED}),
    }

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="appointments"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        db_index=False,
        on_delete=models.PROTECT,
        related_name="doctor_appointments",
        limit_choices_to={"role": "DOCTOR"},
    )
    appointment_date = models.DateField(_("date"), validators=[validate_schedule_date])
    appointment_time = models.TimeField(_("time"))
    duration = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(SHORTEST_VISIT), MaxValueValidator(LONGEST_VISIT)]
    )
    status = models.CharField(
        _("status"), max_length=11, choices=Status, default=Status.PENDING, db_default=Status.PENDING
    )
    notes = LongTextField(_("note"), max_length=1000, blank=True, default="")
    is_overbooked = models.BooleanField(_("overbooked"), default=False, db_default=False)
    overbook_reason = models.CharField(_("reason for overbooking"), max_length=200, blank=True, default="")
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=200, blank=True, default="")
    rescheduled_to = models.OneToOneField(
        "self",
        verbose_name=_("moved to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rescheduled_from",
    )
    visit_type = models.ForeignKey(
        VisitType, verbose_name=_("kind of visit"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    buffer_before = models.PositiveSmallIntegerField(
        _("minutes kept free before"), default=0, db_default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    buffer_after = models.PositiveSmallIntegerField(
        _("minutes kept free after"), default=0, db_default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    series = models.ForeignKey(
        VisitSeries,
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    token_number = models.PositiveSmallIntegerField(_("token"), null=True, blank=True)
    called_at = models.DateTimeField(_("called"), null=True, blank=True)
    calendar_uid = models.CharField(
        _("calendar id"),
        max_length=24,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("The id of the first of the visits that were moved into this one; empty for that one."),
    )
    calendar_sequence = models.PositiveIntegerField(_("calendar version"), default=0, db_default=0, editable=False)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("booked by"), on_delete=models.PROTECT, related_name="+"
    )
    checked_in_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    no_show_at = models.DateTimeField(_("marked as not come"), null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [
            models.Index(fields=["appointment_date", "appointment_time"], name="appointment_date"),
            models.Index(fields=["doctor", "appointment_date"], name="appointment_doctor_date"),
            models.Index(fields=["patient", "appointment_date"], name="appointment_patient_date"),
        ]
        constraints = [
            choice_constraint("status", AppointmentStatus, table="appointment"),
            models.CheckConstraint(
                condition=Q(duration__range=(SHORTEST_VISIT, LONGEST_VISIT)),
                name="appointment_duration_bounds",
                violation_error_message=_("A visit lasts between 5 and 240 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(appointment_time__second=0),
                name="appointment_whole_minutes",
                violation_error_message=_("Times are in hours and minutes."),
            ),
            models.CheckConstraint(
                condition=Q(appointment_date__gte=EARLIEST_BIRTH, appointment_date__lt=LATEST_STORED),
                name="appointment_date_bounds",
                violation_error_message=_("Enter a day within the last year or the next three."),
            ),
            models.CheckConstraint(
                condition=Q(is_overbooked=False) | ~Q(overbook_reason=""),
                name="appointment_overbook_reason",
                violation_error_message=_("Say why this visit is overbooked."),
            ),
            models.CheckConstraint(
                condition=~Q(status="CANCELLED") | ~Q(cancel_reason=""),
                name="appointment_cancel_reason",
                violation_error_message=_("Say why this visit is cancelled."),
            ),
            models.CheckConstraint(
                condition=~Q(status="RESCHEDULED") | Q(rescheduled_to__isnull=False),
                name="appointment_rescheduled_to",
                violation_error_message=_("A moved visit points to the new one."),
            ),
            models.CheckConstraint(
                condition=Q(buffer_before__lte=LONGEST_BUFFER, buffer_after__lte=LONGEST_BUFFER),
                name="appointment_buffer_bounds",
                violation_error_message=_("At most two hours are kept free before or after a visit."),
            ),
            models.UniqueConstraint(
                fields=["appointment_date", "token_number"],
                condition=Q(token_number__isnull=False),
                name="appointment_token_once",
                violation_error_message=_("This token is in use."),
            ),
            ExclusionConstraint(
                name="appointment_doctor_once",
                expressions=[
                    (VisitRange("appointment_date", "appointment_time", "duration"), RangeOperators.OVERLAPS),
                    ("doctor", RangeOperators.EQUAL),
                ],
                condition=~Q(status__in=["CANCELLED", "RESCHEDULED"]) & Q(is_overbooked=False),
                violation_error_message=_("The doctor already has a visit at that time."),
                violation_error_code="taken",
            ),
            ExclusionConstraint(
                name="appointment_patient_once",
                expressions=[
                    (VisitRange("appointment_date", "appointment_time", "duration"), RangeOperators.OVERLAPS),
                    ("patient", RangeOperators.EQUAL),
                ],
                condition=~Q(status__in=["CANCELLED", "RESCHEDULED"]) & Q(is_overbooked=False),
                violation_error_message=_("The patient already has a visit at that time."),
                violation_error_code="patient_taken",
            ),
        ]

    def __str__(self):
        return f"{self.appointment_date:%Y-%m-%d} {self.appointment_time:%H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def uid(self) -> str:
        """Return the id under which calendars know the visit; it stays when the visit is moved."""
        return self.calendar_uid or self.pk

    @property
    def starts_at(self) -> dt.datetime:
        """Return the start as a moment in the clinic's zone."""
        naive = dt.datetime.combine(self.appointment_date, self.appointment_time)
        return timezone.make_aware(naive)

    @property
    def ends_at(self) -> dt.datetime:
        """Return the end as a moment in the clinic's zone."""
        return self.starts_at + dt.timedelta(minutes=self.duration)

    @property
    def state(self) -> str:
        """Return where the visit stands, as one word of the status component."""
        if self.status in {self.Status.CANCELLED, self.Status.RESCHEDULED, self.Status.COMPLETED}:
            return {"CANCELLED": "cancelled", "RESCHEDULED": "replaced", "COMPLETED": "completed"}[self.status]
        if self.no_show_at:
            return "no-show"
        if self.started_at:
            return "in-consultation"
        if self.checked_in_at:
            return "arrived"
        return "confirmed" if self.status == self.Status.CONFIRMED else "pending"

    @property
    def state_label(self) -> str:
        """Return where the visit stands, in words."""
        labels = {
            "no-show": _("Did not come"),
            "in-consultation": _("In consultation"),
            "arrived": _("Arrived"),
        }
        return labels.get(self.state) or self.get_status_display()

    @property
    def is_open(self) -> bool:
        """Tell whether the visit is still to come: neither begun, nor over, nor called off."""
        return self.status in {self.Status.PENDING, self.Status.CONFIRMED} and not (self.started_at or self.no_show_at)

    def change_status(self, status: str) -> None:
        """Take the next status, if the table of transitions allows it.

        Raises:
            InvalidTransitionError: it does not.
        """
        check_transition(self.TRANSITIONS, self.status, status, labels=dict(self.Status.choices))
        self.status = status

    def require_open(self) -> None:
        """Refuse a change of a visit that has begun, is over or was called off.

        Raises:
            DomainError: the visit is not open any more.
        """
        if not self.is_open:
            raise DomainError(_("This visit is “%(state)s”, so it stays as it is.") % {"state": self.state_label})
