"""Why a visit cannot be booked or hours cannot be changed."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.models import User
from homeo.base.errors import DomainError
from scheduling.models import Appointment, OfferStatus, SlotOffer
from scheduling.slots import Slot

SHOWN = 12


class SlotTakenError(DomainError):
    """Somebody else has the time: `clash` is the visit in the way, where it can be told.

    `doctor` is the one whose time it is, with the profile, where that was read. `held_until` is the moment until which
    the time is offered to the waiting list, where that is in the way.
    """

    def __init__(
        self,
        message: str,
        *,
        doctor: User | None = None,
        clash: Appointment | None = None,
        is_patients: bool = False,
        held_until: dt.datetime | None = None,
    ):
        super().__init__(message, field="appointment_time")
        self.doctor = doctor
        self.clash = clash
        self.is_patients = is_patients
        self.held_until = held_until


class NotBookableError(DomainError):
    """The time is in the past or outside the working hours, or the doctor takes no visits."""


class StaleVisitError(DomainError):
    """The visit has changed since the person saw it."""


class OfferOverError(DomainError):
    """An offer of the waiting list can no longer be answered."""

    def __init__(self, offer: SlotOffer):
        if offer.status == OfferStatus.ACCEPTED:
            message = _("This offer is accepted: the visit is booked.")
        elif offer.status == OfferStatus.DECLINED:
            message = _("You have said no to this offer.")
        elif offer.status == OfferStatus.WITHDRAWN:
            message = _("This time is not free any more: somebody else was faster.")
        else:
            message = _("The time for an answer is over.")
        super().__init__(message)


class SeriesRefusedError(DomainError):
    """Some of the visits cannot be booked or moved, so none is: `refusals` says why, by their place in the list."""

    def __init__(self, refusals: dict[int, DomainError]):
        super().__init__(_("Nothing is changed yet: some of the times are not free any more."))
        self.refusals = refusals


class VisitsOutsideError(DomainError):
    """The new hours leave out booked `visits`; `slots` are free ones to move them to, by the visit's id."""

    def __init__(self, visits: list[Appointment], slots: dict[str, Slot]):
        super().__init__(_("Visits are booked outside these hours."), field="keep_outside")
        self.visits = visits
        self.slots = slots

    @property
    def shown(self) -> list[tuple[Appointment, Slot | None]]:
        """Return the first of the visits, each with the slot that is free for it."""
        return [(visit, self.slots.get(visit.pk)) for visit in self.visits[:SHOWN]]

    @property
    def more(self) -> int:
        """Return how many visits there are besides."""
        return max(len(self.visits) - SHOWN, 0)
