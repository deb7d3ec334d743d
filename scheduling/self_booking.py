"""What patients may do by themselves: how many visits they book, and until when they change them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from patients.models import Patient
from scheduling.models import Appointment, SchedulingRules, VisitType
from scheduling.services import possible_changes


def count_open_bookings(patient: Patient) -> int:
    """Return how many visits of the patient are still to come: one query."""
    open_states = [Appointment.Status.PENDING, Appointment.Status.CONFIRMED]
    return Appointment.objects.filter(patient=patient, status__in=open_states).from_now(timezone.localtime()).count()


def changeable_until(starts_at: dt.datetime, rules: SchedulingRules) -> dt.datetime | None:
    """Return until when a patient may move or cancel a visit without calling, None where that is over."""
    until = starts_at - dt.timedelta(hours=rules.change_notice_hours)
    return until if until > timezone.now() else None


def is_movable(appointment: Appointment) -> bool:
    """Tell whether patients may move visits of this kind by themselves: those that they may book."""
    kind = appointment.visit_type
    return kind is None or (kind.is_online and kind.is_active)


@dataclass(frozen=True)
class OwnVisit:
    """A visit as its patient sees it: with what may be done with it, and until when; None where that is over."""

    visit: Appointment
    changes: set[str]
    changeable_until: dt.datetime | None

    @classmethod
    def of(cls, visit: Appointment, user: User, rules: SchedulingRules) -> "OwnVisit":
        """Return the visit as `user` sees it, the patient or the guardian."""
        changes = possible_changes(actor=user, appointment=visit, rules=rules)
        return cls(visit, changes, changeable_until(visit.starts_at, rules))

    @property
    def is_ahead(self) -> bool:
        """Tell whether the visit is still to come, so that changing it is a question at all."""
        visit = self.visit
        return visit.is_open and not visit.checked_in_at and visit.starts_at > timezone.now()

    @property
    def can_move(self) -> bool:
        """Tell whether the patient may move it here."""
        return "reschedule" in self.changes and is_movable(self.visit)

    @property
    def can_cancel(self) -> bool:
        """Tell whether the patient may cancel it here."""
        return "cancel" in self.changes


@dataclass(frozen=True)
class Choice:
    """The time that a patient chose, with what is told before the yes; `changeable_until` is None if it is too soon."""

    patient: Patient
    doctor: User
    starts_at: dt.datetime
    kind: VisitType | None
    minutes: int
    fee: Decimal
    changeable_until: dt.datetime | None
