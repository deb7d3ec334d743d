"""Which patients a doctor treats: the apps above say by what.

"Treating" is an appointment or a consultation with the patient from 24 months back to 12 months ahead.
"""

import datetime as dt
from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

BACK = dt.timedelta(days=731)
AHEAD = dt.timedelta(days=366)

_sources: list[Callable] = []


def register(source: Callable) -> None:
    """Add a source: a function of (doctor, first day, last day) that returns a queryset of patient ids."""
    if source not in _sources:
        _sources.append(source)


def treated_by(doctor) -> Q:
    """Return the condition on Patient that holds for the patients whom `doctor` treats today.

    By EXISTS: PostgreSQL looks up the one patient of a page, and reads all that a doctor treats only for a list.
    """
    today = timezone.localdate()
    condition = Q(pk__in=[])
    for source in _sources:
        treated = source(doctor, today - BACK, today + AHEAD)
        condition |= Q(Exists(treated.filter(patient=OuterRef("pk"))))
    return condition
