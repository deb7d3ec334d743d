"""Ids of rows that are not yours, in addresses, forms and filters: the answer is that of a row that is not there."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from clinical.models import Prescription
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import (
    ConsultationFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
)
from homeo.demo.factories.patients import PatientFactory
from scheduling.models import Appointment
from scheduling.slots import slot_key

pytestmark = pytest.mark.django_db
SECRET = "Secretum magnum"


@pytest.fixture
def page(world, client_of):
    _rows, people = world
    return lambda column: client_of(people[column])


def booking(rows, doctor, **changed):
    day = timezone.localdate() + dt.timedelta(days=2)
    return {
        "form_token": new_id(),
        "patient": rows["patient"].pk,
        "doctor": doctor.pk,
        "date": day.isoformat(),
        "slot": slot_key(day, dt.time(11), doctor.pk),
    } | changed


def test_a_stranger_is_answered_as_for_a_row_that_is_not_there(world, page):
    rows, _people = world
    for column, name, kind in (
        ("other doctor", "patients:patient_detail", "patient"),
        ("other doctor", "clinical:consultation_detail", "completed"),
        ("other doctor", "clinical:consultation_complete", "consultation"),
        ("other doctor", "patients:medicalrecord_download", "record"),
        ("other patient", "billing:invoice_detail", "invoice"),
        ("other patient", "scheduling:appointment_detail", "visit"),
        ("other patient", "clinical:prescription_detail", "prescription"),
        ("other patient", "patients:patient_contact_update", "patient"),
    ):
        real = reverse(name, args=[rows[kind].pk])
        none = reverse(name, args=[new_id()])
        answers = [getattr(page(column), method)(path) for path in (real, none) for method in ("get", "post")]
        assert {answer.status_code for answer in answers} == {404}, name
        bodies = {answer.content.decode().replace(real, "").replace(none, "") for answer in answers}
        assert len(bodies) == 1, name


def test_a_patient_cannot_ask_for_a_visit_of_somebody_else(world, page):
    rows, people = world
    path = reverse("scheduling:appointment_request")
    response = page("other patient").post(path, booking(rows, people["doctor"]))
    assert response.status_code == 422
    assert "Zyxwvut" not in response.content.decode()
    shown = page("other patient").get(path, {"patient": rows["patient"].pk})
    assert "Zyxwvut" not in shown.content.decode()
    assert not Appointment.objects.filter(booked_by=people["other patient"]).exists()


def test_a_patient_cannot_overbook_nor_confirm(world, page):
    rows, people = world
    forged = {
        "overbook": "on",
        "overbook_reason": "me first",
        "status": "CONFIRMED",
        "time": "03:00",
        "is_overbooked": "1",
    }
    page("patient").post(reverse("scheduling:appointment_request"), booking(rows, people["doctor"], **forged))
    visit = Appointment.objects.get(booked_by=people["patient"])
    assert (visit.status, visit.is_overbooked, visit.appointment_time) == ("PENDING", False, dt.time(11))
    forged |= {"slot": "", "asked": slot_key(visit.appointment_date, dt.time(3), people["doctor"].pk)}
    path = reverse("scheduling:appointment_reschedule", args=[rows["visit"].pk])
    response = page("patient").post(path, booking(rows, people["doctor"]) | forged)
    assert response.status_code in {409, 422}
    rows["visit"].refresh_from_db()
    assert rows["visit"].status == "CONFIRMED"


def test_a_doctor_books_treated_patients_with_herself_only(world, page):
    rows, people = world
    path = reverse("scheduling:appointment_create")
    reason = {"overbook_reason": "urgent"}
    assert page("other doctor").post(path, booking(rows, people["other doctor"]) | reason).status_code == 404
    response = page("doctor").post(path, booking(rows, people["other doctor"]) | reason)
    assert response.status_code == 422
    assert not Appointment.objects.filter(is_overbooked=True).exists()


def test_an_unknown_or_foreign_visit_in_the_slots_is_refused(world, page):
    rows, people = world
    path = reverse("scheduling:slot_list")
    query = {"doctor": people["doctor"].pk, "date": timezone.localdate().isoformat(), "visit": rows["visit"].pk}
    assert page("patient").get(path, query).status_code == 200
    assert page("other patient").get(path, query).status_code == 422
    assert page("other doctor").get(path, query).status_code == 422
    assert page("front desk").get(path, query | {"doctor": people["admin"].pk}).status_code == 422


def test_a_prescription_takes_no_line_and_repeats_nothing_of_another(world, page):
    rows, people = world
    foreign = PrescriptionItemFactory(medicine_name=SECRET)
    path = reverse("clinical:patient_prescription_create", args=[rows["patient"].pk])
    assert SECRET not in page("doctor").get(path, {"repeat": foreign.prescription_id}).content.decode()
    names = ("id", "medicine_name", "potency", "dosage", "frequency", "duration")
    fields = {f"items-0-{name}": getattr(foreign, name) for name in names}
    fields |= {"items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0, "form_token": new_id(), "items-0-medicine_name": "x"}
    assert page("doctor").post(path, fields).status_code == 422
    foreign.refresh_from_db()
    assert foreign.medicine_name == SECRET
    fields |= {
        "items-0-id": "",
        "patient": PatientFactory().pk,
        "doctor": people["other doctor"].pk,
        "form_token": new_id(),
    }
    page("doctor").post(path, fields)
    made = Prescription.objects.latest("created_at")
    assert (made.patient, made.doctor) == (rows["patient"], people["doctor"])


def test_saving_does_not_lead_to_a_draft_of_another_consultation(world, page):
    rows, _people = world
    foreign = PrescriptionFactory(signed_at=None)
    consultation = rows["consultation"]
    path = reverse("clinical:consultation_update", args=[consultation.pk])
    fields = {"version": consultation.version, "complaints": "Cough", "then": foreign.pk}
    assert page("doctor").post(path, fields)["Location"] == path


def test_filters_lists_counts_and_exports_hold_the_same_rows(world, page):
    rows, people = world
    for column, path in (
        ("other doctor", "/patients/"),
        ("other doctor", "/scheduling/visits/"),
        ("other doctor", "/clinical/prescriptions/"),
        ("other patient", "/clinical/prescriptions/"),
        ("other patient", "/scheduling/visits/"),
        ("other patient", "/patients/documents/"),
        ("other patient", "/billing/"),
        ("other patient", "/accesses/"),
    ):
        for query in ({}, {"doctor": people["doctor"].pk}, {"patient": rows["patient"].pk}, {"archived": "all"}):
            response = page(column).get(path, query | {"since": "2020-01-01"})
            assert response.status_code == 200
            assert "Zyxwvut" not in response.content.decode(), (column, path)
    for column, path in (("doctor", "/patients/"), ("doctor", "/scheduling/visits/"), ("patient", "/billing/")):
        assert page(column).get(path, {"export": "csv"}).status_code in {200, 403}
    for column, path in (
        ("doctor", "/scheduling/visits/"),
        ("patient", "/billing/"),
        ("patient", "/scheduling/visits/"),
    ):
        assert "text/csv" not in page(column).get(path, {"export": "csv"})["Content-Type"]


def test_searches_hold_the_same_rows(world, page):
    _rows, _people = world
    for path in ("/search/", "/patients/", "/scheduling/visits/", "/scheduling/visits/new/patient/"):
        response = page("other doctor").post(path, {"q": "Zyxwvut"}, follow=True)
        assert response.status_code in {200, 404}
        assert "Zyxwvut" not in response.content.decode().replace('value="Zyxwvut"', "").replace("“Zyxwvut”", ""), path


def test_the_front_desk_sees_no_clinical_text(world, page):
    rows, people = world
    patient = rows["patient"]
    for name in ("allergies", "chronic_diseases", "notes"):
        setattr(patient, name, SECRET)
    patient.save()
    consultation = ConsultationFactory(
        patient=patient,
        doctor=people["doctor"],
        appointment=rows["visit"],
        complaints=SECRET,
        diagnosis=SECRET,
        notes=SECRET,
    )
    Invoice.objects.create(patient=patient, consultation=consultation, amount=1, description="Consultation")
    addresses = [
        "/",
        "/day/",
        "/patients/",
        "/patients/?export=csv",
        "/scheduling/visits/?export=csv",
        "/billing/?export=csv",
    ]
    addresses += [
        reverse(name, args=[rows[kind].pk])
        for name, kind in (
            ("patients:patient_detail", "patient"),
            ("patients:patient_update", "patient"),
            ("scheduling:appointment_detail", "visit"),
            ("scheduling:appointment_cancel", "visit"),
            ("billing:invoice_detail", "invoice"),
            ("billing:invoice_create", "patient"),
        )
    ]
    addresses += [
        f"{reverse('patients:patient_detail', args=[patient.pk])}?tab={tab}"
        for tab in ("consultations", "documents", "visits")
    ]
    for column in ("front desk", "admin"):
        for path in addresses:
            assert SECRET not in page(column).get(path).content.decode(), (column, path)
    stale = page("front desk").post(reverse("patients:patient_update", args=[patient.pk]), {"version": "x"})
    assert stale.status_code == 409
    assert SECRET not in stale.content.decode()
