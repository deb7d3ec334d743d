"""What a note is made of beside its text: complaints, responses, drafts, signatures, snippets."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.case import PARTS, RESPONSES, signed_number
from clinical.models.consultations import Consultation
from clinical.querysets import (
    ComplaintQuerySet,
    NoteDraftQuerySet,
    OfConsultationQuerySet,
    SignedNoteQuerySet,
    SnippetQuerySet,
)
from homeo.base.fields import CUID_LENGTH, CuidField, LongTextField
from homeo.base.models import BaseModel, choice_constraint
from patients.models import Patient

INTENSITIES = {1: _("Slight"), 2: _("Marked"), 3: _("Severe")}
SIGNED_MAX = 400_000


class Complaint(BaseModel):
    """A complaint of a case, as the note in which it was taken has it; later notes tell how it responds."""

    patient = models.ForeignKey(Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="complaints")
    consultation = models.ForeignKey(
        Consultation, verbose_name=_("consultation"), on_delete=models.CASCADE, related_name="complaint_rows"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("complaint"), max_length=120)
    location = models.CharField(_("where"), max_length=200, blank=True, default="")
    sensation = models.CharField(_("sensation"), max_length=200, blank=True, default="")
    worse = models.CharField(_("worse from"), max_length=300, blank=True, default="")
    better = models.CharField(_("better from"), max_length=300, blank=True, default="")
    concomitants = models.CharField(_("with it"), max_length=300, blank=True, default="")
    onset = models.CharField(_("since"), max_length=200, blank=True, default="")
    cause = models.CharField(_("from what"), max_length=200, blank=True, default="")
    intensity = models.PositiveSmallIntegerField(
        _("intensity"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    own_words = LongTextField(_("in the patient’s words"), max_length=2000, blank=True, default="")

    TEXTS = ("name", "location", "sensation", "worse", "better", "concomitants", "onset", "cause", "own_words")
    clinical_fields = frozenset({*TEXTS, "intensity"})

    objects = ComplaintQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering = ["consultation", "position", "created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(intensity__isnull=True) | Q(intensity__range=(1, 3)),
                name="complaint_intensity_bounds",
                violation_error_message=_("The intensity is 1, 2 or 3."),
            )
        ]

    def __str__(self):
        # Says nothing clinical: names of rows stand in the admin and in logs.
        return gettext("Complaint %(number)d") % {"number": self.position + 1}

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def title(self) -> str:
        """Return the complaint in one line: what, where and how it feels."""
        return ", ".join(filter(None, (self.name, self.location, self.sensation)))


class ComplaintResponse(BaseModel):
    """How a complaint of an earlier note has responded, as this note tells; 3 is much better, -3 much worse."""

    consultation = models.ForeignKey(
        Consultation, verbose_name=_("consultation"), db_index=False, on_delete=models.CASCADE, related_name="responses"
    )
    complaint = models.ForeignKey(
        Complaint, verbose_name=_("complaint"), on_delete=models.PROTECT, related_name="responses"
    )
    value = models.SmallIntegerField(
        _("response"), null=True, blank=True, validators=[MinValueValidator(-3), MaxValueValidator(3)]
    )
    percent = models.PositiveSmallIntegerField(
        _("percent better"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    now = LongTextField(_("now"), max_length=1000, blank=True, default="")
    is_closed = models.BooleanField(_("gone: not asked for again"), default=False, db_default=False)

    clinical_fields = frozenset({"value", "percent", "now", "is_closed"})

    objects = OfConsultationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "complaint"],
                name="complaintresponse_once",
                violation_error_message=_("This complaint has its response already."),
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__range=(-3, 3)),
                name="complaintresponse_value_bounds",
                violation_error_message=_("A response lies between −3 and +3."),
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__range=(0, 100)),
                name="complaintresponse_percent_bounds",
                violation_error_message=_("A percentage lies between 0 and 100."),
            ),
        ]

    def __str__(self):
        return gettext("Response")

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.consultation.patient_id

    @property
    def sign(self) -> str:
        """Return the response as it is read, "+2"; "" where there is none."""
        return "" if self.value is None else signed_number(self.value)

    @property
    def word(self) -> str:
        """Return the response in a word; "" where there is none."""
        return "" if self.value is None else str(RESPONSES[self.value])


class NoteDraft(models.Model):
    """What stands in the form of a note in one window, not checked: kept every few seconds, gone once it is saved.

    No history and no audit: the saved note has both. `version` is that of the consultation which the window began with.
    """

    id = CuidField(primary_key=True)
    consultation = models.ForeignKey(
        Consultation, verbose_name=_("consultation"), db_index=False, on_delete=models.CASCADE, related_name="drafts"
    )
    window = models.CharField(_("window"), max_length=CUID_LENGTH)
    version = models.CharField(_("version"), max_length=40)
    fields = models.JSONField(_("fields"), default=dict)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    clinical_fields = frozenset({"fields"})

    objects = NoteDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a note")
        verbose_name_plural = _("drafts of notes")
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "window"],
                name="notedraft_once_a_window",
                violation_error_message=_("This window has its draft already."),
            )
        ]

    def __str__(self):
        return self.window

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.consultation.patient_id


class SignedKind(models.TextChoices):
    """What was signed."""

    NOTE = "NOTE", _("Note")
    ADDENDUM = "ADDENDUM", _("Addendum")


class SignedNote(BaseModel):
    """A note, or an addendum to one, as it was signed: the canonical text of all that is shown, and its SHA-256.

    `clinical.signing` makes and reads `content`. The row never changes.
    """

    Kind = SignedKind

    consultation = models.ForeignKey(
        Consultation, verbose_name=_("consultation"), on_delete=models.PROTECT, related_name="signed_notes"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=SignedKind, default=SignedKind.NOTE)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("signed by"), on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(_("signed"))
    content = LongTextField(_("what was signed"), max_length=SIGNED_MAX)
    digest = models.CharField(_("SHA-256"), max_length=64)

    clinical_fields = frozenset({"content"})

    objects = SignedNoteQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("signed note")
        verbose_name_plural = _("signed notes")
        ordering = ["consultation", "signed_at", "id"]
        constraints = [
            choice_constraint("kind", SignedKind, table="signednote"),
            models.UniqueConstraint(
                fields=["consultation"],
                condition=Q(kind="NOTE"),
                name="signednote_once",
                violation_error_message=_("This note is signed already."),
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="signednote_digest_valid",
                violation_error_message=_("A digest has 64 hexadecimal digits."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {timezone.localtime(self.signed_at):%Y-%m-%d %H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.consultation.patient_id


class Snippet(BaseModel):
    """A text that a doctor writes often, or, with `parts`, a template for a whole note."""

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("doctor"), on_delete=models.CASCADE, related_name="snippets"
    )
    title = models.CharField(_("name"), max_length=80)
    text = LongTextField(_("text"), max_length=4000, blank=True, default="")
    parts = models.JSONField(_("parts of the note"), default=dict, blank=True)
    is_favourite = models.BooleanField(_("favourite"), default=False, db_default=False)

    objects = SnippetQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("snippet")
        verbose_name_plural = _("snippets")
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "title"],
                name="snippet_title_once",
                violation_error_message=_("You have a snippet of this name already."),
            )
        ]

    def __str__(self):
        return self.title

    @property
    def is_template(self) -> bool:
        """Tell whether it fills a whole note."""
        return bool(self.parts)

    @property
    def gist(self) -> str:
        """Return the text, or those of the note that a template fills in."""
        fields, rows = self.parts.get("fields", {}), self.parts.get("rows", ())
        words = (
            "complaints",
            "diagnosis",
            "prescription",
            "notes",
            *(n for n, part in PARTS.items() if not part.choices),
        )
        texts = [self.text, *(row["name"] for row in rows), *(fields.get(name, "") for name in words)]
        return "\n".join(filter(None, texts))
