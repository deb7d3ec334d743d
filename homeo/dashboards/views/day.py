"""The day board: the receptionist's home, and the same for any other day."""

import datetime as dt
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.models import Role
from homeo.base.fields import validate_schedule_date
from homeo.base.views import AccessMixin
from homeo.dashboards.board import read_board
from homeo.dashboards.queue import read_queue
from scheduling.models import Doctor


class DoctorName(NamedTuple):
    """A doctor in the choice of doctors: the account's id, the name, whether the account is in use."""

    pk: str
    name: str
    is_active: bool


class DayForm(forms.Form):
    """Which day the address asks for."""

    day = forms.DateField(required=False, validators=[validate_schedule_date])


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
        names = self.get_names()
        chosen = [pk for pk in self.request.GET.getlist("doctor") if pk]
        form = DayForm(self.request.GET)
        if not form.is_valid() or not {name.pk for name in names}.issuperset(chosen):
            raise Http404
        now = timezone.localtime()
        day = form.cleaned_data["day"] or now.date()
        doctors = self.get_doctors(chosen)
        board = read_board(self.request.user, day, now=now, doctors=doctors)
        queue = read_queue(
            self.request.user, day, board.visits, now=now, doctors=[doctor.user_id for doctor in doctors]
        )
        return super().get_context_data(
            board=board,
            queue=queue,
            doctors=[name for name in names if name.is_active],
            chosen=doctors[0] if len(chosen) == 1 else None,
            chosen_ids=chosen,
            chosen_query="".join(f"&doctor={pk}" for pk in chosen),
            day_before=_within_bounds(day - dt.timedelta(days=1)),
            day_after=_within_bounds(day + dt.timedelta(days=1)),
            **kwargs,
        )

    def get_names(self) -> list:
        """Return id, name and state of the doctors whose day the person may see, by name."""
        rows = self._doctors().values_list("user", "user__first_name", "user__last_name", "user__is_active")
        return [DoctorName(pk, f"Dr {first} {last}".strip(), is_active) for pk, first, last, is_active in rows]

    def get_doctors(self, chosen: list[str]) -> list[Doctor]:
        """Return the chosen doctors, all for no choice."""
        doctors = self._doctors().select_related("user")
        return list(doctors.filter(user__in=chosen) if chosen else doctors)

    def _doctors(self):
        doctors = Doctor.objects.for_user(self.request.user).by_name()
        return doctors.filter(user=self.request.user) if self.request.user.role == Role.DOCTOR else doctors


def _within_bounds(day: dt.date) -> dt.date | None:
    try:
        validate_schedule_date(day)
    except ValidationError:
        return None
    return day
