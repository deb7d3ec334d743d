"""The day as a list for each doctor, to read, to print and to take home."""

import datetime as dt
from dataclasses import dataclass

from django.http import Http404
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.models import Role
from homeo.base.views import AccessMixin
from homeo.dashboards.board import clock
from homeo.dashboards.views.day import DayForm
from scheduling.calendar import Away, day_plans
from scheduling.models import Appointment, Doctor
from scheduling.slots import Span


@dataclass(frozen=True)
class Sheet:
    """One doctor's day on paper: when there are hours, why not elsewhere, and who comes."""

    doctor: Doctor
    hours: list[Span]
    away: list[Away]
    visits: list[Appointment]

    @property
    def hours_text(self) -> str:
        """Return the hours as they stand in the head of the sheet."""
        return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in self.hours)

    @property
    def away_text(self) -> str:
        """Return the reasons why the doctor is not there at other times."""
        return ", ".join(dict.fromkeys(item.label for item in self.away))


class DayListView(AccessMixin, TemplateView):
    """Show the visits of `?day=` (today) as one list for each doctor, `?doctor=` for one; a doctor sees the own."""

    permission_required = "scheduling.view_day"
    template_name = "dashboards/day_list.html"

    def get_context_data(self, **kwargs):
        """Add a sheet for each doctor who has hours or visits."""
        form = DayForm(self.request.GET)
        if not form.is_valid():
            raise Http404
        day = form.cleaned_data["day"] or timezone.localdate()
        doctors = self.get_doctors()
        return super().get_context_data(
            day=day,
            sheets=self.get_sheets(day, doctors),
            chosen=doctors[0] if self.request.GET.get("doctor") and len(doctors) == 1 else None,
            **kwargs,
        )

    def get_doctors(self) -> list[Doctor]:
        """Return the doctors that the address asks for, as far as the person may see their day."""
        doctors = Doctor.objects.for_user(self.request.user).by_name()
        if self.request.user.role == Role.DOCTOR:
            doctors = doctors.filter(user=self.request.user)
        if chosen := self.request.GET.get("doctor"):
            doctors = doctors.filter(user=chosen)
            if not doctors:
                raise Http404
        return list(doctors)

    def get_sheets(self, day: dt.date, doctors: list[Doctor]) -> list[Sheet]:
        """Read the sheets: two queries. What was called off or moved away is not on paper."""
        plans = day_plans([doctor.user for doctor in doctors if doctor.user.is_active], [day])
        visits = Appointment.objects.for_user(self.request.user).on(day).occupying().with_people().by_time()
        by_doctor = {doctor.user_id: [] for doctor in doctors}
        for visit in visits.filter(doctor__in=by_doctor):
            by_doctor[visit.doctor_id].append(visit)
        sheets = []
        for doctor in doctors:
            plan = plans.get((doctor.user_id, day))
            if by_doctor[doctor.user_id] or (plan and plan.open):
                hours, away = (plan.open, plan.away) if plan else ([], [])
                sheets.append(Sheet(doctor, hours, away, by_doctor[doctor.user_id]))
        return sheets
