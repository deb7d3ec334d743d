"""Prescriptions and their lines."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.codes import PRINTED_LENGTH, new_code
from clinical.durations import LONGEST
from clinical.models.consultations import Consultation
from clinical.models.remedies import Remedy
from clinical.potency import POTENCY_MAX_LENGTH, Method, Potency, Scale
from clinical.querysets import PrescriptionItemQuerySet, PrescriptionQuerySet
from homeo.base.fields import LongTextField
from homeo.base.models import ArchivableModel, BaseModel
from patients.models import Patient


class DosageForm(models.TextChoices):
    """In what the remedy is given."""

    GLOBULES = "GLOBULES", _("Globules")
    PILULES = "PILULES", _("Pilules")
    DROPS = "DROPS", _("Drops")
    TABLETS = "TABLETS", _("Tablets")
    POWDER = "POWDER", _("Powder")
    TINCTURE = "TINCTURE", _("Tincture")
    DILUTION = "DILUTION", _("Dilution")
    OINTMENT = "OINTMENT", _("Ointment")


class Prescription(ArchivableModel):
    """Remedies prescribed to a patient; a draft until it is signed, unchanged afterwards.

    A correction is a new prescription that `replaces` the signed one; both stay on record.
    """

    consultation = models.ForeignKey(
        Consultation,
        verbose_name=_("consultation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="prescriptions",
    )
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), db_index=False, on_delete=models.PROTECT, related_name="prescriptions"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        db_index=False,
        on_delete=models.PROTECT,
        related_name="doctor_prescriptions",
        limit_choices_to={"role": "DOCTOR"},
    )
    notes = LongTextField(_("advice"), max_length=2000, blank=True, default="")
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)
    check_code = models.CharField(
        _("check code"), max_length=PRINTED_LENGTH, unique=True, default=new_code, editable=False, db_collation="C"
    )
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )
    replace_reason = models.CharField(_("why it was replaced"), max_length=200, blank=True, default="", db_default="")

    clinical_fields = frozenset({"notes", "replace_reason"})

    objects = PrescriptionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["check_code"])

    class Meta:
        verbose_name = _("prescription")
        verbose_name_plural = _("prescriptions")
        # Foreign keys that lead one of these need no index of their own.
        indexes = [
            models.Index(
                fields=["patient", "-created_at"], include=["archived_at"], name="prescription_patient_created"
            ),
            # The timeline's order.
            models.Index(F("patient"), Coalesce("signed_at", "created_at").desc(), name="prescription_patient_told"),
            models.Index(fields=["doctor", "-created_at"], name="prescription_doctor_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, replace_reason="")
                | (Q(replaces__isnull=False, signed_at__isnull=False) & ~Q(replace_reason="") & ~Q(replaces=F("id"))),
                name="prescription_replaces_with_reason",
                violation_error_message=_("A prescription that replaces another one is signed and says why."),
            ),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.patient_id

    @property
    def is_signed(self) -> bool:
        """Tell whether the prescription is final."""
        return self.signed_at is not None

    @property
    def is_draft(self) -> bool:
        """Tell whether the lines may still change."""
        return not self.is_signed and not self.is_archived

    @property
    def state(self) -> str:
        """Return the standing as one word of the status component."""
        if self.is_replaced:
            return "replaced"
        return "signed" if self.is_signed else "draft"

    @property
    def state_label(self) -> str:
        """Return the standing in words."""
        if self.is_replaced:
            return _("Replaced")
        return _("Signed") if self.is_signed else _("Draft")

    @property
    def is_valid(self) -> bool:
        """Tell whether a pharmacy may go by it, and another prescription take its place."""
        return self.is_signed and not self.is_archived and not self.is_replaced

    @property
    def is_replaced(self) -> bool:
        """Tell whether another prescription took its place."""
        return hasattr(self, "replaced_by")


class Line(BaseModel):
    """A remedy, its potency, and how to take it; on a prescription or in a template.

    `medicine_name`, `potency` and `duration` are what people read. Beside them stands what they mean, where it is
    known: the remedy of the catalogue, the parts of the potency, the days.
    """

    medicine_name = models.CharField(_("remedy"), max_length=120)
    remedy = models.ForeignKey(
        Remedy,
        verbose_name=_("remedy of the catalogue"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    potency = models.CharField(_("potency"), max_length=POTENCY_MAX_LENGTH, blank=True)
    potency_scale = models.CharField(_("scale"), max_length=2, choices=Scale, blank=True, default="", db_default="")
    potency_number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    potency_method = models.CharField(_("method"), max_length=9, choices=Method, blank=True, default="", db_default="")
    form = models.CharField(_("form"), max_length=8, choices=DosageForm, blank=True, default="", db_default="")
    quantity = models.CharField(_("quantity"), max_length=40, blank=True, default="", db_default="")
    dosage = models.CharField(_("dose"), max_length=80)
    frequency = models.CharField(_("how often"), max_length=80)
    duration = models.CharField(_("for how long"), max_length=60)
    days = models.PositiveSmallIntegerField(
        _("days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(LONGEST)]
    )
    notes = models.CharField(_("instructions"), max_length=300, blank=True, default="")

    WRITTEN = ("medicine_name", "potency", "form", "quantity", "dosage", "frequency", "duration", "notes")
    MEANT = ("remedy", "potency_scale", "potency_number", "potency_method", "days")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(potency_scale="", potency_number__isnull=True, potency_method="")
                | Q(potency_scale=Scale.MT, potency_number__isnull=True, potency_method=Method.HAHNEMANN)
                | Q(potency_scale__in=[Scale.X, Scale.LM], potency_number__gte=1, potency_method=Method.HAHNEMANN)
                | Q(potency_scale=Scale.C, potency_number__gte=1, potency_method__in=Method.values),
                name="%(class)s_potency_parts",
                violation_error_message=_("A potency is a scale with its number, or a mother tincture."),
            ),
            models.CheckConstraint(
                condition=Q(form__in=["", *DosageForm.values]),
                name="%(class)s_form_valid",
                violation_error_message=_("Choose one of the listed values."),
            ),
            models.CheckConstraint(
                condition=Q(days__isnull=True) | Q(days__range=(1, LONGEST)),
                name="%(class)s_days_bounds",
                violation_error_message=_("A remedy is taken for 1 to 366 days."),
            ),
        ]

    def clean(self):
        """Refuse a medicine without its potency: only a placebo needs none."""
        if not self.potency and not self.is_placebo:
            raise ValidationError({"potency": _("Write the potency, such as 30C.")})

    @property
    def parsed_potency(self) -> Potency | None:
        """Return the potency by its parts; None where it was never read."""
        if not self.potency_scale:
            return None
        return Potency(Scale(self.potency_scale), self.potency_number, Method(self.potency_method))

    @parsed_potency.setter
    def parsed_potency(self, potency: Potency | None) -> None:
        self.potency = str(potency) if potency else ""
        self.potency_scale = potency.scale if potency else ""
        self.potency_number = potency.number if potency else None
        self.potency_method = potency.method if potency else ""

    @property
    def label(self) -> str:
        """Return remedy and potency, as doctors read them."""
        return f"{self.medicine_name} {self.potency}".strip()

    @property
    def patient_label(self) -> str:
        """Return remedy and potency as the patient may read them: of a placebo, its code only."""
        return self.remedy.code if self.is_placebo else self.label

    @property
    def is_placebo(self) -> bool:
        """Tell whether patients read a code instead of the name."""
        return bool(self.remedy and self.remedy.is_placebo)

    @property
    def directions(self) -> str:
        """Return how to take it; the form is left out where the dose names it: "4 globules, at night, 7 days"."""
        form = self.get_form_display()
        is_named = form.lower().removesuffix("s") in self.dosage.lower()
        return ", ".join(filter(None, ["" if is_named else form, self.dosage, self.frequency, self.duration]))


class PrescriptionItem(Line):
    """One line of a prescription."""

    prescription = models.ForeignKey(
        Prescription, verbose_name=_("prescription"), on_delete=models.CASCADE, related_name="items"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    override_reason = models.CharField(_("reason to keep it"), max_length=200, blank=True, default="", db_default="")

    clinical_fields = frozenset({*Line.WRITTEN, *Line.MEANT, "override_reason"})

    objects = PrescriptionItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(Line.Meta):
        abstract = False
        verbose_name = _("prescription line")
        verbose_name_plural = _("prescription lines")
        ordering = ["prescription", "position", "created_at", "id"]

    def __str__(self):
        # Says nothing clinical: names of rows stand in the admin and in logs.
        return _("Line %(number)d") % {"number": self.position + 1}

    @property
    def audit_patient_id(self) -> str:
        """Return the patient that an audit entry about this row concerns."""
        return self.prescription.patient_id
