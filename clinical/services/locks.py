"""In which order rows are locked, and who may write them."""

from functools import cache

from django.utils.translation import gettext as _

from accounts.models import User
from clinical.models import Consultation
from homeo.base.errors import DomainError
from homeo.base.statements import Statement
from scheduling.models import Appointment


def lock_consultation(consultation: Consultation) -> Consultation:
    """Return the consultation, locked after its visit: whoever changes a visit locks them in this order too.

    The other way round, a visit that is called off while its consultation is completed would deadlock.
    """
    if consultation.appointment_id:
        Appointment.objects.select_for_update(no_key=True).get(pk=consultation.appointment_id)
    [locked] = _lock().objects({CONSULTATION: consultation.pk})
    return locked


CONSULTATION = ":consultation"
"""A stand-in, see `homeo.base.statements`."""


@cache
def _lock() -> Statement:
    return Statement(Consultation.objects.select_for_update(no_key=True).filter(pk=CONSULTATION))


def require_own(actor: User, consultation: Consultation) -> None:
    """Refuse to write what another doctor writes.

    Raises:
        DomainError: the consultation is not the actor's own.
    """
    if consultation.doctor_id != actor.pk:
        raise DomainError(_("Only the doctor whose consultation it is may write it."))
