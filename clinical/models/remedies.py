"""The catalogue of remedies, and how they stand to each other."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, GeneratedField, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Fold, JoinText
from clinical.querysets import RemedyQuerySet, RemedyRelationQuerySet
from homeo.base.models import BaseModel, choice_constraint

LONGEST_ACTION = 366
USUAL_ACTION = 30
"""How many days a remedy is taken to act where the catalogue does not say."""


class Letters(Func):
    """Text with its letters and digits only, in lower case without accents: `Nux-v.` is nuxv."""

    template = "regexp_replace(homeo_fold(%(expressions)s), '[^[:alnum:]]+', '', 'g')"
    output_field = models.TextField()


class Remedy(BaseModel):
    """A remedy as the doctor picks it. One with a `code` is a placebo: patients read the code, never the name."""

    abbreviation = models.CharField(_("abbreviation"), max_length=20, help_text=_("As it is written: nux-v."))
    name = models.CharField(_("name"), max_length=120, help_text=_("The full Latin name."))
    common_name = models.CharField(_("common name"), max_length=120, blank=True, default="")
    days_of_action = models.PositiveSmallIntegerField(
        _("days of action"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_ACTION)],
        help_text=_("For so long an inimical or antidoting remedy is warned of; 30 where it is left empty."),
    )
    code = models.CharField(
        _("code"),
        max_length=20,
        blank=True,
        default="",
        help_text=_("For a placebo: what patients read instead of the name. Leave it empty for a medicine."),
    )
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)
    letters = GeneratedField(expression=Letters(F("abbreviation")), output_field=models.TextField(), db_persist=True)
    name_letters = GeneratedField(expression=Letters(F("name")), output_field=models.TextField(), db_persist=True)
    search_name = GeneratedField(
        expression=Fold(JoinText(F("name"), Value(" "), F("common_name"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = RemedyQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["letters", "name_letters", "search_name"])

    class Meta:
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("abbreviation"),
                name="remedy_abbreviation_once",
                violation_error_message=_("There is a remedy with this abbreviation."),
            ),
            models.UniqueConstraint(
                Lower("name"),
                name="remedy_name_once",
                violation_error_message=_("There is a remedy with this name."),
            ),
            models.CheckConstraint(
                condition=Q(days_of_action__isnull=True) | Q(days_of_action__range=(1, LONGEST_ACTION)),
                name="remedy_days_of_action_bounds",
                violation_error_message=_("A remedy acts for between 1 and 366 days."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_placebo(self) -> bool:
        """Tell whether patients read a code instead of the name."""
        return bool(self.code)

    @property
    def acts_for(self) -> int:
        """Return for how many days the remedy is taken to act."""
        return self.days_of_action or USUAL_ACTION


class Relation(models.TextChoices):
    """How a remedy stands to another."""

    INIMICAL = "INIMICAL", _("is inimical to")
    ANTIDOTE = "ANTIDOTE", _("antidotes")
    COMPLEMENTARY = "COMPLEMENTARY", _("is complementary to")
    FOLLOWS_WELL = "FOLLOWS_WELL", _("follows well after")


class RemedyRelation(BaseModel):
    """One remedy and another, as the literature has it; the clinic edits the table."""

    remedy = models.ForeignKey(
        Remedy, verbose_name=_("remedy"), db_index=False, on_delete=models.PROTECT, related_name="relations"
    )
    kind = models.CharField(_("relation"), max_length=13, choices=Relation)
    other = models.ForeignKey(
        Remedy, verbose_name=_("other remedy"), on_delete=models.PROTECT, related_name="relations_of_others"
    )
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)

    objects = RemedyRelationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("relation of remedies")
        verbose_name_plural = _("relations of remedies")
        ordering = ["remedy__name", "kind", "other__name"]
        constraints = [
            choice_constraint("kind", Relation, table="remedyrelation"),
            models.UniqueConstraint(
                fields=["remedy", "other", "kind"],
                name="remedyrelation_once",
                violation_error_message=_("This relation is in the table already."),
            ),
            models.CheckConstraint(
                condition=~Q(remedy=F("other")),
                name="remedyrelation_of_two",
                violation_error_message=_("A relation is between two remedies."),
            ),
        ]

    def __str__(self):
        return f"{self.remedy} {self.get_kind_display()} {self.other}"
