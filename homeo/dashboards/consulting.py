"""A doctor's day at a glance: who is in the room, who waits, who is expected, what is left to write."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from clinical.models import Consultation
from homeo.dashboards.queue import Entry, inside_of, usual_wait, waiting_of
from homeo.dashboards.visits import CALLED_OFF, OVER
from scheduling.models import Appointment
from scheduling.queue import read_version, version_of

UNFINISHED_SHOWN = 10


@dataclass(frozen=True)
class ConsultingDay:
    """The visits of one doctor's day by where they stand, and consultations still open from before.

    `version` is what `read_consulting_version` gives.
    """

    inside: list[Entry]
    waiting: list[Entry]
    expected: list[Appointment]
    over: list[Appointment]
    unplanned: list[Consultation]
    unfinished: list[Consultation]
    usual_wait: int | None
    version: str

    @property
    def next(self) -> Entry | None:
        """Return who is to be called next."""
        return next((entry for entry in self.waiting if entry.is_next), None)

    @property
    def seen(self) -> int:
        """Return how many visits are completed."""
        return sum(visit.state == "completed" for visit in self.over)

    @property
    def booked(self) -> int:
        """Return how many visits there are, without those called off."""
        over = sum(visit.state not in CALLED_OFF for visit in self.over)
        return len(self.inside) + len(self.waiting) + len(self.expected) + over


def read_consulting_day(doctor, *, now: dt.datetime) -> ConsultingDay:
    """Read the day of a doctor's account; each visit tells in `last_seen` when the patient was last here."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    visits = list(
        _visits_of(doctor, now)
        .select_related("patient__user", "consultation", "visit_type")
        .annotate(last_seen=_last_seen(midnight))
        .by_time()
    )
    own = Consultation.objects.for_user(doctor).written_by(doctor).active().select_related("patient__user")
    writing = own.filter(status=Consultation.Status.IN_PROGRESS)
    return ConsultingDay(
        inside=inside_of(visits, now),
        waiting=waiting_of(visits, now),
        expected=[visit for visit in visits if visit.state in {"pending", "confirmed"}],
        over=[visit for visit in visits if visit.state in OVER],
        unplanned=list(writing.filter(appointment=None, scheduled_at__gte=midnight).order_by("scheduled_at")),
        unfinished=list(writing.filter(scheduled_at__lt=midnight).order_by("scheduled_at")[:UNFINISHED_SHOWN]),
        usual_wait=usual_wait(visits),
        version=version_of(visits, now),
    )


def read_consulting_version(doctor, *, now: dt.datetime) -> str:
    """Return a word that changes with the doctor's visits, and each minute."""
    return read_version(_visits_of(doctor, now), now)


def _visits_of(doctor, now: dt.datetime):
    return Appointment.objects.for_user(doctor).on(now.date())


def _last_seen(midnight: dt.datetime) -> Subquery:
    """Return the time of the patient's latest completed consultation before today."""
    earlier = Consultation.objects.active().filter(
        patient=OuterRef("patient"), status=Consultation.Status.COMPLETED, scheduled_at__lt=midnight
    )
    return Subquery(earlier.latest_first().values("scheduled_at")[:1])
