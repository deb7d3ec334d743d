"""The board: the receptionist's home, the same for any other day, and the week of one doctor."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.views.generic import TemplateView

from accounts.models import Role
from homeo.base.fields import validate_schedule_date
from homeo.base.views import AccessMixin
from homeo.base.views.live import answer_live
from homeo.dashboards.board import read_board, read_version, week_of
from homeo.dashboards.doctors import read_doctors, visible_doctors
from homeo.dashboards.queue import queue_of
from scheduling.models import Doctor


class DayForm(forms.Form):
    """Which day the address asks for."""

    day = forms.DateField(required=False, validators=[validate_schedule_date])


class BoardMixin(AccessMixin):
    """A page about `?day=` and `?doctor=`, which may be several; a doctor sees only the own lane."""

    permission_required = "scheduling.view_day"

    @cached_property
    def now(self) -> dt.datetime:
        """Return the present moment on the clinic's clock, the same for the whole page."""
        return timezone.localtime()

    @cached_property
    def day(self) -> dt.date:
        """Return the day of the address, today without one; raise 404 for one out of bounds."""
        try:
            return DayForm.base_fields["day"].clean(self.request.GET.get("day")) or self.now.date()
        except ValidationError as error:
            raise Http404 from error

    @cached_property
    def chosen(self) -> list[str]:
        """Return the ids of the doctors that the address asks for."""
        return list(dict.fromkeys(pk for pk in self.request.GET.getlist("doctor") if pk))

    @cached_property
    def doctors(self) -> list[Doctor]:
        """Return the doctors whose lanes are shown, by name; raise 404 for one whose day the person may not see."""
        found = read_doctors(self.request.user, self.chosen)
        if self.chosen and len(found) != len(self.chosen):
            raise Http404
        return found

    def query(self, day: dt.date | None) -> str:
        """Return the query of the same page on another day, empty for one out of bounds."""
        try:
            validate_schedule_date(day)
        except ValidationError:
            return ""
        return urlencode([("day", day.isoformat()), *(("doctor", pk) for pk in self.chosen)])


class DayView(BoardMixin, TemplateView):
    """Show the doctors' day with its visits and free slots, and the queue.

    htmx asks again and again for the parts that change: those alone are answered then, or 304 if nothing has changed.
    """

    template_name = "dashboards/day.html"
    step = dt.timedelta(days=1)
    is_week = False

    def get_template_names(self):
        """Return the whole page, or the parts that change."""
        return ["dashboards/_day_parts.html"] if self.request.htmx else [self.template_name]

    def get(self, request, *args, **kwargs):
        """Show the board, or answer htmx."""
        if not request.htmx:
            return super().get(request, *args, **kwargs)
        version = read_version(request.user, self.day, now=self.now, doctors=self.doctors, is_week=self.is_week)
        return answer_live(request, version, lambda: super(DayView, self).get(request, *args, **kwargs))

    def get_context_data(self, **kwargs):
        """Add the board, and the ways to other days and doctors."""
        board = read_board(self.request.user, self.day, now=self.now, doctors=self.doctors, is_week=self.is_week)
        return super().get_context_data(
            board=board,
            **self.get_queue(board),
            chosen=self.doctors[0] if len(self.doctors) == 1 and (self.chosen or self.is_week) else None,
            chosen_ids=self.chosen,
            is_choosable=self.request.user.role != Role.DOCTOR,
            address=reverse("week" if self.is_week else "day"),
            query=self.query(self.day),
            query_before=self.query(self.day - self.step),
            query_after=self.query(self.day + self.step),
            day_before=self.day - self.step,
            day_after=self.day + self.step,
            **kwargs,
        )

    def get_queue(self, board) -> dict:
        """Return the queue beside the board, as part of the context."""
        return {"queue": queue_of(self.day, board.visits, board.asked_ahead, now=self.now)}


class WeekView(DayView):
    """Show the week of one doctor, its days side by side from Monday; without a choice that of the first by name."""

    template_name = "dashboards/week.html"
    step = dt.timedelta(days=7)
    is_week = True

    @cached_property
    def doctors(self) -> list[Doctor]:
        """Return the doctor."""
        if len(self.chosen) > 1:
            raise Http404
        if self.chosen:
            return super().doctors
        found = list(visible_doctors(self.request.user).filter(user__is_active=True)[:1])
        if not found:
            raise Http404
        return found

    def get_queue(self, board):
        """Return nothing: a week has no queue."""
        return {"days": week_of(self.day)}


class DoctorChoiceView(BoardMixin, TemplateView):
    """List the doctors whose day, or week with `?view=week`, can be shown; the menu asks for it when it is opened."""

    def get_template_names(self):
        """Return a page, or what stands in the menu."""
        return ["dashboards/_doctors.html" if self.request.htmx else "dashboards/doctors.html"]

    def get_context_data(self, **kwargs):
        """Add the doctors in use, and which are shown now."""
        return super().get_context_data(
            day=self.day,
            doctors=[doctor for doctor in read_doctors(self.request.user) if doctor.user.is_active],
            chosen_ids=self.chosen,
            is_week=self.request.GET.get("view") == "week",
            **kwargs,
        )
