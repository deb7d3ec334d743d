"""The queue: tokens, calling in, and taking back a check-in."""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from scheduling import signals
from scheduling.models import Appointment, SchedulingRules
from scheduling.services.locks import lock_appointment, lock_rules


def next_token(day: dt.date) -> int:
    """Return the next number of the clinic's day, from 1; whoever asks waits until the one before is given out.

    It must be saved in the same transaction. A number is given once: a gap stays a gap.
    """
    lock_rules()
    return (Appointment.objects.on(day).aggregate(last=Max("token_number"))["last"] or 0) + 1


@transaction.atomic
def call_appointment(*, actor: User, appointment: Appointment, called_at: dt.datetime | None = None) -> Appointment:
    """Call a waiting patient in: the wall screen shows the token. Called again, it shows it anew.

    Args:
        called_at: the last call that the person knew of, None for none. Where there was another since, nothing
            happens: a button that is pressed twice, or by two people at once, calls once.

    Raises:
        DomainError: the patient is not waiting here today.
    """
    appointment = lock_appointment(appointment)
    if appointment.state != "arrived" or appointment.appointment_date != timezone.localdate():
        raise DomainError(_("Only who is here and waits can be called."))
    if appointment.called_at == called_at:
        appointment.called_at = timezone.now()
        appointment.save(update_fields=["called_at", "updated_at"])
    return appointment


@transaction.atomic
def undo_check_in_appointment(*, actor: User, appointment: Appointment) -> Appointment:
    """Take back that the patient has arrived: the visit is what it was before.

    The token stays with the visit: whoever holds a slip with it keeps the only one.

    Raises:
        DomainError: the patient is not checked in, or is with the doctor already.
    """
    appointment = lock_appointment(appointment)
    appointment.require_open()
    if not appointment.checked_in_at:
        raise DomainError(_("The patient is not checked in."))
    before = appointment.history.filter(checked_in_at=None).order_by("history_date", "history_id").last()
    if before:
        # Back to a request, or to a visit that was missed: an undo goes where no other change leads.
        appointment.status, appointment.no_show_at = before.status, before.no_show_at
    appointment.checked_in_at = appointment.called_at = None
    appointment.save(update_fields=["status", "checked_in_at", "called_at", "no_show_at", "updated_at"])
    signal = signals.appointment_not_attended if appointment.no_show_at else signals.appointment_check_in_undone
    signal.send(sender=Appointment, appointment=appointment, actor=actor)
    return appointment


@transaction.atomic
def renew_screen_key(*, actor: User) -> SchedulingRules:
    """Give the wall screen another key: screens that were opened with the old one go dark."""
    rules = lock_rules()
    rules.screen_key = new_id()
    rules.save(update_fields=["screen_key", "updated_at"])
    return rules
