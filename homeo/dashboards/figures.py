"""The clinic's figures of a day, beside the same weekday a week before: counts, waits and money, no clinical text."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.db.models import Count, DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Invoice
from homeo.dashboards.board import minutes_between
from patients.models import Patient
from scheduling.availability import working_hours
from scheduling.models import Appointment, Doctor
from scheduling.slots import minute_of

WEEK = dt.timedelta(days=7)
DAYS_SHOWN = 14
HALF_HOUR = 30
FULL = 95
_ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=12, decimal_places=2))


@dataclass(frozen=True)
class Visit:
    """What the figures need of a visit."""

    doctor_id: str
    time: dt.time
    duration: int
    status: str
    is_overbooked: bool
    checked_in_at: dt.datetime | None
    started_at: dt.datetime | None
    no_show_at: dt.datetime | None

    def wait(self, until: dt.datetime) -> int | None:
        """Return the minutes between arrival and the doctor, None for who was not seen by `until`."""
        if self.checked_in_at and self.started_at and self.started_at <= until:
            return minutes_between(self.checked_in_at, self.started_at)
        return None


@dataclass(frozen=True)
class DayFigures:
    """One day until one moment."""

    visits: list[Visit]
    until: dt.datetime
    new_patients: int
    collected: Decimal
    open_bills: Decimal

    @property
    def booked(self) -> int:
        """Return how many visits there are, without those called off."""
        return len(self.visits)

    @property
    def seen(self) -> int:
        """Return how many patients went in to the doctor."""
        return sum(bool(visit.started_at and visit.started_at <= self.until) for visit in self.visits)

    @property
    def no_shows(self) -> int:
        """Return how many patients did not come."""
        return sum(bool(visit.no_show_at and visit.no_show_at <= self.until) for visit in self.visits)

    @property
    def wait(self) -> int | None:
        """Return the median wait in minutes, None where nobody has been seen."""
        return middle(visit.wait(self.until) for visit in self.visits)

    @property
    def by_hour(self) -> Counter:
        """Return how many visits begin in each hour."""
        return Counter(visit.time.hour for visit in self.visits)

    def wait_by_half_hour(self) -> dict[int, int]:
        """Return the median wait of those who went in during each half hour of the whole day, by its first minute."""
        waits = defaultdict(list)
        for visit in self.visits:
            if (wait := visit.wait(timezone.now())) is not None:
                minute = minute_of(timezone.localtime(visit.started_at).time())
                waits[minute // HALF_HOUR * HALF_HOUR].append(wait)
        return {minute: round(median(found)) for minute, found in waits.items()}


@dataclass(frozen=True)
class DoctorFigures:
    """One doctor's day; `full` is the share of the working time that is booked, in percent."""

    name: str
    seen: int
    booked: int
    full: int | None
    wait: int | None
    collected: Decimal

    @property
    def is_full(self) -> bool:
        """Tell whether hardly anything can be booked any more."""
        return self.full is not None and self.full >= FULL

    @property
    def bar(self) -> int:
        """Return the length of the bar, at most the whole."""
        return min(self.full or 0, 100)


@dataclass(frozen=True)
class Figures:
    """Everything on the page of figures."""

    today: DayFigures
    before: DayFigures
    doctors: list[DoctorFigures]
    all_doctors: DoctorFigures
    collected_by_day: dict[dt.date, Decimal]


@dataclass(frozen=True)
class KeyFigure:
    """One number at the top of the page; `difference` to the day before in words, "" for none."""

    label: str
    value: str
    unit: str = ""
    difference: str = ""
    is_worse: bool = False


def key_figures(figures: Figures, *, money: Callable[[Decimal], str]) -> list[KeyFigure]:
    """Return the six numbers at the top; `money` writes an amount."""
    today, before = figures.today, figures.before

    def compared(label, now, then, *, show=str, unit="", suffix="", fewer_is_better=False):
        change = 0 if now is None or then is None else now - then
        return KeyFigure(
            label=label,
            value="–" if now is None else show(now),
            unit=unit,
            difference=f"{'+' if change > 0 else '−'}{show(abs(change))}{suffix}" if change else "",
            is_worse=change > 0 if fewer_is_better else change < 0,
        )

    minutes = _("min")
    return [
        compared(_("Seen so far"), today.seen, before.seen, unit=_("of %(booked)d") % {"booked": today.booked}),
        compared(_("New patients"), today.new_patients, before.new_patients),
        compared(_("Did not come"), today.no_shows, before.no_shows, fewer_is_better=True),
        compared(
            _("Wait, median"),
            today.wait,
            before.wait,
            unit="" if today.wait is None else minutes,
            suffix=f" {minutes}",
            fewer_is_better=True,
        ),
        compared(_("Collected"), today.collected, before.collected, show=money),
        compared(_("Open bills"), today.open_bills, before.open_bills, show=money, fewer_is_better=True),
    ]


def middle(waits: Iterable[int | None]) -> int | None:
    """Return the median of the waits that are known, in whole minutes; None for none."""
    known = [wait for wait in waits if wait is not None]
    return round(median(known)) if known else None


