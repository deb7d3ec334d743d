"""A month of a doctor's calendar: what differs from the week, and how many visits there are on each day."""

import calendar
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone

from scheduling.models import Appointment, Closure, Doctor, HoursException, TimeOff

WEEKS = calendar.Calendar(calendar.MONDAY)


@dataclass
class Day:
    """A day of the month; `is_outside` tells that it belongs to the month before or after."""

    date: dt.date
    is_outside: bool
    is_today: bool
    is_past: bool
    exceptions: list[HoursException] = field(default_factory=list)
    time_off: list[TimeOff] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    visits: int = 0


@dataclass(frozen=True)
class Month:
    """The weeks of a month, Monday first, and the rows that mark them."""

    first: dt.date
    weeks: list[list[Day]]
    exceptions: list[HoursException]
    time_off: list[TimeOff]
    closures: list[Closure]

    @property
    def before(self) -> dt.date:
        """Return the first day of the month before."""
        return (self.first - dt.timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> dt.date:
        """Return the first day of the next month."""
        return (self.first + dt.timedelta(days=31)).replace(day=1)


def read_month(doctor: Doctor, first: dt.date) -> Month:
    """Read the month that begins on `first`, with the days of its first and last week: four queries."""
    dates = WEEKS.monthdatescalendar(first.year, first.month)
    begin, end = dates[0][0], dates[-1][-1]
    exceptions = list(doctor.exceptions.filter(date__range=(begin, end)).order_by("date", "start_time"))
    time_off = list(doctor.time_off.filter(start_date__lte=end, end_date__gte=begin).order_by("start_date"))
    closures = list(Closure.objects.during(begin, end))
    counts = defaultdict(int)
    booked = Appointment.objects.occupying().filter(doctor=doctor.user_id, appointment_date__range=(begin, end))
    for day, count in booked.values_list("appointment_date").order_by("appointment_date").annotate(Count("pk")):
        counts[day] = count
    today = timezone.localdate()

    def day_of(date: dt.date) -> Day:
        return Day(
            date=date,
            is_outside=date.month != first.month,
            is_today=date == today,
            is_past=date < today,
            exceptions=[row for row in exceptions if row.date == date],
            time_off=[row for row in time_off if row.start_date <= date <= row.end_date],
            closures=[row for row in closures if row.start_date <= date <= row.end_date],
            visits=counts[date],
        )

    return Month(first, [[day_of(date) for date in week] for week in dates], exceptions, time_off, closures)
