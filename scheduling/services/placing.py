"""Moving a visit on the board, making it longer or shorter there, and taking that back."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from homeo.base.errors import DomainError
from homeo.base.templatetags.homeo import clock, day
from scheduling.availability import Length
from scheduling.errors import StaleVisitError
from scheduling.models import Appointment
from scheduling.services.booking import reschedule_appointment
from scheduling.services.locks import lock_appointment, lock_doctor


@transaction.atomic
def place_appointment(
    *,
    actor: User,
    appointment: Appointment,
    version: str,
    doctor: User,
    appointment_date: dt.date,
    appointment_time: dt.time,
    minutes: int | None = None,
) -> Appointment:
    """Move a visit to another place on the board, or only change its length; see `reschedule_appointment`.

    An overbooked visit of which only the length changes stays overbooked; at another time it is one like others.

    Args:
        version: of the visit that the person saw.
        minutes: another length than before.

    Raises:
        StaleVisitError: the visit has changed since.
        DomainError: it is there already, or see `reschedule_appointment`.
    """
    old = _lock_as_seen(appointment, version, doctor)
    stays = (old.doctor_id, old.appointment_date, old.appointment_time) == (
        doctor.pk,
        appointment_date,
        appointment_time,
    )
    if stays and minutes in {None, old.duration}:
        raise DomainError(_("The visit is there already."))
    length = None if minutes is None else Length(minutes, old.buffer_before, old.buffer_after)
    return reschedule_appointment(
        actor=actor,
        appointment=old,
        doctor=doctor,
        appointment_date=appointment_date,
        appointment_time=appointment_time,
        length=length,
        overbook_reason=old.overbook_reason if stays else "",
    )


@transaction.atomic
def place_back_appointment(*, actor: User, appointment: Appointment, version: str) -> Appointment:
    """Move a visit back to where it was before its last move, as it was there.

    Within the delay of notices nobody is written to about either move.

    Args:
        version: of the visit that the person saw.

    Raises:
        StaleVisitError: the visit has changed since.
        DomainError: it was never moved, or see `reschedule_appointment`.
    """
    before = Appointment.objects.select_related("doctor").filter(rescheduled_to=appointment).first()
    if before is None:
        raise DomainError(_("This visit has not been moved."))
    return reschedule_appointment(
        actor=actor,
        appointment=_lock_as_seen(appointment, version, before.doctor),
        doctor=before.doctor,
        appointment_date=before.appointment_date,
        appointment_time=before.appointment_time,
        length=Length.as_booked(before),
        overbook_reason=before.overbook_reason,
    )


def _lock_as_seen(appointment: Appointment, version: str, doctor: User) -> Appointment:
    """Lock the doctor and the visit, and refuse a visit that has changed since it was seen."""
    lock_doctor(doctor)
    stored = lock_appointment(appointment)
    if stored.version == version:
        return stored
    last = stored.history.select_related("history_user").first()
    words = {"who": last.history_user.display_name if last and last.history_user else _("Somebody else")}
    if stored.status != Appointment.Status.RESCHEDULED:
        raise StaleVisitError(
            _("%(who)s has changed this visit meanwhile. You see now how it stands, and nothing was moved.") % words
        )
    new = stored.rescheduled_to
    words |= {"day": day(new.appointment_date, "short"), "time": clock(new.appointment_time)}
    words["doctor"] = new.doctor.display_name
    raise StaleVisitError(
        _("%(who)s has moved this visit meanwhile: it is now %(day)s %(time)s with %(doctor)s.") % words
    )
