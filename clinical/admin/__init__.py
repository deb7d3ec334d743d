"""The consulting room in the Django admin, by subject."""

from clinical.admin import remedies, rows, templates

__all__ = ["remedies", "rows", "templates"]
