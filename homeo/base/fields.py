"""Model fields and validators that carry the house rules: ids, bounds of dates, bounded text."""

import datetime as dt

from cuid2 import Cuid
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CUID_LENGTH = 24
EARLIEST_BIRTH = dt.date(1900, 1, 1)
LATEST_STORED = dt.date(2200, 1, 1)
TEXT_MAX_LENGTH = 10_000

_cuid = Cuid(length=CUID_LENGTH)


def new_id() -> str:
    """Return a fresh CUID2 of 24 characters."""
    return _cuid.generate()


class CuidField(models.CharField):
    """A string id, compared byte by byte (collation C), made on creation."""

    def __init__(self, **kwargs):
        kwargs = {
            "max_length": CUID_LENGTH,
            "db_collation": "C",
            "default": new_id,
            "editable": False,
        } | kwargs
        super().__init__(**kwargs)

    def db_type(self, connection):
        """Return the type by its long name: Django adds to each index of a "varchar" a second one, for LIKE.

        In collation C the first serves LIKE too; the others were 146, and cost every INSERT.
        """
        return super().db_type(connection).replace("varchar", "character varying")


class LongTextField(models.TextField):
    """Text of some length: bounded, and empty rather than NULL when left out."""

    def __init__(self, *args, **kwargs):
        kwargs = {"max_length": TEXT_MAX_LENGTH} | kwargs
        super().__init__(*args, **kwargs)


class LowercaseEmailField(models.EmailField):
    """An e-mail address that is stored and looked up in lower case, so that case never tells two people apart."""

    def to_python(self, value):
        """Return the address in lower case."""
        value = super().to_python(value)
        return value.lower() if isinstance(value, str) else value

    def get_prep_value(self, value):
        """Return the address as it is stored and compared."""
        value = super().get_prep_value(value)
        return value.lower() if isinstance(value, str) else value


validate_phone = RegexValidator(
    r"^\+?[0-9][0-9 ()./-]{4,28}$", _("Enter a phone number: digits, spaces and a leading + are fine.")
)


def validate_birth_date(value: dt.date) -> None:
    """Refuse a birth before 1900 or after today."""
    if not EARLIEST_BIRTH <= value <= timezone.localdate():
        raise ValidationError(_("Enter a date of birth between 1 January 1900 and today."), code="out_of_bounds")


def is_schedule_date(value: dt.date) -> bool:
    """Tell whether a day lies within the last year or the next three."""
    today = timezone.localdate()
    return today - dt.timedelta(days=366) <= value <= today + dt.timedelta(days=3 * 366)


def validate_schedule_date(value: dt.date) -> None:
    """Refuse a day further than one year back or three years ahead."""
    if not is_schedule_date(value):
        raise ValidationError(_("Enter a day within the last year or the next three."), code="out_of_bounds")


def validate_past_date(value: dt.date) -> None:
    """Refuse a day before 1900 or in the future."""
    if not EARLIEST_BIRTH <= value <= timezone.localdate():
        raise ValidationError(_("Enter a date between 1 January 1900 and today."), code="out_of_bounds")
