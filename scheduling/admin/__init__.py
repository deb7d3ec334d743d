"""The scheduling app in the Django admin, by subject."""

from scheduling.admin import doctors, hours, rules, visits

__all__ = ["doctors", "hours", "rules", "visits"]
