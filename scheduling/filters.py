"""Filters of the lists of visits and of the waiting list."""

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from homeo.base.fields import EARLIEST_BIRTH, LATEST_STORED
from scheduling.models import Appointment, AppointmentStatus, Doctor, Urgency, WaitingEntry, WaitingStatus


def _day_filter(label, lookup):
    return filters.DateFilter(
        field_name="appointment_date",
        lookup_expr=lookup,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[
            MinValueValidator(EARLIEST_BIRTH, _("Enter a later day.")),
            MaxValueValidator(LATEST_STORED, _("Enter an earlier day.")),
        ],
    )


def _doctors(request):
    """Return every doctor, also those who have left: their visits stay."""
    return User.objects.filter(doctor__in=Doctor.objects.for_user(request.user)).order_by("search_name")


class AppointmentFilter(filters.FilterSet):
    """Visits by state, doctor and day; from today on, until another day is given."""

    since = _day_filter(_("From"), "gte")
    until = _day_filter(_("Until"), "lte")
    doctor = filters.ModelChoiceFilter(label=_("Doctor"), queryset=_doctors, empty_label=_("All doctors"))
    status = filters.ChoiceFilter(label=_("Status"), choices=AppointmentStatus, empty_label=_("Any"))

    class Meta:
        model = Appointment
        fields = ["since", "until", "doctor", "status"]

    def __init__(self, data=None, *args, **kwargs):
        if "since" not in (data or {}):
            data = data.copy() if data else {}
            data["since"] = timezone.localdate().isoformat()
        super().__init__(data, *args, **kwargs)
        if self.request.user.role == Role.DOCTOR:
            del self.filters["doctor"]


class OwnAppointmentFilter(filters.FilterSet):
    """A patient's past and cancelled visits by state."""

    status = filters.ChoiceFilter(label=_("Status"), choices=AppointmentStatus, empty_label=_("Any"))

    class Meta:
        model = Appointment
        fields = ["status"]


class WaitingEntryFilter(filters.FilterSet):
    """The waiting list by doctor, urgency and status; those who still wait, until another status is given."""

    doctor = filters.ModelChoiceFilter(
        label=_("Doctor"), queryset=_doctors, empty_label=_("All doctors"), method="filter_doctor"
    )
    urgency = filters.ChoiceFilter(label=_("Urgency"), choices=Urgency.choices, empty_label=_("Any"))
    status = filters.ChoiceFilter(label=_("Status"), choices=WaitingStatus, empty_label=_("Any"))

    class Meta:
        model = WaitingEntry
        fields = ["doctor", "urgency", "status"]

    def __init__(self, data=None, *args, **kwargs):
        if "status" not in (data or {}):
            data = data.copy() if data else {}
            data["status"] = WaitingStatus.WAITING
        super().__init__(data, *args, **kwargs)

    def filter_doctor(self, queryset, name, value):
        """Return those who wait for the doctor, and those who would come to any."""
        return queryset.filter(Q(doctor=value) | Q(doctor=None))
