"""What a doctor prescribes again and again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinical.models.prescriptions import Line
from clinical.querysets import PrescriptionTemplateQuerySet, TemplateItemQuerySet
from homeo.base.fields import LongTextField
from homeo.base.models import ArchivableModel


class PrescriptionTemplate(ArchivableModel):
    """Lines that a doctor keeps under a name, and nobody else sees; one line alone is a favourite."""

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        db_index=False,
        on_delete=models.PROTECT,
        related_name="prescription_templates",
        limit_choices_to={"role": "DOCTOR"},
    )
    name = models.CharField(_("name"), max_length=80)
    notes = LongTextField(_("advice"), max_length=2000, blank=True, default="")

    objects = PrescriptionTemplateQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("template of prescriptions")
        verbose_name_plural = _("templates of prescriptions")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "doctor",
                Lower("name"),
                condition=Q(archived_at__isnull=True),
                name="prescriptiontemplate_name_once",
                violation_error_message=_("You have a template with this name."),
            ),
        ]

    def __str__(self):
        return self.name


class TemplateItem(Line):
    """One line of a template."""

    template = models.ForeignKey(
        PrescriptionTemplate, verbose_name=_("template"), on_delete=models.CASCADE, related_name="items"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TemplateItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(Line.Meta):
        abstract = False
        verbose_name = _("line of a template")
        verbose_name_plural = _("lines of templates")
        ordering = ["template", "position", "created_at", "id"]

    def __str__(self):
        return self.label
