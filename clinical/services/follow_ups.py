"""Changes of follow-ups: who is expected when, and what came of the calls."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.durations import DAYS_MAX, days_of_line
from clinical.models import FollowUp, Prescription
from homeo.base.errors import DomainError
from patients.models import Patient


@transaction.atomic
def expect(*, patient: Patient, doctor: User, since: dt.date, days: int) -> FollowUp:
    """Expect a patient again so many days after `since`, instead of when the doctor expected the patient before."""
    # Two prescriptions signed at once take turns.
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    for earlier in FollowUp.objects.filter(patient=patient, doctor=doctor, closed_at__isnull=True):
        earlier.closed_at = timezone.now()
        earlier.save(update_fields=["closed_at", "updated_at"])
    follow_up = FollowUp(patient=patient, doctor=doctor, since_date=since, due_date=since + dt.timedelta(days=days))
    follow_up.full_clean()
    follow_up.save()
    return follow_up


def expect_after(prescription: Prescription) -> FollowUp | None:
    """Expect the patient when the longest line of a signed prescription ends; None where no line says how long."""
    days = max((days_of_line(line) or 0 for line in prescription.items.all()), default=0)
    if not days:
        return None
    return expect(
        patient=prescription.patient,
        doctor=prescription.doctor,
        since=timezone.localdate(prescription.signed_at),
        days=days,
    )


def see_again(*, actor: User, patient: Patient, days: int) -> FollowUp:
    """Expect a patient again in so many days, as the doctor says.

    Raises:
        DomainError: in less than a day or more than two years.
    """
    if not 0 < days <= DAYS_MAX:
        raise DomainError(_("Enter between 1 and %(limit)d days.") % {"limit": DAYS_MAX}, field="days")
    return expect(patient=patient, doctor=actor, since=timezone.localdate(), days=days)


@transaction.atomic
def note_unanswered(*, actor: User, follow_up: FollowUp) -> FollowUp:
    """Keep that nobody answered a call."""
    follow_up = _locked(follow_up)
    follow_up.unanswered_at = [*follow_up.unanswered_at, timezone.now()]
    follow_up.save(update_fields=["unanswered_at", "updated_at"])
    return follow_up


@transaction.atomic
def forget_unanswered(*, actor: User, follow_up: FollowUp) -> FollowUp:
    """Take back the last call that nobody answered."""
    follow_up = _locked(follow_up)
    follow_up.unanswered_at = follow_up.unanswered_at[:-1]
    follow_up.save(update_fields=["unanswered_at", "updated_at"])
    return follow_up


@transaction.atomic
def decline(*, actor: User, follow_up: FollowUp) -> FollowUp:
    """Keep that the patient does not want to come."""
    follow_up = _locked(follow_up)
    follow_up.declined_at = timezone.now()
    follow_up.save(update_fields=["declined_at", "updated_at"])
    return follow_up


@transaction.atomic
def take_back_decline(*, actor: User, follow_up: FollowUp) -> FollowUp:
    """Put a patient on the list again."""
    follow_up = _locked(follow_up)
    follow_up.declined_at = None
    follow_up.save(update_fields=["declined_at", "updated_at"])
    return follow_up


def _locked(follow_up: FollowUp) -> FollowUp:
    """Return the follow-up, locked.

    Raises:
        DomainError: a later prescription has taken its place.
    """
    follow_up = FollowUp.objects.select_for_update(no_key=True).get(pk=follow_up.pk)
    if follow_up.closed_at:
        raise DomainError(_("The doctor has prescribed anew since: the list has been changed."))
    return follow_up
