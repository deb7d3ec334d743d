"""What paper shows of the lines of a prescription: the one place that knows their columns."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinical.models import Prescription, PrescriptionItem


@dataclass(frozen=True)
class Line:
    """One medicine as the patient and the pharmacy read it; of a placebo its code only."""

    medicine: str
    directions: str
    instructions: str = ""
    dispense: str = ""


def lines_of(prescription: Prescription) -> list[Line]:
    """Return the lines of a prescription in their order, out of its loaded `items`."""
    return [_line(item) for item in prescription.items.all()]


def _line(item: PrescriptionItem) -> Line:
    return Line(
        medicine=item.patient_label,
        directions=item.directions,
        instructions=item.notes,
        dispense=_("dispense %(quantity)s") % {"quantity": item.quantity} if item.quantity else "",
    )
