"""When doctors see patients: weekly hours and breaks, exceptions by date, time off, the clinic's closures."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from homeo.base.fields import validate_schedule_date
from homeo.base.models import BaseModel
from scheduling.models.doctors import Doctor
from scheduling.querysets import ClosureQuerySet, DoctorAvailabilityQuerySet, DoctorHoursQuerySet


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


def _span_constraints(table: str, *, is_optional: bool = False) -> list[models.CheckConstraint]:
    """Return the CHECKs of a span of clock times: it ends after it begins, in whole minutes."""
    order = Q(start_time__lt=F("end_time"))
    minutes = Q(start_time__second=0, end_time__second=0)
    if is_optional:
        none = Q(start_time__isnull=True, end_time__isnull=True)
        order, minutes = order | none, minutes | none
    return [
        models.CheckConstraint(
            condition=order,
            name=f"{table}_start_before_end",
            violation_error_message=_("The time must end after it begins."),
        ),
        models.CheckConstraint(
            condition=minutes,
            name=f"{table}_whole_minutes",
            violation_error_message=_("Times are in hours and minutes."),
        ),
    ]


class DoctorBreak(BaseModel):
    """A break within a doctor's hours of one day of every week, such as lunch."""

    doctor = models.ForeignKey(Doctor, verbose_name=_("doctor"), on_delete=models.CASCADE, related_name="breaks")
    day_of_week = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    start_time = models.TimeField(_("from"))
    end_time = models.TimeField(_("until"))
    label = models.CharField(_("name"), max_length=60, blank=True, default="")

    objects = DoctorHoursQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        ordering = ["doctor", "day_of_week", "start_time"]
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "day_of_week", "start_time"],
                name="doctorbreak_once",
                violation_error_message=_("There is a break at that time already."),
            ),
            models.CheckConstraint(
                condition=Q(day_of_week__range=(0, 6)),
                name="doctorbreak_day_valid",
                violation_error_message=_("Choose a day of the week."),
            ),
            *_span_constraints("doctorbreak"),
        ]

    def __str__(self):
        return f"{self.get_day_of_week_display()} {self.start_time:%H:%M}–{self.end_time:%H:%M}"


class HoursException(BaseModel):
    """Other hours on one date: the rows of a date stand instead of the weekly hours and breaks of that day.

    A row without times makes the date a day off.
    """

    doctor = models.ForeignKey(Doctor, verbose_name=_("doctor"), on_delete=models.CASCADE, related_name="exceptions")
    date = models.DateField(_("date"), validators=[validate_schedule_date])
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")

    objects = DoctorHoursQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["doctor", "date", "start_time"]
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "date", "start_time"],
                nulls_distinct=False,
                name="hoursexception_once",
                violation_error_message=_("This date has such an exception already."),
            ),
            models.CheckConstraint(
                condition=Q(start_time__isnull=True, end_time__isnull=True)
                | Q(start_time__isnull=False, end_time__isnull=False),
                name="hoursexception_both_times",
                violation_error_message=_("Enter both times, or none for a day off."),
            ),
            *_span_constraints("hoursexception", is_optional=True),
        ]

    def __str__(self):
        return f"{self.date:%Y-%m-%d}"


class TimeOff(BaseModel):
    """Days, or hours of one day, on which a doctor is away: a holiday, a seminar."""

    doctor = models.ForeignKey(Doctor, verbose_name=_("doctor"), on_delete=models.CASCADE, related_name="time_off")
    start_date = models.DateField(_("first day"), validators=[validate_schedule_date])
    end_date = models.DateField(_("last day"), validators=[validate_schedule_date])
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")

    objects = DoctorHoursQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        ordering = ["doctor", "start_date"]
        indexes = [models.Index(fields=["doctor", "end_date"], name="timeoff_doctor_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_date__lte=F("end_date")),
                name="timeoff_first_before_last",
                violation_error_message=_("The last day cannot come before the first."),
            ),
            models.CheckConstraint(
                condition=Q(start_time__isnull=True, end_time__isnull=True)
                | Q(start_time__isnull=False, end_time__isnull=False, start_date=F("end_date")),
                name="timeoff_hours_of_one_day",
                violation_error_message=_("Hours can be given for one day only, both from and until."),
            ),
            *_span_constraints("timeoff", is_optional=True),
        ]

    def __str__(self):
        return f"{self.start_date:%Y-%m-%d} – {self.end_date:%Y-%m-%d}"


class Closure(BaseModel):
    """Days on which the whole clinic is closed."""

    name = models.CharField(_("name"), max_length=120)
    start_date = models.DateField(_("first day"), validators=[validate_schedule_date])
    end_date = models.DateField(_("last day"), validators=[validate_schedule_date])

    objects = ClosureQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["start_date"]
        indexes = [models.Index(fields=["end_date"], name="closure_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_date__lte=F("end_date")),
                name="closure_first_before_last",
                violation_error_message=_("The last day cannot come before the first."),
            )
        ]

    def __str__(self):
        return self.name
