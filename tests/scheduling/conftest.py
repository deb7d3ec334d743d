"""What the tests of scheduling share."""

import datetime as dt

import pytest
from django.utils import timezone

from homeo.base.fields import new_id
from homeo.demo.factories.scheduling import AppointmentFactory, VisitTypeFactory, WaitingEntryFactory
from scheduling import services
from scheduling.models import SchedulingRules, VisitType
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


@pytest.fixture
def rules():
    return SchedulingRules.objects.current()


@pytest.fixture
def own(client_of, patient):
    """The patient's browser."""
    return client_of(patient.user)


@pytest.fixture
def kind():
    """The only kind that can be booked online: 20 minutes."""
    for other in VisitType.objects.all():
        other.is_online = False
        other.save()
    return VisitTypeFactory(name="Talk", minutes=20)


@pytest.fixture
def visit(patient, doctor, tomorrow):
    return AppointmentFactory(patient=patient, doctor=doctor, appointment_date=tomorrow + dt.timedelta(days=3))


@pytest.fixture
def expected(doctor):
    """A function that makes a visit of today, by default at midnight."""

    def make(time="00:00", **fields):
        clock = dt.time.fromisoformat(time)
        return AppointmentFactory(
            **{"doctor": doctor, "appointment_date": timezone.localdate(), "appointment_time": clock} | fields
        )

    return make


@pytest.fixture
def arrived(expected, receptionist):
    """A function that makes a visit of today whose patient is checked in."""

    def make(time="00:00", **fields):
        return services.check_in_appointment(actor=receptionist, appointment=expected(time, **fields))

    return make
