"""Many people book at the same moment, with real threads against the real database."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from homeo.demo.factories.accounts import ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import services
from scheduling.models import Appointment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

CROWD = 100
AT_ONCE = 20


def run_at_once(calls):
    """Run the calls in threads, as many at a time as a busy clinic's workers; return what each gave or raised."""
    gate = Barrier(min(AT_ONCE, len(calls)))

    def run(index):
        try:
            if index < gate.parties:
                gate.wait(timeout=20)
            return calls[index]()
        except services.SlotTakenError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=gate.parties) as pool:
        return list(pool.map(run, range(len(calls))))


def wish(**changed):
    wanted = {"appointment_date": timezone.localdate() + dt.timedelta(days=1), "appointment_time": dt.time(10)}
    return lambda: services.book_appointment(**(wanted | changed))


def test_of_a_hundred_bookings_of_one_slot_exactly_one_succeeds():
    doctor, receptionist = DoctorFactory().user, ReceptionistFactory()
    patients = [PatientFactory() for _ in range(CROWD)]
    results = run_at_once([wish(actor=receptionist, doctor=doctor, patient=patient) for patient in patients])
    booked = [result for result in results if isinstance(result, Appointment)]
    refused = [result for result in results if isinstance(result, services.SlotTakenError)]
    assert (len(booked), len(refused)) == (1, CROWD - 1)
    assert list(Appointment.objects.all()) == booked
    assert {error.clash for error in refused} == set(booked)


def test_two_doctors_cannot_get_one_patient_at_one_time():
    receptionist, patient = ReceptionistFactory(), PatientFactory()
    doctors = [DoctorFactory().user for _ in range(2)]
    results = run_at_once([wish(actor=receptionist, doctor=doctor, patient=patient) for doctor in doctors * 4])
    assert sum(isinstance(result, Appointment) for result in results) == 1
    assert Appointment.objects.count() == 1


def test_two_visits_that_swap_to_one_free_slot_leave_one_where_it_was():
    receptionist, doctor = ReceptionistFactory(), DoctorFactory().user
    visits = [AppointmentFactory(doctor=doctor, appointment_time=dt.time(9 + 2 * n)) for n in range(2)]
    day = visits[0].appointment_date

    def move(visit):
        return lambda: services.reschedule_appointment(
            actor=receptionist, appointment=visit, doctor=doctor, appointment_date=day, appointment_time=dt.time(14)
        )

    results = run_at_once([move(visit) for visit in visits])
    assert sum(isinstance(result, Appointment) for result in results) == 1
    assert Appointment.objects.occupying().count() == 2
