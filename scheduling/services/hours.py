"""Changes of working hours: the week, exceptions by date, time off, the clinic's closures.

A change that leaves out visits which lay within the hours names them, and is made only when somebody says that they
stay. Doctors are locked as they are for booking, so no visit is booked into hours that are about to go.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from homeo.base.errors import DomainError
from scheduling.availability import Hours
from scheduling.calendar import day_plans
from scheduling.errors import VisitsOutsideError
from scheduling.models import (
    Appointment,
    Closure,
    Doctor,
    DoctorAvailability,
    DoctorBreak,
    HoursException,
    TimeOff,
)
from scheduling.outside import outside_of, suggestions

Breaks = dict[int, list[tuple[dt.time, dt.time, str]]]


@contextmanager
def _stranding_nobody(
    doctors: Iterable[User], *, keep_outside: bool, first: dt.date | None = None, last: dt.date | None = None
) -> Iterator[None]:
    """Make the changes within it, and take them back if coming visits lie outside the hours because of them.

    Args:
        doctors: accounts with profiles, whose hours change.
        keep_outside: such visits are known, and stay.
        first: the first and
        last: the last day whose hours change; without them every day's.
    """
    whose = [doctor.pk for doctor in doctors]
    with transaction.atomic():
        # In one order, elsewise two changes for several doctors wait for each other.
        doctors = list(User.objects.select_for_update(no_key=True).filter(pk__in=whose).order_by("pk"))
        visits = Appointment.objects.coming(timezone.localtime()).filter(doctor__in=doctors, is_overbooked=False)
        if first is not None:
            visits = visits.filter(appointment_date__gte=first)
        if last is not None:
            visits = visits.filter(appointment_date__lte=last)
        visits = visits.with_people().select_related("doctor__doctor").by_time()
        visits = [] if keep_outside else list(visits)
        days = sorted({visit.appointment_date for visit in visits})
        kept = {visit.pk for visit in outside_of(day_plans(doctors, days), visits)}
        yield
        stranded = [visit for visit in outside_of(day_plans(doctors, days), visits) if visit.pk not in kept]
        if stranded:
            raise VisitsOutsideError(stranded, suggestions(stranded))


def set_availability(
    *, actor: User, doctor: Doctor, hours: Hours, breaks: Breaks | None = None, keep_outside: bool = False
) -> None:
    """Set the weekly hours of a doctor.

    Args:
        hours: for a day of the week (0 is Sunday) from when until when, or None for a day off. Hours of a day off are
            kept, marked as not available.
        breaks: for a day of the week its breaks, each from when until when and its name; other days keep theirs.
        keep_outside: visits that are booked outside the new hours are known, and stay.

    Raises:
        DomainError: breaks overlap, or lie outside the hours.
        VisitsOutsideError: there are such visits, and nobody has said that they stay.
    """
    with _stranding_nobody([doctor.user], keep_outside=keep_outside):
        stored = {row.day_of_week: row for row in doctor.availability.select_for_update()}
        for day, span in hours.items():
            row = stored.get(day)
            if row is None:
                if span is None:
                    continue
                row = DoctorAvailability(doctor=doctor, day_of_week=day)
            before = (row.start_time, row.end_time, row.is_available)
            row.is_available = span is not None
            if span is not None:
                row.start_time, row.end_time = span
            if row._state.adding or before != (row.start_time, row.end_time, row.is_available):
                _save(row)
            stored[day] = row
        _set_breaks(doctor, stored, breaks or {})


def _set_breaks(doctor: Doctor, week: dict[int, DoctorAvailability], breaks: Breaks) -> None:
    stored = defaultdict(dict)
    for row in doctor.breaks.select_for_update():
        stored[row.day_of_week][row.start_time, row.end_time, row.label] = row
    for day, row in week.items():
        spans = [(start, end) for start, end, _label in breaks.get(day, stored[day])]
        if row.is_available and (wrong := wrong_break((row.start_time, row.end_time), spans)):
            raise DomainError(f"{row.get_day_of_week_display()}: {wrong[1]}")
    for day, wanted in breaks.items():
        for key, row in stored[day].items():
            if key not in wanted:
                row.delete()
        for key in wanted:
            if key not in stored[day]:
                start, end, label = key
                _save(DoctorBreak(doctor=doctor, day_of_week=day, start_time=start, end_time=end, label=label))


def save_break(*, actor: User, row: DoctorBreak, keep_outside: bool = False) -> DoctorBreak:
    """Set one break of a doctor's week, in a new row or a changed one.

    Raises:
        DomainError: it overlaps another, or lies outside the hours.
        VisitsOutsideError: see `set_availability`.
    """
    with _stranding_nobody([row.doctor.user], keep_outside=keep_outside):
        of_day = {"day_of_week": row.day_of_week}
        hours = row.doctor.availability.filter(**of_day, is_available=True).first()
        others = row.doctor.breaks.filter(**of_day).exclude(pk=row.pk).values_list("start_time", "end_time")
        spans = [*others, (row.start_time, row.end_time)]
        if hours and (wrong := wrong_break((hours.start_time, hours.end_time), spans)):
            raise DomainError(wrong[1], field="start_time")
        _save(row)
    return row


def wrong_break(hours: tuple[dt.time, dt.time], breaks: list[tuple[dt.time, dt.time]]) -> tuple[int, str] | None:
    """Return which of a day's breaks cannot be, by its place, and why; None if all are well."""
    for place, (start, end) in enumerate(breaks):
        if start >= end:
            return place, _("The break must end after it begins.")
        if start < hours[0] or end > hours[1]:
            return place, _("The break lies outside the hours of the day.")
        if any(begin < end and start < until for begin, until in breaks[:place]):
            return place, _("Two breaks overlap.")
    return None


