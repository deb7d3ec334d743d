"""What the tests of scheduling share."""

import datetime as dt

import pytest
from django.utils import timezone

from homeo.base.fields import new_id
from scheduling.slots import slot_key


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def booking(patient, doctor, tomorrow):
    """A function that returns the fields of the booking form, some of them changed."""

    def fields(**changed):
        return {
            "form_token": new_id(),
            "patient": patient.pk,
            "doctor": doctor.pk,
            "date": tomorrow.isoformat(),
            "slot": slot_key(tomorrow, dt.time(10, 20), doctor.pk),
            "notes": "Headaches since Sunday",
        } | changed

    return fields
