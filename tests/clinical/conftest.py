"""A doctor at work with a treated patient."""

import pytest

from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory


@pytest.fixture
def consultation(doctor, patient):
    """A consultation of the doctor's that is being written."""
    return ConsultationFactory(doctor=doctor, patient=patient, complaints="")


@pytest.fixture
def at_work(doctor, client_of):
    """The doctor's test client."""
    return client_of(doctor)


LINE = {
    "medicine_name": "Natrum muriaticum",
    "potency": "200C",
    "dosage": "4 globules",
    "frequency": "at night",
    "duration": "3 days",
    "notes": "Dry on the tongue",
}


def prescription_data(*lines, **fields):
    """Return what the prescription's form posts, with a fresh token; a line is a dict of fields."""
    data = {
        "form_token": new_id(),
        "notes": "No coffee",
        "items-TOTAL_FORMS": len(lines),
        "items-INITIAL_FORMS": 0,
        "items-MIN_NUM_FORMS": 0,
        "items-MAX_NUM_FORMS": 30,
    } | fields
    for number, line in enumerate(lines):
        data |= {f"items-{number}-{name}": value for name, value in line.items()}
    return data