def save_exception(*, actor: User, exception: HoursException, keep_outside: bool = False) -> HoursException:
    """Set other hours on one date, in a new row or a changed one; all rows of the date stand for the weekly hours.

    Raises:
        DomainError: the hours cannot be, or do not go with the other rows of that date.
        VisitsOutsideError: see `set_availability`.
    """
    stored = HoursException.objects.filter(pk=exception.pk).first()
    days = {exception.date, stored.date if stored else exception.date}
    doctor = exception.doctor.user
    with _stranding_nobody([doctor], keep_outside=keep_outside, first=min(days), last=max(days)):
        others = HoursException.objects.filter(doctor=exception.doctor, date=exception.date).exclude(pk=exception.pk)
        for other in others:
            if not (other.start_time and exception.start_time):
                raise DomainError(_("This date has an exception already: a day off has no other hours."), field="date")
            if other.start_time < exception.end_time and exception.start_time < other.end_time:
                raise DomainError(_("These hours overlap others of that date."), field="start_time")
        _save(exception)
    return exception


def remove_exception(*, actor: User, exception: HoursException, keep_outside: bool = False) -> None:
    """Let the weekly hours hold again on the date of an exception, unless it has others.

    Raises:
        VisitsOutsideError: see `set_availability`.
    """
    day = exception.date
    with _stranding_nobody([exception.doctor.user], keep_outside=keep_outside, first=day, last=day):
        exception.delete()


def save_time_off(*, actor: User, time_off: TimeOff, keep_outside: bool = False) -> TimeOff:
    """Note that a doctor is away, in a new row or a changed one.

    Raises:
        DomainError: the days or hours cannot be.
        VisitsOutsideError: see `set_availability`.
    """
    doctor = time_off.doctor.user
    with _stranding_nobody([doctor], keep_outside=keep_outside, first=time_off.start_date, last=time_off.end_date):
        _save(time_off)
    return time_off


@transaction.atomic
def remove_time_off(*, actor: User, time_off: TimeOff) -> None:
    """Take time off back: the hours hold again."""
    time_off.delete()


def save_closure(*, actor: User, closure: Closure, keep_outside: bool = False) -> Closure:
    """Close the clinic for some days, in a new row or a changed one.

    Raises:
        DomainError: the days cannot be.
        VisitsOutsideError: see `set_availability`.
    """
    doctors = User.objects.doctors().filter(doctor__isnull=False)
    with _stranding_nobody(doctors, keep_outside=keep_outside, first=closure.start_date, last=closure.end_date):
        _save(closure)
    return closure


def _save(row) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise DomainError(" ".join(messages), field=None if field == NON_FIELD_ERRORS else field) from error
    row.save()
