"""Doctors, their weekly hours, and visits."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from homeo.base.errors import DomainError
from homeo.base.fields import EARLIEST_BIRTH, LATEST_STORED, LongTextField, validate_schedule_date
from homeo.base.models import BaseModel, check_transition, choice_constraint
from patients.models import Patient
from scheduling.querysets import AppointmentQuerySet, DoctorAvailabilityQuerySet, DoctorQuerySet

DEFAULT_SLOT_MINUTES = 20
SHORTEST_VISIT = 5
LONGEST_VISIT = 240


class Doctor(BaseModel):
    """A doctor's profile beside the account."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        on_delete=models.PROTECT,
        related_name="doctor",
        limit_choices_to={"role": "DOCTOR"},
    )
    specialization = models.CharField(_("specialisation"), max_length=120)
    license_number = models.CharField(_("licence number"), max_length=60, unique=True)
    years_experience = models.PositiveSmallIntegerField(_("years of experience"), validators=[MaxValueValidator(80)])
    qualifications = models.CharField(_("qualifications"), max_length=200)
    clinic_address = models.CharField(_("clinic address"), max_length=200, blank=True, default="")
    consultation_fee = models.DecimalField(
        _("consultation fee"),
        max_digits=10,
        decimal_places=2,
        default=0,
        db_default=0,
        validators=[MinValueValidator(0)],
    )
    bio = LongTextField(_("biography"), max_length=2000, blank=True, default="")
    slot_minutes = models.PositiveSmallIntegerField(
        _("minutes a visit"),
        default=DEFAULT_SLOT_MINUTES,
        validators=[MinValueValidator(SHORTEST_VISIT), MaxValueValidator(LONGEST_VISIT)],
    )

    objects = DoctorQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("doctor")
        verbose_name_plural = _("doctors")
        constraints = [
            models.CheckConstraint(
                condition=Q(consultation_fee__gte=0),
                name="doctor_fee_not_negative",
                violation_error_message=_("The fee cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__range=(SHORTEST_VISIT, LONGEST_VISIT)),
                name="doctor_slot_minutes_bounds",
                violation_error_message=_("A visit lasts between 5 and 240 minutes."),
            ),
        ]

    def __str__(self):
        return self.user.display_name


class Weekday(models.IntegerChoices):
    """Days of the week as the schema counts them: 0 is Sunday."""

    SUNDAY = 0, _("Sunday")
    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")

    @classmethod
    def of(cls, day: dt.date) -> "Weekday":
        """Return the weekday of a date."""
        return cls(day.isoweekday() % 7)


class DoctorAvailability(BaseModel):
    """When a doctor sees patients on one day of every week."""

    doctor = models.ForeignKey(Doctor, verbose_name=_("doctor"), on_delete=models.CASCADE, related_name="availability")
    day_of_week = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    start_time = models.TimeField(_("from"))
    end_time = models.TimeField(_("until"))
    is_available = models.BooleanField(_("available"), default=True, db_default=True)

    objects = DoctorAvailabilityQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")
        ordering = ["doctor", "day_of_week"]
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "day_of_week"],
                name="doctoravailability_once_a_day",
                violation_error_message=_("This day already has its hours."),
            ),
            models.CheckConstraint(
                condition=Q(day_of_week__range=(0, 6)),
                name="doctoravailability_day_valid",
                violation_error_message=_("Choose a day of the week."),
            ),
            models.CheckConstraint(
                condition=Q(start_time__lt=F("end_time")),
                name="doctoravailability_start_before_end",
                violation_error_message=_("The hours must end after they begin."),
            ),
            models.CheckConstraint(
                condition=Q(start_time__second=0, end_time__second=0),
                name="doctoravailability_whole_minutes",
                violation_error_message=_("Times are in hours and minutes."),
            ),
        ]

    def __str__(self):
        return f"{self.get_day_of_week_display()} {self.start_time:%H:%M}–{self.end_time:%H:%M}"


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
