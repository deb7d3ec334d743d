"""Errors of the domain, which a view shows on its form."""

from django.db import OperationalError
from django.utils.translation import gettext_lazy as _

EXCLUSION_VIOLATION = "23P01"
DEADLOCK_DETECTED = "40P01"
LOCK_NOT_AVAILABLE = "55P03"


class DomainError(Exception):
    """A rule refuses the change; `message` says why, `field` names the form field it belongs to."""

    def __init__(self, message: str, *, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidTransitionError(DomainError):
    """The status cannot change in this way."""


class BusyError(DomainError):
    """Somebody else holds the row for longer than a person waits."""

    def __init__(self):
        super().__init__(_("Somebody else is saving the same thing just now. Please save again."))


def sqlstate(error: Exception) -> str | None:
    """Return the SQLSTATE behind Django's wrapper of a database error, or None."""
    return getattr(error.__cause__, "sqlstate", None)


def is_lock_timeout(error: Exception) -> bool:
    """Tell whether waiting for a lock took too long or ended in a deadlock."""
    return isinstance(error, OperationalError) and sqlstate(error) in {DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE}
