"""What the board reads of the database: the visits with what stands on their blocks, and what marks a change.

Written out, since putting these queries together anew for each board took longer than their answers.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection

from accounts.models import Role, User
from scheduling.models import Appointment
from scheduling.slots import Span, minute_of

CALLED_OFF = frozenset({"cancelled", "replaced"})
OVER = CALLED_OFF | {"completed", "no-show"}

# OFFSET 0: each visit's patient is looked up; the planner would rather read through all of a small clinic's.
VISITS = """
    SELECT a.id, a.doctor_id, a.patient_id, a.appointment_date, a.appointment_time, a.duration, a.status, a.notes,
           a.is_overbooked, a.buffer_before, a.buffer_after, a.checked_in_at, a.started_at, a.no_show_at,
           a.token_number, a.called_at, a.calendar_uid, a.calendar_sequence, a.updated_at, p.name, p.phone,
           coalesce(k.name, ''), coalesce(k.colour, ''),
           CASE WHEN a.status = 'PENDING' THEN (SELECT role FROM accounts_user WHERE id = a.booked_by_id) ELSE '' END,
           CASE WHEN a.visit_type_id IS NULL THEN NOT EXISTS (
               SELECT FROM scheduling_appointment AS e
               WHERE e.patient_id = a.patient_id AND e.appointment_date < a.appointment_date AND e.status = 'COMPLETED')
           ELSE false END
    FROM ({rows}) AS a
         CROSS JOIN LATERAL (
             SELECT trim(u.first_name || ' ' || u.last_name) AS name, q.phone
             FROM patients_patient AS q JOIN accounts_user AS u ON u.id = q.user_id
             WHERE q.id = a.patient_id OFFSET 0) AS p
         LEFT JOIN scheduling_visittype AS k ON k.id = a.visit_type_id
    ORDER BY a.appointment_date, a.appointment_time, a.id
"""
# Each value stands in a SELECT of its own, which hides it from the planner: it then plans once for all days. OFFSET 0:
# each doctor's visits are looked up by the index of the doctor's days, since those of one lie far apart among all.
OF_THE_DAYS = """SELECT a.* FROM unnest((SELECT %(doctors)s::text[])) AS d (id) CROSS JOIN LATERAL (
        SELECT * FROM scheduling_appointment
        WHERE doctor_id = d.id AND appointment_date BETWEEN (SELECT %(first)s::date) AND (SELECT %(last)s::date)
        OFFSET 0) AS a
"""
ASKED_AHEAD = """SELECT a.* FROM unnest((SELECT %(doctors)s::text[])) AS d (id) CROSS JOIN LATERAL (
        SELECT * FROM scheduling_appointment
        WHERE doctor_id = d.id AND appointment_date > (SELECT %(last)s::date) AND status = 'PENDING'
        ORDER BY appointment_date, appointment_time, id LIMIT %(most)s) AS a
    ORDER BY appointment_date, appointment_time, id LIMIT %(most)s
"""
HELD = """SELECT doctor_id, appointment_date, appointment_time, duration, updated_at FROM scheduling_slotoffer
    WHERE doctor_id = ANY((SELECT %(doctors)s::text[])::text[])
          AND appointment_date BETWEEN (SELECT %(first)s::date) AND (SELECT %(last)s::date)
          AND status = 'OPEN' AND expires_at > (SELECT %(now)s::timestamptz)
