"""Certificates and referral letters."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.querysets import LetterQuerySet
from homeo.base.fields import LongTextField, validate_schedule_date
from homeo.base.models import ArchivableModel, choice_constraint
from patients.models import Patient


class LetterKind(models.TextChoices):
    """What a doctor certifies or writes about a patient."""

    VISIT = "VISIT", _("Certificate of visit")
    UNFIT = "UNFIT", _("Certificate of illness")
    FIT = "FIT", _("Certificate of fitness")
    REFERRAL = "REFERRAL", _("Referral letter")


class Letter(ArchivableModel):
    """A medical certificate or a referral letter: signed when it is made, and printed for good as it was signed.

    `statement` is what the certificate certifies, in words; `facts` is what the paper says of the clinic, the doctor
    and the patient, as of the day of signing. One that was written by mistake is archived and counts no more.
    """

    Kind = LetterKind

    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="letters"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        on_delete=models.PROTECT,
        related_name="doctor_letters",
        limit_choices_to={"role": "DOCTOR"},
    )
    kind = models.CharField(_("kind"), max_length=8, choices=LetterKind)
    from_date = models.DateField(_("from"), null=True, blank=True, validators=[validate_schedule_date])
    until_date = models.DateField(_("until"), null=True, blank=True, validators=[validate_schedule_date])
    addressee = LongTextField(_("to"), max_length=500, blank=True, default="")
    statement = LongTextField(_("statement"), max_length=1000, blank=True, default="")
    text = LongTextField(_("text"), max_length=8000, blank=True, default="")
    facts = models.JSONField(_("as signed"), editable=False)
    signed_at = models.DateTimeField(_("signed"), default=timezone.now, editable=False)

    clinical_fields = frozenset({"addressee", "statement", "text", "facts"})

    objects = LetterQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [models.Index(fields=["patient", "-signed_at"], name="letter_patient_signed")]
        constraints = [
            choice_constraint("kind", LetterKind, table="letter"),
            models.CheckConstraint(
                condition=Q(kind="REFERRAL", from_date=None) | (~Q(kind="REFERRAL") & Q(from_date__isnull=False)),
                name="letter_certificate_dated",
                violation_error_message=_("A certificate says from which day."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="REFERRAL") | ~Q(addressee="") & ~Q(text=""),
                name="letter_referral_addressed",
                violation_error_message=_("A referral says to whom and what."),
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date"), kind="UNFIT"),
                name="letter_dates_in_order",
                violation_error_message=_("The last day is not before the first."),
            ),
        ]

    def __str__(self):
        # Says nothing clinical: names of rows stand in the admin and in logs.
        return f"{timezone.localtime(self.signed_at):%Y-%m-%d %H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def state(self) -> str:
        """Return the standing as one word of the status component."""
        return "void" if self.is_archived else "signed"

    @property
    def state_label(self) -> str:
        """Return the standing in words."""
        return _("Withdrawn") if self.is_archived else _("Signed")
