"""Kinds of visits, and the clinic's rules of booking."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from homeo.base.fields import CuidField, new_id
from homeo.base.models import BaseModel, choice_constraint
from scheduling.models.doctors import LONGEST_VISIT, SHORTEST_VISIT
from scheduling.querysets import SchedulingRulesQuerySet, VisitTypeQuerySet

LONGEST_BUFFER = 120
RULES_ID = "clinic"


class Colour(models.TextChoices):
    """Marks of kinds of visits on the board; each has its tone by day and by night."""

    TEAL = "TEAL", _("Teal")
    BLUE = "BLUE", _("Blue")
    VIOLET = "VIOLET", _("Violet")
    OLIVE = "OLIVE", _("Olive")
    ROSE = "ROSE", _("Rose")
    GREY = "GREY", _("Grey")


class VisitType(BaseModel):
    """A kind of visit: how long it takes, what is kept free around it, what it costs, who may book it."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(SHORTEST_VISIT), MaxValueValidator(LONGEST_VISIT)]
    )
    buffer_before = models.PositiveSmallIntegerField(
        _("minutes kept free before"), default=0, db_default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    buffer_after = models.PositiveSmallIntegerField(
        _("minutes kept free after"), default=0, db_default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    fee = models.DecimalField(
        _("fee"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty: the doctor’s own fee."),
    )
    colour = models.CharField(_("colour"), max_length=6, choices=Colour, default=Colour.TEAL, db_default=Colour.TEAL)
    is_online = models.BooleanField(_("patients may book it"), default=True, db_default=True)
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0, db_default=0)

    objects = VisitTypeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kind of visit")
        verbose_name_plural = _("kinds of visits")
        ordering = ["position", "name"]
        constraints = [
            choice_constraint("colour", Colour, table="visittype"),
            models.CheckConstraint(
                condition=Q(minutes__range=(SHORTEST_VISIT, LONGEST_VISIT)),
                name="visittype_minutes_bounds",
                violation_error_message=_("A visit lasts between 5 and 240 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(buffer_before__lte=LONGEST_BUFFER, buffer_after__lte=LONGEST_BUFFER),
                name="visittype_buffer_bounds",
                violation_error_message=_("At most two hours are kept free before or after a visit."),
            ),
            models.CheckConstraint(
                condition=Q(fee__isnull=True) | Q(fee__gte=0),
                name="visittype_fee_not_negative",
                violation_error_message=_("The fee cannot be negative."),
            ),
        ]

    def __str__(self):
        return self.name


class SchedulingRules(BaseModel):
    """The clinic's rules of booking and of notices: one row, `SchedulingRules.objects.current()`."""

    id = CuidField(primary_key=True, default=RULES_ID)
    min_notice_hours = models.PositiveSmallIntegerField(
        _("hours ahead that patients must book"), default=2, validators=[MaxValueValidator(24 * 30)]
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("days ahead that patients may book"), default=90, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    change_notice_hours = models.PositiveSmallIntegerField(
        _("hours ahead that patients may still move or cancel"), default=12, validators=[MaxValueValidator(24 * 30)]
    )
    max_open_bookings = models.PositiveSmallIntegerField(
        _("open bookings of one patient at most"), default=3, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    offer_minutes = models.PositiveSmallIntegerField(
        _("minutes that an offer of the waiting list holds a slot"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(7 * 24 * 60)],
    )
    notice_delay_minutes = models.PositiveSmallIntegerField(
        _("minutes before a notice goes out"), default=2, validators=[MaxValueValidator(120)]
    )
    reminder_hours = models.PositiveSmallIntegerField(
        _("hours before a visit that its reminder goes out"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    sends_booked = models.BooleanField(_("write when a visit is booked"), default=True)
    sends_moved = models.BooleanField(_("write when a visit is moved"), default=True)
    sends_cancelled = models.BooleanField(_("write when a visit is cancelled"), default=True)
    sends_reminders = models.BooleanField(_("send reminders"), default=True)
    screen_key = models.CharField(_("key of the wall screen"), max_length=24, default=new_id, editable=False)

    objects = SchedulingRulesQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["screen_key"])

    class Meta:
        verbose_name = _("rules of booking")
        verbose_name_plural = _("rules of booking")
        constraints = [
            models.CheckConstraint(
                condition=Q(id=RULES_ID),
                name="schedulingrules_one_row",
                violation_error_message=_("There is one set of rules."),
            )
        ]

    def __str__(self):
        return str(_("Rules of booking"))
