"""Kinds of visits: which one a visit is usually of, and what it costs."""

from collections.abc import Iterable
from decimal import Decimal

from scheduling.models import Doctor, VisitType

FIRST, FOLLOW_UP = 0, 1


def usual_kind(kinds: Iterable[VisitType], *, is_known: bool) -> VisitType | None:
    """Return the kind with which booking starts: in the clinic's order the first for new patients, then the second.

    Args:
        kinds: those that may be chosen, in the clinic's order.
        is_known: the patient has been here before.
    """
    kinds = list(kinds)
    place = FOLLOW_UP if is_known else FIRST
    return kinds[min(place, len(kinds) - 1)] if kinds else None


def fee_of(doctor: Doctor | None, visit_type: VisitType | None) -> Decimal:
    """Return what a visit costs: the fee of its kind, without one the doctor's."""
    if visit_type is not None and visit_type.fee is not None:
        return visit_type.fee
    return doctor.consultation_fee if doctor else Decimal(0)
