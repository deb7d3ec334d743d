"""Several visits planned at once: what stands in the way of each, and what is free instead. Three queries in all."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from homeo.base.fields import is_schedule_date
from patients.models import Patient
from scheduling.availability import Length, Offer, patient_spans
from scheduling.calendar import Calendar, DayPlan
from scheduling.models import Appointment
from scheduling.slots import (
    Busy,
    Slot,
    exists,
    fits,
    free_starts,
    minute_of,
    nearest,
    overlaps,
    time_of,
    widen,
)

LATER_DAYS = 6
Time = tuple[dt.date, dt.time]


@dataclass(frozen=True)
class Wish:
    """A visit that is wanted; `visit` is the one that would move there."""

    day: dt.date
    time: dt.time
    length: Length
    visit: Appointment | None = None

    @property
    def asked(self) -> Time:
        """Return the day and time."""
        return self.day, self.time


@dataclass(frozen=True)
class Conflict:
    """Why a time cannot be booked; `clash` is the visit in the way, where there is one."""

    text: str
    is_taken: bool = False
    clash: Appointment | None = None


@dataclass
class Row:
    """One wish with its conflict, what is chosen for it, the suggestion and that day's other free times.

    `chosen` is None where the date is left out; `lost` says why what a person had chosen cannot be had any more.
    """

    wish: Wish
    chosen: Time | None
    conflict: Conflict | None = None
    lost: Conflict | None = None
    offer: Offer | None = None
    slots: list[Offer] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """Tell whether the visit stays as it was wished for."""
        return self.chosen == self.wish.asked


class Planner:
    """What is free with one doctor for one patient, on some days and the week after each; all read at the start."""

    def __init__(self, doctor: User, patient: Patient, days, *, besides=()):
        self.doctor, self.patient = doctor, patient
        self.now, self.zone = timezone.localtime().replace(tzinfo=None), timezone.get_current_timezone()
        today = self.now.date()
        starts = {max(day, today) for day in days if is_schedule_date(day)} or {today}
        read = sorted({start + dt.timedelta(days=n) for start in starts for n in range(LATER_DAYS + 1)})
        calendar = Calendar([doctor], read[0], read[-1], besides=besides)
        self.plans = {day: calendar.plan(doctor, day) for day in read}
        self.busy = calendar.busy
        self.elsewhere = patient_spans(patient, read[0], read[-1], besides=besides)

    def plan_of(self, day: dt.date) -> DayPlan:
        """Return the plan of a day; an empty one for a day that was not read."""
        return self.plans.get(day, DayPlan())

    def _taken(self, day, length):
        return [
            widen(busy, before=length.before, after=length.after) for busy in self.busy.get((self.doctor.pk, day), [])
        ]

    def conflict(self, day: dt.date, time: dt.time, length: Length) -> Conflict | None:
        """Return why the time cannot be booked, or None."""
        start = minute_of(time)
        span = (start, start + length.minutes)
        if text := self._say_unbookable(day, time, span):
            return Conflict(text)
        if any(overlaps(other, span) for other in self.elsewhere.get(day, [])):
            return Conflict(_("The patient already has a visit at that time."), is_taken=True)
        if any(overlaps(other, span) for other in self._taken(day, length)):
            return Conflict(_("This time is kept free."), is_taken=True)
        return None

    def _say_unbookable(self, day, time, span) -> str:
        """Return why nobody could be booked then, or nothing."""
        if dt.datetime.combine(day, time) <= self.now:
            return _("This time has passed.")
        if not is_schedule_date(day):
            return _("More than three years ahead.")
        plan = self.plan_of(day)
        if not fits(plan.open, span[0], span[1] - span[0]):
            return self._say_closed(plan, span)
        if not exists(day, span[0], self.zone):
            return _("The clocks change that day: this time does not exist.")
        return ""

    def _say_closed(self, plan, span):
        away = {item.kind: item.label for item in plan.away if overlaps(item.span, span)}
        doctor = self.doctor.display_name
        if "closed" in away:
            return _("The clinic is closed: %(name)s.") % {"name": away["closed"]}
        if "off" in away:
            return _("%(doctor)s is away: %(reason)s.") % {"doctor": doctor, "reason": away["off"]}
        if "break" in away:
            return _("%(doctor)s has a break: %(name)s.") % {"doctor": doctor, "name": away["break"]}
        if not plan.open:
            return _("%(doctor)s does not work that day.") % {"doctor": doctor}
        hours = ", ".join(f"{time_of(start):%H:%M}–{time_of(end % (24 * 60)):%H:%M}" for start, end in plan.open)
        return _("Outside the hours of that day: %(hours)s.") % {"hours": hours}

    def claim(self, day: dt.date, time: dt.time, length: Length) -> None:
        """Count a time as taken by this patient."""
        start = minute_of(time)
        busy = Busy(start, start + length.minutes, length.before, length.after)
        self.busy.setdefault((self.doctor.pk, day), []).append(busy)
        self.elsewhere.setdefault(day, []).append((busy.start, busy.end))

    def free(self, day: dt.date, length: Length) -> list[Slot]:
        """Return the free slots of a day."""
        earliest = minute_of(self.now.time()) + 1 if day == self.now.date() else 0
        if day < self.now.date():
            return []
        busy = [*self._taken(day, length), *self.elsewhere.get(day, [])]
        step = self.doctor.doctor.slot_minutes
        return [
            Slot(day, time_of(start), length.minutes)
            for span in self.plan_of(day).open
            for start in free_starts(span, busy, length=length.minutes, step=step, earliest=earliest)
            if exists(day, start, self.zone)
        ]

    def suggest(self, wish: Wish) -> Offer | None:
        """Return the free slot of that day that is nearest to the wish, else of the next day that has one."""
        start = max(wish.day, self.now.date())
        for n in range(LATER_DAYS + 1):
            day = start + dt.timedelta(days=n)
            if found := nearest(self.free(day, wish.length), day, wish.time, 1):
                return Offer(self.doctor, found[0])
        return None

    def plan(self, wishes: list[Wish], chosen: list[Time | None] | None = None) -> list[Row]:
        """Return a row for each wish: first what was chosen takes its time, then the rest gets suggestions.

        Args:
            chosen: for each wish the time that a person chose before, None to leave it out; by default the wishes.
        """
        times = [wish.asked for wish in wishes] if chosen is None else chosen
        rows = [Row(wish, time) for wish, time in zip(wishes, times, strict=True)]
        for row in rows:
            row.conflict = self.conflict(*row.wish.asked, row.wish.length)
        for row in rows:
            if row.chosen is None:
                continue
            row.lost = self.conflict(*row.chosen, row.wish.length)
            if row.lost is None:
                self.claim(*row.chosen, row.wish.length)
        self._name_clashes(rows)
        for row in rows:
            self._suggest_for(row)
            if chosen is None:
                row.lost = None
        return rows

    def _suggest_for(self, row: Row) -> None:
        """Find the suggestion and the free times of a row; a choice that is lost gives way to the suggestion."""
        wish = row.wish
        if row.lost or (row.conflict and row.chosen is None):
            row.offer = self.suggest(wish)
        elif row.chosen and not row.is_kept:
            row.offer = Offer(self.doctor, Slot(*row.chosen, wish.length.minutes))
        row.slots = [Offer(self.doctor, slot) for slot in self.free(wish.day, wish.length)]
        if row.lost:
            row.chosen = (row.offer.slot.day, row.offer.slot.time) if row.offer else None
            if row.chosen:
                self.claim(*row.chosen, wish.length)

    def _name_clashes(self, rows: list[Row]) -> None:
        """Say whose visits stand in the way: one query for all rows, none where nothing is taken."""
        days = {row.wish.day for row in rows if row.conflict and row.conflict.is_taken}
        days |= {row.chosen[0] for row in rows if row.lost and row.lost.is_taken}
        if not days:
            return
        moving = [row.wish.visit.pk for row in rows if row.wish.visit]
        visits = (
            Appointment.objects.occupying()
            .filter(Q(doctor=self.doctor) | Q(patient=self.patient), appointment_date__in=days, is_overbooked=False)
            .exclude(pk__in=moving)
            .with_people()
            .by_time()
        )
        by_day = {}
        for visit in visits:
            by_day.setdefault(visit.appointment_date, []).append(visit)
        for row in rows:
            if row.conflict and row.conflict.is_taken:
                row.conflict = self._named(row.wish.day, row.wish.time, row.wish.length, row.conflict, by_day)
            if row.lost and row.lost.is_taken:
                row.lost = self._named(*row.chosen, row.wish.length, row.lost, by_day)

    def _named(self, day, time, length, conflict, by_day):
        start = minute_of(time)
        span = (start, start + length.minutes)

        def spans(visit):
            begin = minute_of(visit.appointment_time)
            busy = Busy(begin, begin + visit.duration, visit.buffer_before, visit.buffer_after)
            if visit.patient_id == self.patient.pk:
                return busy.start, busy.end
            return widen(busy, before=length.before, after=length.after)

        clash = next((visit for visit in by_day.get(day, []) if overlaps(spans(visit), span)), None)
        if clash is None:
            return conflict
        words = {
            "patient": clash.patient.name,
            "doctor": clash.doctor.display_name,
            "time": f"{clash.appointment_time:%H:%M}",
        }
        if clash.patient_id == self.patient.pk:
            text = _("%(patient)s already has a visit then: %(time)s with %(doctor)s.") % words
        else:
            text = _("Taken: %(patient)s has %(time)s.") % words
        return Conflict(text, is_taken=True, clash=clash)
