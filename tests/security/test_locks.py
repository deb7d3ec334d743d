"""Changes of one thing by several people at the same moment: nobody deadlocks, nobody waits for ever."""

import datetime as dt
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from clinical import services as clinical
from clinical.models import Consultation
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.base.models import Submission
from homeo.demo.factories.accounts import AdminFactory, ReceptionistFactory
from homeo.demo.factories.clinical import PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import services as scheduling
from tests.patients.typed import edit_of, new_patient
from tests.security.browsers import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 4


@pytest.fixture
def desk():
    return ReceptionistFactory()


@pytest.fixture
def doctor():
    return DoctorFactory().user


@pytest.fixture
def patient():
    return PatientFactory()


@pytest.fixture
def arrived(desk, doctor, patient):
    """Consultations that wait, each with its visit of today."""

    def make():
        now = timezone.localtime()
        visit = AppointmentFactory(
            doctor=doctor,
            patient=patient,
            appointment_date=now.date(),
            appointment_time=dt.time(now.hour, now.minute),
            is_overbooked=True,
            overbook_reason="test",
        )
        scheduling.check_in_appointment(actor=desk, appointment=visit)
        return Consultation.objects.get(appointment=visit)

    return make


@contextmanager
def meanwhile(action):
    """Leave `action` done and not committed by somebody else; it is taken back in the end."""
    begun, done = Event(), Event()

    def run():
        with transaction.atomic():
            action()
            begun.set()
            done.wait(timeout=30)
            transaction.set_rollback(True)
        connection.close()

    other = Thread(target=run)
    other.start()
    try:
        assert begun.wait(timeout=10)
        yield
    finally:
        done.set()
        other.join()


def held(queryset):
    """Hold the rows locked, as another person's change does."""
    return meanwhile(lambda: list(queryset.select_for_update()))


def still_sent(token, user, path):
    """Have the form with this token under way."""
    return meanwhile(lambda: Submission.objects.create(pk=token, user_id=user.pk, path=path))


