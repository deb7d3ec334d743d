"""Filters of the lists of prescriptions and of follow-ups, and of the evidence."""

import datetime as dt

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from clinical.models import FollowUp, Prescription, PrescriptionItem
from homeo.base.filters import DayFilter


class PrescriptionFilter(django_filters.FilterSet):
    """Prescriptions by standing and by day; a patient sees signed ones only."""

    signed = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("yes", _("Signed")), ("no", _("Draft")), ("replaced", _("Replaced"))],
        empty_label=_("All"),
        method="filter_signed",
    )
    since = DayFilter("created_at", "gte", _("From"))
    until = DayFilter("created_at", "lte", _("Until"))

    class Meta:
        model = Prescription
        fields = ["signed", "since", "until"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.request.user.role == Role.PATIENT:
            del self.filters["signed"]

    def filter_signed(self, queryset, name, value):
        """Keep the signed ones that still hold, the drafts, or the replaced ones."""
        match value:
            case "yes":
                return queryset.current()
            case "replaced":
                return queryset.filter(replaced_by__isnull=False)
        return queryset.filter(signed_at__isnull=True)


class EvidenceFilter(django_filters.FilterSet):
    """Lines of prescriptions by the day of the visit and by potency."""

    since = DayFilter("prescription__consultation__scheduled_at", "gte", _("Prescribed from"))
    until = DayFilter("prescription__consultation__scheduled_at", "lte", _("Until"))
    potency = django_filters.ChoiceFilter(label=_("Potency"), empty_label=_("All potencies"))

    class Meta:
        model = PrescriptionItem
        fields = ["since", "until", "potency"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        used = self.queryset.exclude(potency="").order_by("potency_scale", "potency_number", "potency")
        potencies = used.values_list("potency", flat=True).distinct()
        self.filters["potency"].extra["choices"] = [(potency, potency) for potency in potencies]


def _doctors(request):
    return User.objects.filter(role=Role.DOCTOR, is_active=True).order_by("search_name", "pk")


class FollowUpFilter(django_filters.FilterSet):
    """Whom to call: those due until today in the last three months, unless something else is asked for."""

    SHOWN = dt.timedelta(days=90)
    SOON = dt.timedelta(days=7)

    doctor = django_filters.ModelChoiceFilter(label=_("Doctor"), queryset=_doctors, empty_label=_("All doctors"))
    due = django_filters.ChoiceFilter(
        label=_("Due"),
        choices=[("soon", _("Also within a week")), ("ever", _("Also longer than 3 months ago"))],
        empty_label=_("Until today"),
        method="do_nothing",
    )
    answer = django_filters.ChoiceFilter(
        label=_("Answer"), choices=[("declined", _("Not wanted"))], empty_label=_("To call"), method="do_nothing"
    )

    class Meta:
        model = FollowUp
        fields = ["doctor", "due", "answer"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.request.user.role == Role.DOCTOR:
            del self.filters["doctor"]

    def do_nothing(self, queryset, name, value):
        """Leave it to the whole, where a filter that is not set counts too."""
        return queryset

    def filter_queryset(self, queryset):
        """Keep those to call, or those that were declined, in the days asked for."""
        queryset = super().filter_queryset(queryset)
        asked, today = self.form.cleaned_data, timezone.localdate()
        due = asked.get("due")
        rows = queryset.open().filter(declined_at__isnull=False) if asked.get("answer") else queryset.to_call()
        rows = rows.filter(due_date__lte=today + self.SOON if due == "soon" else today)
        return rows if due == "ever" else rows.filter(due_date__gte=today - self.SHOWN)
