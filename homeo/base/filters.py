"""Filters that several lists share."""

import datetime as dt

import django_filters
from django import forms
from django.utils import timezone

from homeo.base.fields import validate_past_date


class DayFilter(django_filters.DateFilter):
    """Rows of the clinic's day or later (`lookup_expr="gte"`), or until its end (`"lte"`), by a moment of theirs."""

    def __init__(self, field_name, lookup_expr, label):
        super().__init__(
            field_name=field_name,
            lookup_expr=lookup_expr,
            label=label,
            widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d"],
            validators=[validate_past_date],
        )

    def filter(self, qs, value):
        """Return the rows on the asked side of the day."""
        if not value:
            return qs
        if self.lookup_expr == "gte":
            return qs.filter(**{f"{self.field_name}__gte": start_of(value)})
        return qs.filter(**{f"{self.field_name}__lt": start_of(value + dt.timedelta(days=1))})


def start_of(day: dt.date) -> dt.datetime:
    """Return the moment at which a day begins in the clinic."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
