"""The waiting room: who is here, whose turn it is, and how to tell that something has changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max

from accounts.models import User
from scheduling.models import Appointment

LONG_WAIT = 20
NEXT_SHOWN = 4
SHOWN_ON_SCREEN = (
    "appointment_date",
    "appointment_time",
    "called_at",
    "checked_in_at",
    "doctor__first_name",
    "doctor__last_name",
    "doctor__role",
    "no_show_at",
    "started_at",
    "status",
    "token_number",
    "updated_at",
)


def turn_of(visit: Appointment) -> tuple[dt.datetime, int]:
    """Return when it is the turn of somebody who is here: at the time of the visit, but not before the arrival.

    So nobody overtakes by coming early, and who comes late goes behind those whose time has come, not behind
    everybody. Of two at the same moment the lower token is first.
    """
    return max(visit.starts_at, visit.checked_in_at), visit.token_number or 0


def in_turn(visits: Iterable[Appointment]) -> list[Appointment]:
    """Return those who are here in the order in which they are called in.

    First come those who have been called already, the latest call before the others: they are on their way.
    """
    visits = list(visits)
    called = sorted((v for v in visits if v.called_at), key=lambda visit: visit.called_at, reverse=True)
    return called + sorted((v for v in visits if not v.called_at), key=turn_of)


@dataclass(frozen=True)
class Waited:
    """For how many minutes somebody has been waiting, or with the doctor, and since when."""

    minutes: int
    since: dt.datetime
    is_long: bool


def waited_of(visit: Appointment, now: dt.datetime) -> Waited:
    """Return for how long somebody who is here has been where they are."""
    since = visit.started_at or visit.checked_in_at
    minutes = max(int((now - since).total_seconds()) // 60, 0)
    return Waited(minutes, since, minutes >= LONG_WAIT and not visit.started_at)


@dataclass(frozen=True)
class DoctorQueue:
    """Who is here for one doctor: in the room, called in (the latest call first), waiting in turn; who is expected."""

    doctor: User
    inside: list[Appointment]
    called: list[Appointment]
    waiting: list[Appointment]
    expected: list[Appointment]

    @property
    def next(self) -> Appointment | None:
        """Return who is to be called next."""
        return self.waiting[0] if self.waiting else None

    @property
    def soon(self) -> list[Appointment]:
        """Return the few whose turn it is soon, as far as they fit on the wall screen."""
        return self.waiting[:NEXT_SHOWN]

    @property
    def later(self) -> int:
        """Return how many wait beside those."""
        return len(self.waiting) - len(self.soon)


def queues_of(visits: Iterable[Appointment]) -> list[DoctorQueue]:
    """Return the queues of the doctors of these visits of one day, by the doctors' names."""
    by_doctor = defaultdict(lambda: defaultdict(list))
    doctors = {}
    for visit in visits:
        doctors[visit.doctor_id] = visit.doctor
        by_doctor[visit.doctor_id][visit.state].append(visit)
    queues = []
    for doctor in sorted(doctors.values(), key=lambda doctor: (doctor.display_name, doctor.pk)):
        states = by_doctor[doctor.pk]
        here = in_turn(states["arrived"])
        queues.append(
            DoctorQueue(
                doctor=doctor,
                inside=sorted(states["in-consultation"], key=lambda visit: visit.started_at),
                called=[visit for visit in here if visit.called_at],
                waiting=[visit for visit in here if not visit.called_at],
                expected=sorted(states["pending"] + states["confirmed"], key=lambda visit: visit.appointment_time),
            )
        )
    return queues


def called_of(queues: Iterable[DoctorQueue]) -> list[Appointment]:
    """Return who is called in, of all doctors, the latest call first."""
    return in_turn(visit for queue in queues for visit in queue.called)


def read_screen(day: dt.date) -> list[Appointment]:
    """Return who is here, as a wall may show it: tokens and doctors; of the patients nothing is read."""
    visits = Appointment.objects.on(day).here().exclude(token_number=None).select_related("doctor")
    return list(visits.only(*SHOWN_ON_SCREEN))


def version_of(visits: Iterable[Appointment], now: dt.datetime) -> str:
    """Return a word that changes with any of the visits, and each minute: waiting times are shown in minutes."""
    visits = list(visits)
    return _version(now, len(visits), max((visit.updated_at for visit in visits), default=None))


def read_version(visits, now: dt.datetime) -> str:
    """Return the same word of a QuerySet of visits, with one small query."""
    found = visits.order_by().aggregate(count=Count("pk"), latest=Max("updated_at"))
    return _version(now, found["count"], found["latest"])


def _version(now: dt.datetime, count: int, latest: dt.datetime | None) -> str:
    return f"{now:%j%H%M}-{count}-{latest.timestamp() if latest else 0}"