@pytest.fixture
def impatient():
    """Wait for a lock as long as a test does."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    yield
    connection.close()


def outcomes(calls):
    """Run the calls at once; a database error is one too many."""
    results = at_once(calls)
    assert not [error for error in results if isinstance(error, DatabaseError)], results
    assert not [error for error in results if isinstance(error, Exception) and not isinstance(error, DomainError)]
    return results


# ── one order of locks ─────────────────────────────────────────────────────


def test_starting_and_calling_off_a_visit_take_turns(desk, doctor, arrived):
    for _round in range(ROUNDS):
        consultation = arrived()
        visit = consultation.appointment
        outcomes(
            [
                lambda c=consultation: clinical.start_consultation(actor=doctor, consultation=c),
                lambda v=visit: scheduling.cancel_appointment(actor=desk, appointment=v, reason="ill"),
            ]
            * 2
        )
        visit.refresh_from_db()
        consultation.refresh_from_db()
        assert (visit.status, consultation.status) in {("CONFIRMED", "IN_PROGRESS"), ("CANCELLED", "CANCELLED")}


def test_completing_waits_for_the_visit_before_it_locks_the_consultation(desk, doctor, arrived, client_of):
    """Otherwise whoever holds the visit and wants its consultation would deadlock with it."""
    consultation = clinical.start_consultation(actor=doctor, consultation=arrived())
    visit = type(consultation.appointment).objects.filter(pk=consultation.appointment_id)
    page = client_of(doctor)
    path = reverse("clinical:consultation_update", args=[consultation.pk])
    fields = {"version": consultation.version, "complaints": "Cough", "complete": ""}
    answers = []

    def complete():
        answers.append(page.post(path, fields).status_code)
        connection.close()

    with transaction.atomic():
        visit.select_for_update().get()
        other = Thread(target=complete)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
        Consultation.objects.select_for_update(nowait=True).get(pk=consultation.pk)
    other.join()
    assert answers == [302]
    assert Invoice.objects.filter(consultation=consultation).count() == 1


def test_changing_a_draft_and_completing_its_consultation_take_turns(doctor, arrived, client_of):
    for _round in range(ROUNDS):
        consultation = clinical.start_consultation(actor=doctor, consultation=arrived())
        clinical.write_consultation(actor=doctor, consultation=consultation, complaints="Cough")
        draft = PrescriptionFactory(
            patient=consultation.patient, doctor=doctor, consultation=consultation, signed_at=None
        )
        item = PrescriptionItemFactory(prescription=draft)
        names = ("id", "medicine_name", "potency", "dosage", "frequency", "duration")
        fields = {f"items-0-{name}": getattr(item, name) for name in names} | {
            "version": draft.version,
            "items-TOTAL_FORMS": 1,
            "items-INITIAL_FORMS": 0,
            "notes": "No coffee",
        }
        page, path = client_of(doctor), reverse("clinical:prescription_update", args=[draft.pk])
        results = outcomes(
            [
                lambda p=page, u=path, f=fields: p.post(u, f).status_code,
                lambda c=consultation: clinical.complete_consultation(actor=doctor, consultation=c),
            ]
        )
        assert results[0] in {302, 409}
        draft.refresh_from_db()
        assert draft.is_signed


def test_no_visit_slips_in_while_the_hours_change(desk, doctor, patient):
    day = timezone.localdate() + dt.timedelta(days=1)
    for hour in range(9, 9 + ROUNDS):
        hours = {weekday: (dt.time(hour + 1), dt.time(17)) for weekday in range(7)}
        booking, change = outcomes(
            [
                lambda h=hour: scheduling.book_appointment(
                    actor=desk, patient=patient, doctor=doctor, appointment_date=day, appointment_time=dt.time(h)
                ),
                lambda h=hours: scheduling.set_availability(actor=doctor, doctor=doctor.doctor, hours=h),
            ]
        )
        assert isinstance(booking, DomainError) != isinstance(change, DomainError)
        if isinstance(change, DomainError):
            break


# ── waiting too long ───────────────────────────────────────────────────────


def test_an_edit_of_a_row_that_somebody_holds_comes_back_with_what_was_typed(desk, patient, client_of, impatient):
    page, fields = client_of(desk), edit_of(patient, city="Nashik")
    with held(type(patient).objects.filter(pk=patient.pk)):
        response = page.post(reverse("patients:patient_update", args=[patient.pk]), fields)
    assert response.status_code == 422
    assert "Nashik" in response.content.decode()
    assert "Please save again" in response.content.decode()


def test_a_form_whose_first_sending_still_runs_comes_back(desk, client_of, impatient):
    page, fields = client_of(desk), new_patient()
    with still_sent(fields["form_token"], desk, "/patients/new/"):
        response = page.post("/patients/new/", fields)
    assert response.status_code == 422
    assert "Please save again" in response.content.decode()
    assert page.post("/patients/new/", fields).status_code == 302


def test_a_button_on_a_row_that_somebody_holds_says_so(desk, doctor, client_of, impatient):
    visit = AppointmentFactory(doctor=doctor, status="PENDING")
    page = client_of(desk)
    with held(type(visit).objects.filter(pk=visit.pk)):
        response = page.post(reverse("scheduling:appointment_confirm", args=[visit.pk]), follow=True)
    assert "Please save again" in response.content.decode()
    visit.refresh_from_db()
    assert visit.status == "PENDING"


def test_the_admin_says_so_too(client_of, patient, impatient):
    page = client_of(AdminFactory())
    path = reverse("admin:accounts_user_change", args=[patient.user_id])
    names = ("email", "first_name", "last_name", "phone", "role", "status", "version")
    fields = {name: getattr(patient.user, name) for name in names} | {"first_name": "Usha"}
    with held(type(patient.user).objects.filter(pk=patient.user_id)):
        response = page.post(path, fields)
    assert response.status_code == 422
    assert "Usha" in response.content.decode()
    assert page.post(path, fields).status_code == 302


def test_a_new_row_of_the_admin_whose_first_sending_still_runs(client_of, impatient):
    admin, token, path = AdminFactory(), new_id(), reverse("admin:accounts_user_add")
    page = client_of(admin)
    fields = {"form_token": token, "email": "", "first_name": "Usha", "last_name": "", "phone": "", "role": "DOCTOR"}
    with still_sent(token, admin, path):
        response = page.post(path, fields)
    assert response.status_code == 422
    assert "Please save again" in response.content.decode()
    assert page.post(path, fields).status_code == 302
