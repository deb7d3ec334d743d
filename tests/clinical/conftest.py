"""A doctor at work with a treated patient."""

import pytest
from django.urls import reverse

from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory, PrescriptionItemFactory


@pytest.fixture
def consultation(doctor, patient):
    """A consultation of the doctor's that is being written."""
    return ConsultationFactory(doctor=doctor, patient=patient, complaints="")


@pytest.fixture
def at_work(doctor, client_of):
    """The doctor's test client."""
    return client_of(doctor)


@pytest.fixture
def draft(consultation, doctor):
    """A draft with two lines, Natrum muriaticum and Apis."""
    draft = PrescriptionFactory(doctor=doctor, patient=consultation.patient, consultation=consultation, signed_at=None)
    PrescriptionItemFactory(prescription=draft, position=0)
    PrescriptionItemFactory(prescription=draft, position=1, medicine_name="Apis mellifica", potency="30C")
    return draft


@pytest.fixture
def treated(doctor, patient):
    """A patient whom the doctor treats."""
    ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    return patient


@pytest.fixture
def new(treated):
    """The address of the page on which the patient's next prescription is written."""
    return reverse("clinical:patient_prescription_create", args=[treated.pk])


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