def read_figures(user, *, now: dt.datetime) -> Figures:
    """Read the figures of today until `now` (local), and of the same weekday last week until the same time."""
    before = now - WEEK
    visits = _read_visits(user, [now.date(), before.date()])
    money = _read_money(user, now, before)
    new = Patient.objects.for_user(user).aggregate(
        today=Count("pk", filter=Q(created_at__range=(_midnight(now), now))),
        before=Count("pk", filter=Q(created_at__range=(_midnight(before), before))),
    )
    today = DayFigures(visits[now.date()], now, new["today"], money["today"], money["open"])
    collected = _read_collected(user, now)
    rows = _read_doctors(user, today, collected[now.date()])
    return Figures(
        today=today,
        before=DayFigures(visits[before.date()], before, new["before"], money["before"], money["open_before"]),
        doctors=rows[:-1],
        all_doctors=rows[-1],
        collected_by_day={day: sum(totals.values(), Decimal(0)) for day, totals in collected.items()},
    )


def _midnight(moment: dt.datetime) -> dt.datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _read_visits(user, days) -> dict[dt.date, list[Visit]]:
    rows = (
        Appointment.objects.for_user(user)
        .occupying()
        .filter(appointment_date__in=days)
        .values_list(
            "appointment_date",
            "doctor_id",
            "appointment_time",
            "duration",
            "status",
            "is_overbooked",
            "checked_in_at",
            "started_at",
            "no_show_at",
        )
    )
    visits = defaultdict(list)
    for day, *fields in rows:
        visits[day].append(Visit(*fields))
    return visits


def _sum(condition: Q) -> Coalesce:
    return Coalesce(Sum("amount", filter=condition), _ZERO)


def _read_money(user, now: dt.datetime, before: dt.datetime) -> dict[str, Decimal]:
    paid = Q(payment_status=Invoice.PaymentStatus.COMPLETED)
    unpaid = Q(payment_status__in=[Invoice.PaymentStatus.PENDING, Invoice.PaymentStatus.FAILED])
    invoices = Invoice.objects.for_user(user).active()
    settled = invoices.filter(paid, paid_date__gte=_midnight(before)).aggregate(
        today=_sum(Q(paid_date__range=(_midnight(now), now))),
        before=_sum(Q(paid_date__range=(_midnight(before), before))),
        open_before=_sum(Q(paid_date__gt=before, created_at__lte=before)),
    )
    still_open = invoices.filter(unpaid).aggregate(open=_sum(Q()), open_before=_sum(Q(created_at__lte=before)))
    return settled | {"open": still_open["open"], "open_before": settled["open_before"] + still_open["open_before"]}


def _read_collected(user, now: dt.datetime) -> dict[dt.date, dict[str, Decimal]]:
    """Return what was paid on each of the last 14 days, today last, by the doctor's id (None: without one)."""
    start = _midnight(now - dt.timedelta(days=DAYS_SHOWN - 1))
    rows = (
        Invoice.objects.for_user(user)
        .active()
        .filter(payment_status=Invoice.PaymentStatus.COMPLETED, paid_date__range=(start, now))
        .annotate(day=TruncDate("paid_date"))
        .order_by()
        .values("day", "consultation__doctor")
        .annotate(total=Sum("amount"))
        .values_list("day", "consultation__doctor", "total")
    )
    collected = {start.date() + dt.timedelta(days=n): {} for n in range(DAYS_SHOWN)}
    for day, doctor_id, total in rows:
        collected[day][doctor_id] = total
    return collected


def _read_doctors(user, today: DayFigures, collected: dict[str, Decimal]) -> list[DoctorFigures]:
    """Return a row for each doctor who works or has visits today, and one for all of them last."""
    day = today.until.date()
    doctors = [doctor.user for doctor in Doctor.objects.for_user(user).by_name()]
    hours = working_hours([doctor for doctor in doctors if doctor.is_active], [day])
    visits = defaultdict(list)
    for visit in today.visits:
        visits[visit.doctor_id].append(visit)
    rows = []
    minutes_open = minutes_booked = 0
    for doctor in doctors:
        own = visits[doctor.pk]
        spans = hours.get((doctor.pk, day), [])
        if not own and not spans:
            continue
        minutes = sum(end - start for start, end in spans)
        taken = sum(visit.duration for visit in own if not visit.is_overbooked)
        minutes_open, minutes_booked = minutes_open + minutes, minutes_booked + taken
        money = collected.get(doctor.pk, Decimal(0))
        rows.append(_doctor_row(doctor.display_name, own, today.until, taken=taken, minutes=minutes, collected=money))
    everybody = _doctor_row(
        "", today.visits, today.until, taken=minutes_booked, minutes=minutes_open, collected=today.collected
    )
    return [*rows, everybody]


def _doctor_row(name, visits, until, *, taken, minutes, collected) -> DoctorFigures:
    figures = DayFigures(visits, until, 0, collected, Decimal(0))
    full = round(taken * 100 / minutes) if minutes else None
    return DoctorFigures(name, figures.seen, figures.booked, full, figures.wait, collected)
