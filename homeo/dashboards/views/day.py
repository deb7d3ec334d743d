"""The day board: the receptionist's home, and the same for any other day."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.models import Role
from homeo.base.fields import CUID_LENGTH, validate_schedule_date
from homeo.base.views import AccessMixin
from homeo.dashboards.board import read_board
from homeo.dashboards.queue import read_queue
from scheduling.models import Doctor


class DayForm(forms.Form):
    """Which day, and which one doctor (an account's id), the address asks for."""

    day = forms.DateField(required=False, validators=[validate_schedule_date])
    doctor = forms.CharField(required=False, max_length=CUID_LENGTH)


class DayView(AccessMixin, TemplateView):
    """Show the doctors' day with its visits and free slots, and the queue; a doctor sees only the own lane.

    htmx asks again and again for the parts that change: those alone are answered then.
    """

    permission_required = "scheduling.view_day"
    template_name = "dashboards/day.html"

    def get_template_names(self):
        """Return the whole page, or the parts that change."""
        return ["dashboards/_day_parts.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs):
        """Add the board, the queue, and the ways to other days and doctors."""
        form = DayForm(self.request.GET)
        if not form.is_valid():
            raise Http404
        now = timezone.localtime()
        day = form.cleaned_data["day"] or now.date()
        everybody = self.get_doctors()
        chosen = form.cleaned_data["doctor"]
        doctors = [doctor for doctor in everybody if chosen in ("", doctor.user_id)]
        if chosen and not doctors:
            raise Http404
        board = read_board(self.request.user, day, now=now, doctors=doctors)
        queue = read_queue(
            self.request.user, day, board.visits, now=now, doctors=[doctor.user_id for doctor in doctors]
        )
        return super().get_context_data(
            board=board,
            queue=queue,
            doctors=[doctor for doctor in everybody if doctor.user.is_active],
            chosen=doctors[0] if chosen else None,
            day_before=_within_bounds(day - dt.timedelta(days=1)),
            day_after=_within_bounds(day + dt.timedelta(days=1)),
            **kwargs,
        )

    def get_doctors(self) -> list[Doctor]:
        """Return the doctors whose day the person may see, by name."""
        doctors = Doctor.objects.for_user(self.request.user).by_name()
        if self.request.user.role == Role.DOCTOR:
            doctors = doctors.filter(user=self.request.user)
        return list(doctors)


def _within_bounds(day: dt.date) -> dt.date | None:
    try:
        validate_schedule_date(day)
    except ValidationError:
        return None
    return day
