"""The row that every table of ours is, and the one-time tokens of forms."""

from collections.abc import Iterable
from functools import cache
from typing import ClassVar

from django.db import connection, models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from homeo.base.errors import InvalidTransitionError
from homeo.base.fields import CuidField
from homeo.base.querysets import ArchivableQuerySet, BaseQuerySet


class BaseModel(models.Model):
    """A row with a string id and its times, which remembers the values it was loaded with.

    `updated_at` is also the row's version: an edit form carries it, and a save with an older one is refused.
    """

    id = CuidField(primary_key=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True, editable=False)

    objects = BaseQuerySet.as_manager()

    clinical_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields whose values only those who treat the patient may read; the audit log hides them."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values):
        """Build the instance and keep the loaded values, which the audit trail compares with."""
        instance = super().from_db(db, field_names, values)
        instance.loaded_values = dict(zip(field_names, values, strict=False))
        return instance

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        """Reload the values, and what the audit trail compares with."""
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        names = {self._meta.get_field(name).attname for name in fields} if fields else None
        self.remember_values(names)

    def remember_values(self, names: Iterable[str] | None = None) -> None:
        """Take the present values, all or those of `names`, as what the row in the database holds."""
        present = {
            field.attname: self.__dict__[field.attname]
            for field in self._meta.concrete_fields
            if field.attname in self.__dict__ and (names is None or field.attname in names)
        }
        self.loaded_values = getattr(self, "loaded_values", {}) | present

    def _get_FIELD_display(self, field):
        # Django looks through all choices for each value; a chart asks a hundred times.
        value = getattr(self, field.attname)
        return force_str(_labels_of(field).get(value, value), strings_only=True)

    @property
    def version(self) -> str:
        """Return the token that an edit form carries to tell whether the row has changed since."""
        return self.updated_at.isoformat()


@cache
def _labels_of(field: models.Field) -> dict:
    """Return the labels of a field's choices, by value."""
    return dict(field.flatchoices)


class ArchivableModel(BaseModel):
    """A row that is put away instead of deleted."""

    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects = ArchivableQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_archived(self) -> bool:
        """Tell whether the row has been put away."""
        return self.archived_at is not None


class Submission(models.Model):
    """A form that was sent and has had its effect: the same token is answered as success, once done.

    The row is written in the transaction of the effect, so that a token whose transaction failed is free again and
    of the same form sent many times at once all wait for the first.
    """

    token = CuidField(primary_key=True, default=None)
    user_id = models.CharField(max_length=24)
    path = models.CharField(max_length=300)
    redirect_to = models.CharField(max_length=500, default="")
    message = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), db_index=True)

    class Meta:
        verbose_name = _("form sent")
        verbose_name_plural = _("forms sent")

    def __str__(self):
        return self.token

    def keep(self) -> bool:
        """Write the row, and tell whether this is its first effect; waits while the same form is being handled.

        A row of the same transaction without an address is one that was claimed beforehand, and is filled in.
        """
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [self.token, self.user_id, self.path, self.redirect_to, self.message])
            return cursor.rowcount == 1


KEEP = """
    INSERT INTO base_submission AS kept (token, user_id, path, redirect_to, message) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (token) DO UPDATE SET redirect_to = excluded.redirect_to, message = excluded.message
    WHERE kept.redirect_to = '' AND excluded.redirect_to <> ''
"""


class NextValue(Func):
    """The next value of a sequence, as a column's default."""

    template = "nextval('%(sequence)s')"
    output_field = models.IntegerField()
    allowed_default = True

    def __init__(self, *, sequence: str):
        super().__init__(sequence=sequence)


def check_transition(transitions: dict[str, frozenset[str]], old: str, new: str, *, labels: dict[str, str]) -> None:
    """Check a change of status against the table of allowed ones.

    Raises:
        InvalidTransitionError: `new` does not follow `old`.
    """
    if new not in transitions.get(old, frozenset()):
        raise InvalidTransitionError(
            _("This is already “%(old)s”, so it cannot become “%(new)s”.") % {"old": labels[old], "new": labels[new]}
        )


def choice_constraint(
    field: str, choices: type[models.TextChoices], *, table: str, null: bool = False, blank: bool = False
):
    """Return the CHECK that keeps `field` of `table` within `choices`, the schema's own words."""
    condition = Q(**{f"{field}__in": [*choices.values, ""] if blank else choices.values})
    if null:
        condition |= Q(**{f"{field}__isnull": True})
    return models.CheckConstraint(
        condition=condition,
        name=f"{table}_{field}_valid",
        violation_error_message=_("Choose one of the listed values."),
    )
