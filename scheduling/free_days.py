"""The free days of a month, for patients who book by themselves: with one doctor, or with any of a few."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import User
from patients.models import Patient
from scheduling.availability import (
    Length,
    Offer,
    Window,
    free_days,
    free_slots,
    patient_spans,
)
from scheduling.calendar import Calendar
from scheduling.models import Appointment, VisitType
from scheduling.months import WEEKS
from scheduling.slots import Slot

MONTH_LENGTH = len("2026-11")


@dataclass(frozen=True)
class Look:
    """What somebody wants to see: a month by its first day, perhaps one day of it."""

    month: dt.date
    day: dt.date | None = None

    @classmethod
    def parse(cls, text: str) -> "Look | None":
        """Return the look of "2026-11" or "2026-11-24", None for anything else."""
        try:
            moment = dt.datetime.strptime(text, "%Y-%m" if len(text) == MONTH_LENGTH else "%Y-%m-%d")
        except ValueError:
            return None
        day = moment.date()
        return cls(day.replace(day=1), None if len(text) == MONTH_LENGTH else day)

    def __str__(self):
        return f"{self.day or self.month:%Y-%m-%d}" if self.day else f"{self.month:%Y-%m}"


def length_of(doctor: User, kind: VisitType | None, moving: Appointment | None = None) -> Length:
    """Return how long a visit takes with a doctor, or one that moves."""
    return Length.after_move(moving, doctor, kind) if moving else Length.of(doctor, kind)


@dataclass(frozen=True)
class Search:
    """Whose free time is looked for: of `doctors` with their profiles, for a visit of `kind` within the `window`.

    Times at which `patient` is elsewhere are left out. `moving` is the visit that gives up its time; its own time is
    none to move to.
    """

    doctors: list[User]
    patient: Patient
    window: Window
    kind: VisitType | None = None
    moving: Appointment | None = None

    @property
    def first(self) -> dt.date:
        """Return the first day on which the visit may be."""
        return timezone.localdate(self.window[0])

    @property
    def last(self) -> dt.date:
        """Return the last day on which the visit may be."""
        return timezone.localdate(self.window[1])

    def length(self, doctor: User) -> Length:
        """Return how long the visit takes with a doctor."""
        return length_of(doctor, self.kind, self.moving)

    def between(self, first: dt.date, last: dt.date) -> list[tuple[User, Slot]]:
        """Return what is free from day `first` to day `last`, by day and then by doctor: two queries."""
        first, last = max(first, self.first), min(last, self.last)
        if first > last:
            return []
        if len(self.doctors) > 1:
            return self._of_several(first, last)
        (doctor,) = self.doctors
        slots = free_slots(
            doctor,
            first,
            last,
            length=self.length(doctor),
            besides=self.moving,
            patient=self.patient,
            window=self.window,
        )
        return [(doctor, slot) for slot in slots if not self._is_own(doctor, slot)]

    def _of_several(self, first: dt.date, last: dt.date) -> list[tuple[User, Slot]]:
        calendar = Calendar(self.doctors, first, last, besides=self.moving)
        known = {
            "elsewhere": patient_spans(self.patient, first, last, besides=self.moving),
            "window": self.window,
            "calendar": calendar,
        }
        found = [
            (doctor, slot)
            for doctor in self.doctors
            for _day, slots in free_days(doctor, first, last, length=self.length(doctor), **known)
            for slot in slots
        ]
        return sorted(found, key=lambda free: free[1].day)

    def _is_own(self, doctor: User, slot: Slot) -> bool:
        own = self.moving
        return own is not None and (doctor.pk, slot.day, slot.time) == (
            own.doctor_id,
            own.appointment_date,
            own.appointment_time,
        )


@dataclass(frozen=True)
class FreeDay:
    """A day of the month with the number of free times; `is_past` counts the days that are too soon, too."""

    date: dt.date
    free: int
    is_today: bool
    is_past: bool


@dataclass(frozen=True)
class Week:
    """A week of a month, Monday first; days of other months are None."""

    days: list[FreeDay | None]

    @property
    def is_past(self) -> bool:
        """Tell whether nothing can be booked in it any more."""
        return all(day.is_past for day in self.days if day)


@dataclass(frozen=True)
class FreeMonth:
    """A month of free days.

    `day` is the chosen one, `offers` are its free times. `before` and `after` are the months beside it that can be
    booked, `next_free` is a free day after an empty month. `is_refused` tells that somebody asked for a day or a month
    that cannot be booked, and sees the nearest month that can; `is_chosen` that the month was asked for.
    """

    search: Search
    first: dt.date
    weeks: list[Week]
    day: dt.date | None = None
    offers: list[Offer] = field(default_factory=list)
    next_free: dt.date | None = None
    is_refused: bool = False
    is_chosen: bool = False

    @property
    def before(self) -> dt.date | None:
        """Return the first day of the month before, if one can book in it."""
        return None if self.first <= self.search.first else month_of(self.first - dt.timedelta(days=1))

    @property
    def after(self) -> dt.date | None:
        """Return the first day of the next month, if one can book in it."""
        following = next_month(self.first)
        return following if following <= self.search.last else None

    @property
    def shown(self) -> str:
        """Return the look that brings this again; nothing where the first free month shows by itself."""
        return str(Look(self.first, self.day)) if self.is_chosen else ""

    @property
    def weekdays(self) -> list[dt.date]:
        """Return a Monday and the days after it, for the names at the top."""
        monday = self.first - dt.timedelta(days=self.first.weekday())
        return [monday + dt.timedelta(days=n) for n in range(7)]

    @property
    def doctor(self) -> User | None:
        """Return the one doctor whose days these are, None for any."""
        return self.search.doctors[0] if len(self.search.doctors) == 1 else None

    @property
    def free_days(self) -> int:
        """Return how many days have free times."""
        return sum(1 for week in self.weeks for day in week.days if day and day.free)


def month_of(day: dt.date) -> dt.date:
    """Return the first day of the month."""
    return day.replace(day=1)


def next_month(first: dt.date) -> dt.date:
    """Return the first day of the month after the one that begins on `first`."""
    return month_of(first + dt.timedelta(days=31))


def find_month(search: Search, look: Look | None = None) -> FreeMonth:
    """Return the month that somebody looks at, by default that of the first free day with its times."""
    one_day = dt.timedelta(days=1)
    if look is None:
        month = month_of(search.first)
        # Up to the end of the next month: late in a month the first free day is often there.
        known = next_month(next_month(month)) - one_day
    else:
        month = max(month_of(search.first), min(look.month, month_of(search.last)))
        known = next_month(month) - one_day
    free = search.between(month, known)
    later = free or search.between(known + one_day, search.last)
    next_free = later[0][1].day if later else None
    if look is None and next_free:
        month, free = month_of(next_free), later
    last = next_month(month) - one_day
    counts = Counter(slot.day for _doctor, slot in free if month <= slot.day <= last)
    is_refused = look is not None and (not search.first <= look.day <= search.last if look.day else look.month != month)
    day = next_free if look is None else (None if is_refused else look.day)
    today = timezone.localdate()

    def day_of(date: dt.date) -> FreeDay | None:
        if date.month != month.month:
            return None
        return FreeDay(date, counts[date], date == today, date < search.first)

    return FreeMonth(
        search=search,
        first=month,
        weeks=[Week([day_of(date) for date in week]) for week in WEEKS.monthdatescalendar(month.year, month.month)],
        day=day,
        offers=[Offer(doctor, slot) for doctor, slot in free if slot.day == day],
        next_free=None if counts else next_free,
        is_refused=is_refused,
        is_chosen=look is not None,
    )
