"""Filters of the audit log."""

import django_filters
from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditLog, Role, User
from homeo.base.filters import DayFilter


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of rows that entries are about, by name."""
    models = [model for model in apps.get_models() if hasattr(model, "history")]
    return sorted(
        ((model._meta.object_name, capfirst(model._meta.verbose_name)) for model in models), key=lambda kind: kind[1]
    )


def _staff(request):
    return User.objects.for_user(request.user).exclude(role=Role.PATIENT).order_by("search_name")


class AuditLogFilter(django_filters.FilterSet):
    """Entries by person, action, kind of row and days of the clinic."""

    user = django_filters.ModelChoiceFilter(label=_("Member of staff"), queryset=_staff, empty_label=_("Anybody"))
    action = django_filters.ChoiceFilter(label=_("Action"), choices=AuditLog.Action.choices, empty_label=_("Any"))
    entity = django_filters.ChoiceFilter(label=_("Kind"), choices=kinds, empty_label=_("Any"))
    since = DayFilter("created_at", "gte", _("From"))
    until = DayFilter("created_at", "lte", _("Until"))

    class Meta:
        model = AuditLog
        fields = ["user", "action", "entity", "since", "until"]


class AccessFilter(django_filters.FilterSet):
    """What was done with a patient's record, by action and days of the clinic."""

    action = django_filters.ChoiceFilter(
        label=_("What"),
        choices=[(value, AuditLog.Action(value).label) for value in ("VIEW", "CREATE", "UPDATE")],
        empty_label=_("Anything"),
    )
    since = DayFilter("created_at", "gte", _("From"))
    until = DayFilter("created_at", "lte", _("Until"))

    class Meta:
        model = AuditLog
        fields = ["action", "since", "until"]
