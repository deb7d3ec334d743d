"""The doctors whose day a person may see, as the board shows them."""

from collections.abc import Sequence
from functools import lru_cache

from accounts.models import Role, User
from homeo.base.statements import Statement
from patients.chart import StandIns
from scheduling.models import Doctor

SHOWN = ("slot_minutes", "user__first_name", "user__last_name", "user__role", "user__status", "user__is_active")


def visible_doctors(user: User):
    """Return the doctors whose day the person may see, by name: all for the desk, a doctor sees the own alone."""
    doctors = Doctor.objects.for_user(user).by_name().only(*SHOWN)
    return doctors.filter(user=user) if user.role == Role.DOCTOR else doctors


def read_doctors(user: User, chosen: Sequence[str] = ()) -> list[Doctor]:
    """Return these doctors, with what the board shows of them; of the accounts `chosen`, if any."""
    stand_ins = {f":doctor{number}": pk for number, pk in enumerate(chosen)}
    standing, statement = _statement(user.role, len(chosen))
    return statement.objects({standing: user.pk, **stand_ins})


@lru_cache(maxsize=32)
def _statement(role: str, chosen: int) -> tuple[str, Statement]:
    """Return the query for a role, and the id in the person's place."""
    viewer = StandIns.of(role).user
    doctors = visible_doctors(viewer)
    if chosen:
        doctors = doctors.filter(user__in=[f":doctor{number}" for number in range(chosen)])
    return viewer.pk, Statement(doctors)
