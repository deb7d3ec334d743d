"""Recurring visits."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from homeo.base.fields import validate_schedule_date
from homeo.base.models import BaseModel, choice_constraint
from patients.models import Patient
from scheduling.querysets import VisitSeriesQuerySet
from scheduling.recurrence import Pattern

LONGEST_SERIES = 52
LONGEST_INTERVAL = 12


class Frequency(models.TextChoices):
    """How a series repeats: the patterns of `scheduling.recurrence`."""

    WEEKLY = Pattern.WEEKLY.value, _("every so many weeks")
    MONTHLY = Pattern.MONTHLY.value, _("every so many months, on the same weekday")
    MONTHLY_LAST = Pattern.MONTHLY_LAST.value, _("every so many months, on the last such weekday")


class VisitSeries(BaseModel):
    """A rule by which visits were booked one after another; its visits point to it."""

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="visit_series"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("doctor"), on_delete=models.PROTECT, related_name="+"
    )
    frequency = models.CharField(_("repeats"), max_length=12, choices=Frequency)
    interval = models.PositiveSmallIntegerField(
        _("every"), default=1, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_INTERVAL)]
    )
    first_date = models.DateField(_("from"), validators=[validate_schedule_date])
    count = models.PositiveSmallIntegerField(
        _("how many"), validators=[MinValueValidator(2), MaxValueValidator(LONGEST_SERIES)]
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = VisitSeriesQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("series of visits")
        verbose_name_plural = _("series of visits")
        constraints = [
            choice_constraint("frequency", Frequency, table="visitseries"),
            models.CheckConstraint(
                condition=Q(interval__range=(1, LONGEST_INTERVAL), count__range=(2, LONGEST_SERIES)),
                name="visitseries_bounds",
                violation_error_message=_("A series has 2 to 52 visits, at most 12 weeks or months apart."),
            ),
        ]

    def __str__(self):
        return f"{self.get_frequency_display()} × {self.count}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id
