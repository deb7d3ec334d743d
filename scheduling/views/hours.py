"""The doctor's own hours: the week, and a calendar of what differs from it."""

import datetime as dt

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from homeo.base.forms import VERSION_FIELD
from homeo.base.templatetags.homeo import day
from homeo.base.views import OnceFormView, VersionedFormView
from homeo.base.views.access import shows_patient
from scheduling import services
from scheduling.availability import WeeklyHours
from scheduling.forms import (
    AvailabilityForm,
    HoursExceptionCreateForm,
    HoursExceptionUpdateForm,
    HoursRemoveForm,
    TimeOffCreateForm,
    TimeOffUpdateForm,
)
from scheduling.models import Doctor, HoursException, TimeOff
from scheduling.months import read_month
from scheduling.views.booking import day_of

MONTH_DIGITS = len("2026-11")


class OwnHoursMixin:
    """A change of one's own hours; visits that it leaves out are shown first, which the audit log notes."""

    permission_required = "scheduling.change_own_availability"

    @cached_property
    def doctor(self) -> Doctor:
        """Return the person's own profile, or raise 404."""
        return get_object_or_404(
            Doctor.objects.for_user(self.request.user).select_related("user"), user=self.request.user
        )

    def form_invalid(self, form):
        """Show what was refused, and whose visits are in the way."""
        if form.refusal:
            for visit, _slot in form.refusal.shown:
                shows_patient(self.request, visit.patient_id)
        return super().form_invalid(form)

    def get_success_url(self):
        """Go back to the hours."""
        return reverse("scheduling:availability_update")


class AvailabilityUpdateView(OwnHoursMixin, VersionedFormView):
    """Set one's own hours of the week, beside the month of `?month=` with what differs from them."""

    queryset = Doctor.objects.select_related("user")
    template_name = "scheduling/availability_update.html"
    form_class = AvailabilityForm

    def get_object(self, queryset=None):
        """Return the stored hours of the person's own profile; a queryset that locks, locks the profile."""
        profiles = self.get_queryset() if queryset is None else queryset
        return WeeklyHours(get_object_or_404(profiles, user=self.request.user))

    def get_initial(self):
        """Start with the stored hours."""
        return self.form_class.initial_of(self.object) | {VERSION_FIELD: self.object.version}

    def post(self, request, *args, **kwargs):
        """Save the hours, or only show them with a day copied to others or room for one more break."""
        if "copy" not in request.POST and "another" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.form_class(initial=self.form_class.retyped(request.POST), user=request.user)
        return self.render_to_response(self.get_context_data(form=form, is_copied="copy" in request.POST))

    def perform(self, form):
        """Set the hours."""
        services.set_availability(
            actor=self.request.user,
            doctor=self.object.doctor,
            hours=form.hours(),
            breaks=form.break_times(),
            keep_outside=form.cleaned_data["keep_outside"],
        )

    def get_success_message(self):
        """Say that new visits follow the new hours."""
        return _("Your hours are saved. New visits are booked within them.")

    def get_context_data(self, **kwargs):
        """Add the month."""
        return super().get_context_data(**{"month": read_month(self.object.doctor, self.get_month())} | kwargs)

    def get_month(self) -> dt.date:
        """Return the first day of the month in the address, by default of this one."""
        asked = self.request.GET.get("month", "")[:MONTH_DIGITS]
        return (day_of(f"{asked}-01") or day_of(f"{asked}-28") or timezone.localdate()).replace(day=1)


class HoursRowMixin(OwnHoursMixin):
    """A form for one row of a doctor's exceptions or time off."""

    template_name = "scheduling/hours_row.html"
    model = None

    def get_context_data(self, **kwargs):
        """Tell the page which kind of row it is about."""
        return super().get_context_data(**{"kind": self.model._meta.model_name} | kwargs)


class HoursRowCreateView(HoursRowMixin, OnceFormView):
    """Add a row; `?date=` is the day that was chosen in the calendar."""

    @cached_property
    def row(self):
        """Return the row that is made."""
        return self.model(doctor=self.doctor)

    def get_initial(self):
        """Start with the day in the address."""
        chosen = day_of(self.request.GET.get("date")) or timezone.localdate()
        return super().get_initial() | dict.fromkeys(("date", "start_date", "end_date"), chosen)


class HoursRowUpdateView(HoursRowMixin, VersionedFormView):
    """Change a row of one's own."""

    @property
    def row(self):
        """Return the row that is changed."""
        return self.object

    def get_initial(self):
        """Start with the stored row."""
        return super().get_initial() | self.form_class.initial_of(self.object)


class HoursRowRemoveView(HoursRowMixin, VersionedFormView):
    """Ask whether a row of one's own is to go, then remove it."""

    template_name = "scheduling/hours_remove.html"
    form_class = HoursRemoveForm


class ExceptionMixin:
    """Exceptions by date."""

    model = HoursException
    queryset = HoursException.objects.select_related("doctor__user")


class ExceptionSaveMixin(ExceptionMixin):
    """A form that sets the hours of one date."""

    def perform(self, form):
        """Set the hours of the date."""
        for name, value in form.values().items():
            setattr(self.row, name, value)
        keep_outside = form.cleaned_data["keep_outside"]
        return services.save_exception(actor=self.request.user, exception=self.row, keep_outside=keep_outside)

    def get_success_message(self):
        """Say on which day the hours differ."""
        return _("The hours of %(day)s are saved.") % {"day": day(self.row.date)}


class ExceptionCreateView(ExceptionSaveMixin, HoursRowCreateView):
    """Set other hours on one date."""

    form_class = HoursExceptionCreateForm


class ExceptionUpdateView(ExceptionSaveMixin, HoursRowUpdateView):
    """Change the hours of one date."""

    form_class = HoursExceptionUpdateForm


class ExceptionRemoveView(ExceptionMixin, HoursRowRemoveView):
    """Let the weekly hours hold again on a date."""

    def perform(self, form):
        """Remove the exception."""
        keep_outside = form.cleaned_data["keep_outside"]
        services.remove_exception(actor=self.request.user, exception=self.object, keep_outside=keep_outside)

    def get_success_message(self):
        """Say which day is as every week again."""
        return _("The exception of %(day)s is removed.") % {"day": day(self.object.date)}


class TimeOffMixin:
    """Time off."""

    model = TimeOff
    queryset = TimeOff.objects.select_related("doctor__user")


class TimeOffSaveMixin(TimeOffMixin):
    """A form that says when the doctor is away."""

    def perform(self, form):
        """Note the time off."""
        for name, value in form.values().items():
            setattr(self.row, name, value)
        keep_outside = form.cleaned_data["keep_outside"]
        return services.save_time_off(actor=self.request.user, time_off=self.row, keep_outside=keep_outside)

    def get_success_message(self):
        """Say from when on the doctor is away."""
        return _("Your time off from %(day)s is saved.") % {"day": day(self.row.start_date)}


class TimeOffCreateView(TimeOffSaveMixin, HoursRowCreateView):
    """Note time off."""

    form_class = TimeOffCreateForm


class TimeOffUpdateView(TimeOffSaveMixin, HoursRowUpdateView):
    """Change time off."""

    form_class = TimeOffUpdateForm


class TimeOffRemoveView(TimeOffMixin, HoursRowRemoveView):
    """Take time off back."""

    def perform(self, form):
        """Remove the time off."""
        services.remove_time_off(actor=self.request.user, time_off=self.object)

    def get_success_message(self):
        """Say that the hours hold again."""
        return _("Your time off from %(day)s is removed.") % {"day": day(self.object.start_date)}