"""
MARK = "SELECT {number}, count(*), max(updated_at) FROM ({rows}) AS rows_{number}"
ASKED_SHOWN = 12


@dataclass(slots=True)
class Visit:
    """A visit as the board and the queue show it; without clinical text. What it is called is as of the model.

    `is_first` tells, of a visit without a kind, that the patient has never been here before.
    """

    pk: str
    doctor_id: str
    patient_id: str
    appointment_date: dt.date
    appointment_time: dt.time
    duration: int
    status: str
    notes: str
    is_overbooked: bool
    buffer_before: int
    buffer_after: int
    checked_in_at: dt.datetime | None
    started_at: dt.datetime | None
    no_show_at: dt.datetime | None
    token_number: int | None
    called_at: dt.datetime | None
    calendar_uid: str
    calendar_sequence: int
    updated_at: dt.datetime
    patient_name: str
    patient_phone: str
    kind_name: str
    kind_colour: str
    booker_role: str
    is_first: bool
    doctor: User | None = field(default=None, repr=False)

    Status = Appointment.Status
    state = Appointment.state
    state_label = Appointment.state_label
    starts_at = Appointment.starts_at
    ends_at = Appointment.ends_at
    is_open = Appointment.is_open
    uid = Appointment.uid
    version = Appointment.version

    def get_status_display(self) -> str:
        """Return the status in words."""
        return self.Status(self.status).label

    @property
    def busy(self) -> Span | None:
        """Return the minutes of the day that it keeps from others, None where it keeps none."""
        if self.is_overbooked or self.status in {"CANCELLED", "RESCHEDULED"}:
            return None
        start = minute_of(self.appointment_time)
        return start - self.buffer_before, start + self.duration + self.buffer_after


@dataclass(frozen=True)
class Scope:
    """Whose visits on which days are asked for; today's board also shows later ones that are to confirm."""

    user: User
    doctors: list[User]
    first: dt.date
    last: dt.date
    now: dt.datetime

    @property
    def has_today(self) -> bool:
        """Tell whether today is among the days."""
        return self.first <= self.now.date() <= self.last

    @property
    def accounts(self) -> dict[str, User]:
        """Return the doctors whose visits the person may see, by id: the rule of `AppointmentQuerySet`, for staff."""
        if not self.user.has_perm("scheduling.view_appointment") or self.user.role == Role.PATIENT:
            return {}
        return {d.pk: d for d in self.doctors if self.user.role != Role.DOCTOR or d.pk == self.user.pk}

    @property
    def values(self) -> dict:
        """Return the parameters of the queries."""
        return {
            "doctors": list(self.accounts),
            "first": self.first,
            "last": self.last,
            "now": self.now,
            "most": ASKED_SHOWN,
        }


@dataclass(frozen=True)
class Days:
    """What the board shows of some days: visits, the next of the later ones to confirm, and slots under offer.

    `marks` change with every change of these.
    """

    visits: list[Visit]
    asked_ahead: list[Visit]
    held: list[tuple[str, dt.date, Span]]
    marks: list[tuple[int, dt.datetime | None]]


def read_days(scope: Scope) -> Days:
    """Read the days: two queries.

    Of a visit that was moved to another day the last place remains, as RESCHEDULED; of one that stayed on its day none.
    """
    accounts = scope.accounts
    rows = f"{OF_THE_DAYS} UNION ALL ({ASKED_AHEAD})" if scope.has_today else OF_THE_DAYS
    with connection.cursor() as cursor:
        cursor.execute(VISITS.replace("{rows}", rows), scope.values)
        found = [Visit(*row) for row in cursor.fetchall()]
        cursor.execute(HELD, scope.values)
        offers = cursor.fetchall()
    visits, ahead, latest = [], [], {}
    for visit in found:
        visit.doctor = accounts[visit.doctor_id]
        (visits if visit.appointment_date <= scope.last else ahead).append(visit)
        place = visit.uid, visit.appointment_date
        latest[place] = max(latest.get(place, 0), visit.calendar_sequence)
    return Days(
        visits=[
            visit
            for visit in visits
            if visit.status != "RESCHEDULED" or latest[visit.uid, visit.appointment_date] == visit.calendar_sequence
        ],
        asked_ahead=ahead,
        held=[(doctor, day, span_from(time, minutes)) for doctor, day, time, minutes, _at in offers],
        marks=[
            (len(times), max(times, default=None))
            for times in (
                [visit.updated_at for visit in visits],
                [at for *_slot, at in offers],
                *([[visit.updated_at for visit in ahead]] if scope.has_today else []),
            )
        ],
    )


def read_marks(scope: Scope) -> list[tuple[int, dt.datetime | None]]:
    """Return the marks of the days as `read_days` gives them: one small query."""
    parts = [OF_THE_DAYS, HELD, ASKED_AHEAD] if scope.has_today else [OF_THE_DAYS, HELD]
    marks = [MARK.replace("{number}", str(number)).replace("{rows}", part) for number, part in enumerate(parts)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(marks), scope.values)
        return [(count, latest) for _number, count, latest in sorted(cursor.fetchall())]


def span_from(start: dt.time, minutes: int) -> Span:
    """Return the minutes of the day of what takes so long."""
    return minute_of(start), minute_of(start) + minutes


def minutes_between(start: dt.datetime, end: dt.datetime) -> int:
    """Return the whole minutes from one moment to another, none below 0."""
    return max(int((end - start).total_seconds()) // 60, 0)
