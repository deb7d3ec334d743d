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
from patients.models import Patient
from scheduling import availability, services
from scheduling.models import Appointment
from scheduling.services import booking

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

CROWD = 100
AT_ONCE = 20
PEOPLE, SLOTS = 200, 20
LONGEST_WAIT = "3s"
EXCLUSIONS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'x' AND conrelid = 'scheduling_appointment'::regclass
"""


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


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def rush():
    """Let 200 people ask for the same 20 slots of a doctor; return for each the visit, or what was offered instead."""
    doctor, receptionist = DoctorFactory().user, ReceptionistFactory()
    patients = [PatientFactory() for _ in range(PEOPLE)]
    day = timezone.localdate() + dt.timedelta(days=1)
    times = [dt.time(9 + n // 3, n % 3 * 20) for n in range(SLOTS)]

    def person(patient, time):
        def book():
            # No wait for a lock takes longer: the database would end it with an error.
            ask(f"SELECT set_config('lock_timeout', '{LONGEST_WAIT}', false)")
            try:
                return services.book_appointment(
                    actor=receptionist, doctor=doctor, patient=patient, appointment_date=day, appointment_time=time
                )
            except services.SlotTakenError:
                return availability.offers(doctor, day, time, patient=patient)

        return book

    # Those who want one slot come one after another, so that they meet.
    return run_at_once([person(patient, times[n * SLOTS // PEOPLE]) for n, patient in enumerate(patients)])


def double_bookings():
    return ask(
        "SELECT doctor_id, appointment_date, appointment_time FROM scheduling_appointment"
        " GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )


def test_of_200_people_who_want_20_slots_20_are_booked_and_180_are_offered_others():
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = ask(deadlocks)
    results = rush()
    offered = [result for result in results if not isinstance(result, Appointment)]
    assert (len(results) - len(offered), len(offered)) == (SLOTS, PEOPLE - SLOTS)
    assert Appointment.objects.count() == SLOTS
    assert not double_bookings()
    assert all(offered), "somebody was sent away without another time"
    assert ask(deadlocks) == before


@pytest.fixture
def unguarded(monkeypatch):
    """Booking without the locks and without the database's exclusion constraints, until the end of the test."""
    constraints = ask(EXCLUSIONS)
    monkeypatch.setattr(booking, "lock_doctor", lambda doctor: doctor)
    monkeypatch.setattr(booking, "lock_patient", lambda patient_id, actor=None: Patient.objects.get(pk=patient_id))
    with connection.cursor() as cursor:
        for name, _definition in constraints:
            cursor.execute(f"ALTER TABLE scheduling_appointment DROP CONSTRAINT {name}")
        yield
        cursor.execute("TRUNCATE scheduling_appointment CASCADE")
        for name, definition in constraints:
            cursor.execute(f"ALTER TABLE scheduling_appointment ADD CONSTRAINT {name} {definition}")


def test_the_rush_books_twice_where_lock_and_constraint_are_taken_away(unguarded):
    booked = [result for result in rush() if isinstance(result, Appointment)]
    assert len(booked) > SLOTS
    assert double_bookings()
