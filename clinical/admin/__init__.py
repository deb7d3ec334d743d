"""The consulting room in the Django admin, by subject."""

from clinical.admin import consultations, letters, notes, prescriptions, remedies, templates

__all__ = ["consultations", "letters", "notes", "prescriptions", "remedies", "templates"]
