"""Doctors."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from homeo.base.fields import LongTextField
from homeo.base.models import BaseModel
from scheduling.querysets import DoctorQuerySet

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
