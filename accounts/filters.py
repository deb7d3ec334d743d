"""Filters of the audit log."""

import datetime as dt

import django_filters
from django import forms
from django.apps import apps
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditLog, Role, User
from homeo.base.fields import validate_past_date


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of rows that entries are about, by name."""
    models = [model for model in apps.get_models() if hasattr(model, "history")]
    return sorted(
        ((model._meta.object_name, capfirst(model._meta.verbose_name)) for model in models), key=lambda kind: kind[1]
    )


def _staff(request):
    return User.objects.for_user(request.user).exclude(role=Role.PATIENT).order_by("search_name")


def _day_filter(label):
    return django_filters.DateFilter(
        label=label,
        method="filter_day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[validate_past_date],
    )


class AuditLogFilter(django_filters.FilterSet):
    """Entries by person, action, kind of row and days of the clinic."""

    user = django_filters.ModelChoiceFilter(label=_("Member of staff"), queryset=_staff, empty_label=_("Anybody"))
    action = django_filters.ChoiceFilter(label=_("Action"), choices=AuditLog.Action.choices, empty_label=_("Any"))
    entity = django_filters.ChoiceFilter(label=_("Kind"), choices=kinds, empty_label=_("Any"))
    since = _day_filter(_("From"))
    until = _day_filter(_("Until"))

    class Meta:
        model = AuditLog
        fields = ["user", "action", "entity", "since", "until"]

    def filter_day(self, queryset, name, value):
        """Return the entries from the beginning of the day, or until its end."""
        if name == "since":
            return queryset.filter(created_at__gte=_midnight(value))
        return queryset.filter(created_at__lt=_midnight(value + dt.timedelta(days=1)))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
