"""The consulting room in the Django admin, by subject."""

from clinical.admin import consultations, follow_ups, letters, notes, prescriptions, remedies, templates

__all__ = ["consultations", "follow_ups", "letters", "notes", "prescriptions", "remedies", "templates"]
