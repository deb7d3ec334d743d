"""The waiting list, and the offers that go out to it."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from homeo.base.fields import LongTextField, new_id, validate_schedule_date
from homeo.base.models import BaseModel, check_transition, choice_constraint
from patients.models import Patient
from scheduling.models.hours import Weekday
from scheduling.models.types import VisitType
from scheduling.models.visits import LONGEST_VISIT, SHORTEST_VISIT, Appointment
from scheduling.querysets import SlotOfferQuerySet, WaitingEntryQuerySet


class Urgency(models.IntegerChoices):
    """How soon somebody must be seen; the higher the sooner."""

    NORMAL = 1, _("Can wait")
    SOON = 2, _("Soon")
    URGENT = 3, _("Urgent")


class WaitingStatus(models.TextChoices):
    """Whether somebody still waits."""

    WAITING = "WAITING", _("Waiting")
    BOOKED = "BOOKED", _("Booked")
    REMOVED = "REMOVED", _("Taken off")


class WaitingEntry(BaseModel):
    """Somebody who would come earlier, or at other times, if a slot became free."""

    Status = WaitingStatus

    TRANSITIONS = {
        Status.WAITING: frozenset({Status.BOOKED, Status.REMOVED}),
        Status.REMOVED: frozenset({Status.WAITING}),
    }

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="waiting_entries"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: any doctor."),
    )
    visit_type = models.ForeignKey(
        VisitType, verbose_name=_("kind of visit"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday),
        verbose_name=_("days"),
        size=7,
        default=list,
        blank=True,
        help_text=_("None ticked: any day."),
    )
    from_time = models.TimeField(_("not before"), null=True, blank=True)
    until_time = models.TimeField(_("not after"), null=True, blank=True)
    from_date = models.DateField(_("from"), validators=[validate_schedule_date])
    until_date = models.DateField(_("until"), validators=[validate_schedule_date])
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.NORMAL)
    notes = LongTextField(_("note"), max_length=500, blank=True, default="")
    status = models.CharField(
        _("status"), max_length=7, choices=Status, default=Status.WAITING, db_default=Status.WAITING
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = WaitingEntryQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("entry of the waiting list")
        verbose_name_plural = _("waiting list")
        indexes = [models.Index(fields=["status", "-urgency", "created_at"], name="waitingentry_status_urgency")]
        constraints = [
            choice_constraint("status", WaitingStatus, table="waitingentry"),
            choice_constraint("urgency", Urgency, table="waitingentry"),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=Weekday.values),
                name="waitingentry_weekdays_valid",
                violation_error_message=_("Choose days of the week."),
            ),
            models.CheckConstraint(
                condition=Q(from_date__lte=F("until_date")),
                name="waitingentry_from_before_until",
                violation_error_message=_("The last day cannot come before the first."),
            ),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True) | Q(until_time__isnull=True) | Q(from_time__lt=F("until_time")),
                name="waitingentry_times_in_order",
                violation_error_message=_("The time must end after it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.patient}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def is_waiting(self) -> bool:
        """Tell whether somebody still waits."""
        return self.status == self.Status.WAITING

    @property
    def is_over(self) -> bool:
        """Tell whether the last day that was wanted has passed."""
        return self.until_date < timezone.localdate()

    @property
    def weekday_labels(self) -> list[str]:
        """Return the wanted days in short words, Monday first."""
        return [WEEKDAYS_ABBR[day] for day in sorted((day - 1) % len(Weekday) for day in self.weekdays)]

    def change_status(self, status: str) -> None:
        """Take the next status, if the table of transitions allows it.

        Raises:
            InvalidTransitionError: it does not.
        """
        check_transition(self.TRANSITIONS, self.status, status, labels=dict(self.Status.choices))
        self.status = status


class OfferStatus(models.TextChoices):
    """What became of an offer."""

    OPEN = "OPEN", _("Open")
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED = "DECLINED", _("Declined")
    EXPIRED = "EXPIRED", _("Expired")
    WITHDRAWN = "WITHDRAWN", _("Taken back")


class SlotOffer(BaseModel):
    """A free slot offered to somebody on the waiting list; an open one holds the slot until `expires_at`.

    The same slot may be offered to several people: the first to accept has it. `key` is the secret in the mailed link.
    """

    Status = OfferStatus

    TRANSITIONS = {
        Status.OPEN: frozenset({Status.ACCEPTED, Status.DECLINED, Status.EXPIRED, Status.WITHDRAWN}),
    }

    entry = models.ForeignKey(WaitingEntry, verbose_name=_("waiting"), on_delete=models.PROTECT, related_name="offers")
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("doctor"), on_delete=models.PROTECT, related_name="+"
    )
    appointment_date = models.DateField(_("date"), validators=[validate_schedule_date])
    appointment_time = models.TimeField(_("time"))
    duration = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(SHORTEST_VISIT), MaxValueValidator(LONGEST_VISIT)]
    )
    key = models.CharField(_("key"), max_length=24, unique=True, default=new_id, editable=False)
    expires_at = models.DateTimeField(_("open until"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    appointment = models.OneToOneField(
        Appointment,
        verbose_name=_("visit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accepted_offer",
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = SlotOfferQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["key"])

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        indexes = [
            models.Index(fields=["doctor", "appointment_date"], name="slotoffer_doctor_date"),
            models.Index(fields=["status", "expires_at"], name="slotoffer_status_expires"),
        ]
        constraints = [
            choice_constraint("status", OfferStatus, table="slotoffer"),
            models.CheckConstraint(
                condition=Q(appointment_time__second=0),
                name="slotoffer_whole_minutes",
                violation_error_message=_("Times are in hours and minutes."),
            ),
            models.CheckConstraint(
                condition=Q(status="ACCEPTED", appointment__isnull=False)
                | (~Q(status="ACCEPTED") & Q(appointment__isnull=True)),
                name="slotoffer_accepted_visit",
                violation_error_message=_("An accepted offer has its visit."),
            ),
        ]

    def __str__(self):
        return f"{self.appointment_date:%Y-%m-%d} {self.appointment_time:%H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.entry.patient_id

    @property
    def starts_at(self) -> dt.datetime:
        """Return the start of the time on offer as a moment in the clinic's zone."""
        return timezone.make_aware(dt.datetime.combine(self.appointment_date, self.appointment_time))

    @property
    def ends_at(self) -> dt.datetime:
        """Return the end of the time on offer as a moment in the clinic's zone."""
        return self.starts_at + dt.timedelta(minutes=self.duration)

    @property
    def is_open(self) -> bool:
        """Tell whether the offer can be accepted now."""
        return self.status == self.Status.OPEN and self.expires_at > timezone.now()

    def change_status(self, status: str) -> None:
        """Take the next status, if the table of transitions allows it.

        Raises:
            InvalidTransitionError: it does not.
        """
        check_transition(self.TRANSITIONS, self.status, status, labels=dict(self.Status.choices))
        self.status = status
