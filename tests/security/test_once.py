"""A form that creates something, sent twelve times at once to a running server: one effect, twelve successes."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from clinical.models import Consultation, Prescription
from homeo.base.fields import new_id
from homeo.demo.factories.accounts import ReceptionistFactory
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.clinical import ConsultationFactory
from homeo.demo.factories.patients import PDF, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from patients.models import Guardian, MedicalRecord, Patient
from scheduling.models import Appointment
from scheduling.slots import slot_key
from tests.patients.typed import guardian_typed, new_patient
from tests.security.browsers import Browser, at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
TIMES = 12


@pytest.fixture
def people():
    doctor = DoctorFactory().user
    patient = PatientFactory()
    AppointmentFactory(patient=patient, doctor=doctor, appointment_time=dt.time(9))
    return ReceptionistFactory(), doctor, patient


def send_all(live_server, user, path, fields):
    browser = Browser(live_server.url, user)
    answers = at_once([lambda: browser.post(path, fields)] * TIMES)
    assert {answer[0] for answer in answers} == {302}, answers
    assert len({answer[1] for answer in answers}) == 1
    return answers[0][1]


def line(**changed):
    texts = {"medicine_name": "Sulphur", "potency": "30C", "dosage": "2", "frequency": "daily", "duration": "3 days"}
    return {f"items-0-{name}": value for name, value in (texts | changed).items()} | {
        "items-TOTAL_FORMS": 1,
        "items-INITIAL_FORMS": 0,
    }


def test_booking_and_asking_for_a_visit(live_server, people):
    desk, doctor, patient = people
    day = timezone.localdate() + dt.timedelta(days=1)
    common = {"doctor": doctor.pk, "date": day.isoformat(), "patient": patient.pk}
    for user, name, time in (
        (desk, "appointment_create", dt.time(11)),
        (patient.user, "appointment_request", dt.time(12)),
    ):
        fields = common | {"form_token": new_id(), "slot": slot_key(day, time, doctor.pk)}
        send_all(live_server, user, reverse(f"scheduling:{name}"), fields)
        assert Appointment.objects.filter(appointment_time=time).count() == 1


def test_moving_a_visit(live_server, people):
    desk, doctor, _patient = people
    visit = Appointment.objects.get()
    fields = {
        "form_token": new_id(),
        "doctor": doctor.pk,
        "date": visit.appointment_date.isoformat(),
        "slot": slot_key(visit.appointment_date, dt.time(14), doctor.pk),
    }
    send_all(live_server, desk, reverse("scheduling:appointment_reschedule", args=[visit.pk]), fields)
    assert Appointment.objects.occupying().count() == 1
    assert Appointment.objects.count() == 2


def test_registering_a_patient_with_a_guardian(live_server, people):
    fields = new_patient(form_token=new_id(), email="ravi@homeo.example", **guardian_typed())
    location = send_all(live_server, people[0], reverse("patients:patient_create"), fields)
    new = Patient.objects.get(user__email="ravi@homeo.example")
    assert location == reverse("patients:patient_detail", args=[new.pk])
    assert Guardian.objects.filter(patient=new).count() == 1
    assert sorted(message.to[0] for message in mail.outbox) == ["mum@homeo.example", "ravi@homeo.example"]


def test_making_and_paying_an_invoice(live_server, people):
    desk, _doctor, patient = people
    path = reverse("billing:invoice_create", args=[patient.pk])
    send_all(live_server, desk, path, {"form_token": new_id(), "amount": "450", "description": "Follow-up"})
    invoice = Invoice.objects.get()
    path = reverse("billing:invoice_pay", args=[invoice.pk])
    send_all(live_server, desk, path, {"form_token": new_id(), "amount": "450", "payment_method": "CASH"})
    assert invoice.history.filter(payment_status="COMPLETED").count() == 1


def test_prescribing_and_beginning_a_consultation(live_server, people):
    _desk, doctor, patient = people
    path = reverse("clinical:patient_prescription_create", args=[patient.pk])
    send_all(live_server, doctor, path, {"form_token": new_id()} | line())
    assert Prescription.objects.get().items.count() == 1
    path = reverse("clinical:consultation_create", args=[patient.pk])
    send_all(live_server, doctor, path, {"form_token": new_id()})
    assert Consultation.objects.count() == 1


def test_uploading_a_document(live_server, people):
    _desk, doctor, patient = people
    fields = {"form_token": new_id(), "title": "Report", "record_type": "scan", "recorded_on": "2024-02-29"}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    parts.append('--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n')
    body = "".join(parts).encode() + PDF + b"\r\n--x--\r\n"
    path = reverse("patients:medicalrecord_create", args=[patient.pk])
    browser = Browser(live_server.url, doctor)
    kind = "multipart/form-data; boundary=x"
    answers = at_once([lambda: browser.send("POST", path, body, kind)] * TIMES)
    assert {answer[0] for answer in answers} == {302}, answers
    record = MedicalRecord.objects.get()
    folder = Path(settings.STORAGES["default"]["OPTIONS"]["location"]) / "records" / patient.pk
    assert [file.name for file in folder.iterdir()] == [record.file_url.name.rpartition("/")[2]]


def test_different_forms_for_one_thing_take_turns(live_server, people):
    """Each with a token of its own: the database and the status decide, and nobody sees an error page."""
    desk, doctor, patient = people
    invoice = InvoiceFactory(patient=patient)
    browser = Browser(live_server.url, desk)
    path = reverse("billing:invoice_pay", args=[invoice.pk])
    answers = at_once(
        [lambda: browser.post(path, {"form_token": new_id(), "amount": "600", "payment_method": "CASH"})] * TIMES
    )
    assert sorted(answer[0] for answer in answers) == [302] + [422] * (TIMES - 1)
    consultation = ConsultationFactory(patient=patient, doctor=doctor)
    at_work = Browser(live_server.url, doctor)
    path = reverse("clinical:consultation_complete", args=[consultation.pk])
    answers = at_once([lambda: at_work.post(path, {})] * TIMES)
    assert {answer[0] for answer in answers} == {302}
    assert Invoice.objects.filter(consultation=consultation).count() == 1


def test_one_address_for_many_new_patients_goes_to_one(live_server, people):
    browser = Browser(live_server.url, people[0])

    def register(number):
        typed = new_patient(form_token=new_id(), email="same@homeo.example", first_name=f"Ravi{number}")
        typed["is_another_person"] = "on"
        return lambda: browser.post(reverse("patients:patient_create"), typed)

    answers = at_once([register(number) for number in range(TIMES)])
    assert sorted(answer[0] for answer in answers) == [302] + [422] * (TIMES - 1)
    assert all("already an account with this e-mail" in answer[2] for answer in answers if answer[0] == 422)
    assert Patient.objects.filter(user__first_name__startswith="Ravi").count() == 1
