"""Mails about visits: who wants them, which are due; and private calendar feeds."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from homeo.base.fields import new_id
from homeo.base.models import BaseModel, choice_constraint
from patients.models import Patient
from scheduling.models.visits import Appointment
from scheduling.querysets import CalendarFeedQuerySet, NoticePreferenceQuerySet, NoticeQuerySet


class NoticePreference(BaseModel):
    """Which mails about visits a patient wants; without a row all of them."""

    patient = models.OneToOneField(
        Patient, verbose_name=_("patient"), on_delete=models.CASCADE, related_name="notice_preference"
    )
    wants_booked = models.BooleanField(_("when a visit is booked"), default=True)
    wants_moved = models.BooleanField(_("when a visit is moved"), default=True)
    wants_cancelled = models.BooleanField(_("when a visit is cancelled"), default=True)
    wants_reminders = models.BooleanField(_("a reminder before a visit"), default=True)

    objects = NoticePreferenceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wish about mails")
        verbose_name_plural = _("wishes about mails")

    def __str__(self):
        return f"{self.patient}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id


class NoticeKind(models.TextChoices):
    """What a mail says."""

    BOOKED = "BOOKED", _("Booked")
    MOVED = "MOVED", _("Moved")
    CANCELLED = "CANCELLED", _("Cancelled")
    REMINDER = "REMINDER", _("Reminder")


class Notice(BaseModel):
    """A mail about a visit that is to go out at `due_at`; dropped if the reason for it has gone by then."""

    Kind = NoticeKind

    appointment = models.ForeignKey(
        Appointment, verbose_name=_("visit"), on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(_("what"), max_length=9, choices=Kind)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("dropped"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["due_at"], name="notice_due", condition=Q(sent_at__isnull=True, dropped_at__isnull=True)
            )
        ]
        constraints = [
            choice_constraint("kind", NoticeKind, table="notice"),
            models.UniqueConstraint(
                fields=["appointment", "kind"],
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
                name="notice_once_pending",
                violation_error_message=_("Such a mail is waiting already."),
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
                name="notice_sent_or_dropped",
                violation_error_message=_("A mail is either sent or dropped."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.appointment.patient_id


class CalendarFeed(BaseModel):
    """A private address at which a calendar program reads a person's visits; revoked by `revoked_at`."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("whose"), on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    key = models.CharField(_("key"), max_length=24, unique=True, default=new_id, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["key"])

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at__isnull=True),
                name="calendarfeed_one_open",
                violation_error_message=_("There is a feed already; revoke it first."),
            )
        ]

    def __str__(self):
        return f"{self.user}"
