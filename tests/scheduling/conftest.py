"""What the tests of scheduling share."""

import datetime as dt

import pytest
from django.utils import timezone

from homeo.base.fields import new_id
from homeo.demo.factories.scheduling import WaitingEntryFactory
from scheduling import services
from scheduling.slots import slot_key
from scheduling.waiting import Opening


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def desk(client_of, receptionist):
    """The browser of the front desk."""
    return client_of(receptionist)


@pytest.fixture
def opening(doctor, tomorrow):
    """A time of the doctor that is free."""
    return Opening(doctor, tomorrow, dt.time(10), 20)


@pytest.fixture
def offered(receptionist, opening):
    """A function that offers the opening to so many people; returns the offers."""

    def offer(count=1, **changed):
        entries = [WaitingEntryFactory(**changed) for _ in range(count)]
        return services.make_offers(actor=receptionist, opening=opening, entries=entries)

    return offer


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
