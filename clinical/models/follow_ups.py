"""Who is to come again: a row without anything clinical, which the front desk works from."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.querysets import FollowUpQuerySet
from homeo.base.fields import EARLIEST_BIRTH, LATEST_STORED
from homeo.base.models import BaseModel
from patients.models import Patient


class FollowUp(BaseModel):
    """That a patient is to come again to a doctor about a day: out of the days prescribed, or as the doctor said.

    The next prescription closes it. It meets its end also by a visit, which is looked up, never copied here.
    """

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="follow_ups"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"role": "DOCTOR"},
    )
    since_date = models.DateField(_("since"))
    due_date = models.DateField(_("due"))
    unanswered_at = ArrayField(
        models.DateTimeField(), verbose_name=_("called without an answer"), default=list, blank=True, editable=False
    )
    declined_at = models.DateTimeField(_("not wanted"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    objects = FollowUpQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes = [models.Index(fields=["due_date"], condition=Q(closed_at=None), name="followup_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "doctor"],
                condition=Q(closed_at=None),
                name="followup_open_once",
                violation_error_message=_("The patient is expected by this doctor already."),
            ),
            models.CheckConstraint(
                condition=Q(due_date__gt=F("since_date"), since_date__gte=EARLIEST_BIRTH, due_date__lt=LATEST_STORED),
                name="followup_due_later",
                violation_error_message=_("A follow-up is due on a later day."),
            ),
        ]

    def __str__(self):
        return f"{self.due_date:%Y-%m-%d}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def is_due(self) -> bool:
        """Tell whether the day has come."""
        return self.due_date <= timezone.localdate()

    @property
    def days_late(self) -> int:
        """Return the days since it was due."""
        return (timezone.localdate() - self.due_date).days

    @property
    def book_date(self) -> dt.date:
        """Return the first day to offer for the visit."""
        return max(self.due_date, timezone.localdate())
