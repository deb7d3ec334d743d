"""The consulting room in the Django admin, by subject."""

from clinical.admin import consultations, notes, prescriptions, remedies, templates

__all__ = ["consultations", "notes", "prescriptions", "remedies", "templates"]
