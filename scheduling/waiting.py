"""Who on the waiting list would take a time that became free, and what is offered already."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, Value
from django.utils import timezone

from accounts.models import User
from patients.models import Patient
from scheduling.availability import Length
from scheduling.calendar import Calendar
from scheduling.models import Appointment, SlotOffer, VisitRange, VisitType, WaitingEntry, Weekday
from scheduling.slots import exists, fits, minute_of, overlaps, widen


@dataclass(frozen=True)
class Opening:
    """A time of a doctor, an account with its profile, that became free for so many minutes."""

    doctor: User
    day: dt.date
    time: dt.time
    minutes: int

    @classmethod
    def of(cls, appointment: Appointment) -> "Opening":
        """Return the time that a visit gave up."""
        return cls(appointment.doctor, appointment.appointment_date, appointment.appointment_time, appointment.duration)

    @classmethod
    def of_offer(cls, offer: SlotOffer) -> "Opening":
        """Return the time that is on offer."""
        return cls(offer.doctor, offer.appointment_date, offer.appointment_time, offer.duration)

    @property
    def query(self) -> str:
        """Return the time as it stands in addresses."""
        return urlencode(
            {
                "doctor": self.doctor.pk,
                "date": self.day.isoformat(),
                "time": f"{self.time:%H:%M}",
                "minutes": self.minutes,
            }
        )

    @property
    def starts_at(self) -> dt.datetime:
        """Return the start as a moment in the clinic's zone."""
        return timezone.make_aware(dt.datetime.combine(self.day, self.time))

    @property
    def offer(self) -> SlotOffer:
        """Return an unsaved offer of this time."""
        return SlotOffer(
            doctor=self.doctor, appointment_date=self.day, appointment_time=self.time, duration=self.minutes
        )

    def length_for(self, visit_type: VisitType | None) -> Length:
        """Return how long a visit at this time takes: as the kind has it, without one all that became free."""
        return Length.of(self.doctor, visit_type) if visit_type else Length(self.minutes)


class Room:
    """What fits at an opening, besides what the clinic offers there already: one query, then none.

    `giving_up` is a visit that still stands there and is about to be called off.
    """

    def __init__(self, opening: Opening, giving_up: Appointment | None = None):
        doctor, day = opening.doctor, opening.day
        self.start = minute_of(opening.time)
        self.is_ahead = opening.starts_at > timezone.now()
        self.is_real = exists(day, self.start, timezone.get_current_timezone())
        calendar = Calendar([doctor], day, day, besides=giving_up, offer=opening.offer)
        self.hours = calendar.plan(doctor, day).open
        self.busy = calendar.busy[doctor.pk, day]

    def fits(self, length: Length) -> bool:
        """Tell whether a visit of this length can be booked there."""
        visit = (self.start, self.start + length.minutes)
        return (
            self.is_ahead
            and self.is_real
            and fits(self.hours, self.start, length.minutes)
            and not any(overlaps(widen(busy, before=length.before, after=length.after), visit) for busy in self.busy)
        )


def matching_entries(opening: Opening, *, giving_up: Appointment | None = None):
    """Return who waits for such a time, the most urgent and longest waiting first, with the patients' accounts.

    Nobody who is archived, has a visit then, was offered this time and has not let it pass, or waits for a kind of
    visit that does not fit. Three queries, however long the list is.

    Args:
        giving_up: a visit that still stands there and is about to be called off.
    """
    room = Room(opening, giving_up)
    kinds = [kind.pk for kind in VisitType.objects.in_use() if room.fits(opening.length_for(kind))]
    fitting = Q(visit_type__in=kinds)
    if room.fits(opening.length_for(None)):
        fitting |= Q(visit_type=None)
    visits = (
        Appointment.objects.occupying()
        .filter(patient=OuterRef("patient"), appointment_date=opening.day, is_overbooked=False)
        .alias(taken=VisitRange("appointment_date", "appointment_time", "duration"))
        .filter(taken__overlap=VisitRange(Value(opening.day), Value(opening.time), Value(opening.minutes)))
    )
    offers = offers_of(opening).filter(entry=OuterRef("pk"), status__in=["OPEN", "DECLINED"])
    return (
        WaitingEntry.objects.waiting()
        .at(doctor=opening.doctor, day=opening.day, weekday=Weekday.of(opening.day), time=opening.time)
        .filter(fitting, ~Exists(visits), ~Exists(offers), patient__archived_at=None)
        .with_people()
    )


def offers_of(opening: Opening):
    """Return every offer of a time that was ever made."""
    return SlotOffer.objects.filter(
        doctor=opening.doctor, appointment_date=opening.day, appointment_time=opening.time
    ).order_by()


def is_written_to(patient: Patient) -> bool:
    """Tell whether mails reach the patient or, without an e-mail, who looks after the patient (loaded before)."""
    if patient.user.has_email:
        return patient.user.is_active
    return any(guardian.user.has_email and guardian.user.is_active for guardian in patient.guardians.all())
