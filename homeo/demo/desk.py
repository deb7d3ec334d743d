"""What the front desk keeps beside the diary: time off, a closure, the waiting list, a series of visits."""

import datetime as dt
import random

from accounts.audit import bulk
from accounts.models import User
from homeo.demo.factories.scheduling import (
    ClosureFactory,
    HoursExceptionFactory,
    TimeOffFactory,
    VisitSeriesFactory,
    WaitingEntryFactory,
)
from homeo.demo.ledger import FOLLOW_UP, MINUTE, PHONE, Ledger
from homeo.demo.people import People, came
from scheduling.slots import WHOLE_DAY, minute_of

PHONE_FEE = 300
TRAINING, SHORT_DAY, CLOSED = 2, 5, 20  # days from today, at the earliest
SHORT_UNTIL = dt.time(13)
SERIES_DAYS = (2, 9, 16, 23)
SERIES_TIMES = range(10 * 60 + 30, 12 * 60, 15)
WISHES = (
    ("Before work", 2, {"until_time": dt.time(10)}),
    ("The rash is spreading", 3, {}),
    ("After school", 1, {"from_time": dt.time(15, 30)}),
    ("Would come sooner than booked", 2, {}),
    ("", 1, {"weekdays": [1, 3, 5]}),
)


def fill_hours(now: dt.datetime, people: People, ledger: Ledger) -> None:
    """Save time off of one doctor this week, a short day of another, and a day on which the clinic is closed.

    It comes before the visits, which are booked around it.
    """
    founder, today = people.admins[0], now.date()
    away, short = people.doctors[2], people.doctors[1]
    off = _at_work(people, away, today + dt.timedelta(days=TRAINING))
    half = _at_work(people, short, today + dt.timedelta(days=SHORT_DAY))
    people.away[away.pk, off] = WHOLE_DAY
    people.away[short.pk, half] = (minute_of(SHORT_UNTIL), WHOLE_DAY[1])
    closed = today + dt.timedelta(days=CLOSED)
    rows = [
        TimeOffFactory.build(doctor=away.doctor, start_date=off, end_date=off, reason="Training in Mumbai"),
        HoursExceptionFactory.build(
            doctor=short.doctor, date=half, start_time=dt.time(9, 30), end_time=SHORT_UNTIL, reason="School play"
        ),
        ClosureFactory.build(name="Stocktaking", start_date=closed, end_date=closed),
    ]
    for row, by in zip(rows, (away, short, founder), strict=True):
        bulk.create([came(row, now - dt.timedelta(days=6), by)])
    if phone := ledger.kinds.get(PHONE):
        phone.fee = PHONE_FEE
        phone.save()


def _at_work(people: People, doctor: User, day: dt.date) -> dt.date:
    """Return the day, or the next on which the doctor works."""
    return day if people.hours_on(doctor, day) else _at_work(people, doctor, day + dt.timedelta(days=1))


def fill_series(rng: random.Random, now: dt.datetime, people: People, ledger: Ledger) -> None:
    """Book four visits of one patient, a week apart, before others take the times."""
    doctor = people.doctors[3]
    days = [now.date() + dt.timedelta(days=ahead) for ahead in SERIES_DAYS]
    minutes = doctor.doctor.slot_minutes
    patient, start = next(
        (patient, start)
        for patient in people.others
        for start in SERIES_TIMES
        if all(ledger.is_free(doctor, patient, day, start, minutes) for day in days)
    )
    made, by = now - dt.timedelta(days=3), rng.choice(people.desk)
    series = VisitSeriesFactory.build(
        patient=patient, doctor=doctor, first_date=days[0], count=len(days), created_by=by
    )
    ledger.series.append(came(series, made, by))
    for day in days:
        fields = {"made": made, "by": by, "series": series, "kind": FOLLOW_UP, "notes": "Course of four visits"}
        ledger.book(patient, doctor, day, start, minutes, **fields)


def fill_waiting_list(rng: random.Random, now: dt.datetime, people: People) -> None:
    """Save the people who would come sooner, or at other times, if they could."""
    entries = []
    for place, (patient, (notes, urgency, wish)) in enumerate(
        zip(rng.sample(people.others, len(WISHES)), WISHES, strict=True)
    ):
        made = max(patient.created_at, now - rng.randint(60, 8000) * MINUTE)
        by = rng.choice(people.desk)
        entry = WaitingEntryFactory.build(
            patient=patient,
            doctor=people.doctors[place] if place < 2 else None,
            from_date=now.date(),
            until_date=now.date() + dt.timedelta(days=21),
            urgency=urgency,
            notes=notes,
            created_by=by,
            **wish,
        )
        entries.append(came(entry, made, by))
    bulk.create(entries)
