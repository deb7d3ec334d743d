"""Consultations through their pages."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from accounts.models import AuditLog
from billing.models import Invoice
from clinical.models import Consultation, Prescription
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import services as scheduling

pytestmark = pytest.mark.django_db

TEXTS = {"complaints": "Headache over the eyes", "diagnosis": "Migraine", "prescription": "Nat-m", "notes": "Calm"}


def url(name, obj):
    return reverse(f"clinical:{name}", args=[obj.pk])


def written(consultation, **texts):
    return {"version": consultation.version} | TEXTS | texts


@pytest.fixture
def waiting(patient, doctor, receptionist):
    """The consultation of a visit whose patient has been checked in."""
    visit = AppointmentFactory(
        patient=patient, doctor=doctor, booked_by=receptionist, appointment_date=timezone.localdate()
    )
    scheduling.check_in_appointment(actor=receptionist, appointment=visit)
    return Consultation.objects.get(appointment=visit)


def test_a_visit_is_started_written_and_completed_in_one_go(at_work, waiting):
    response = at_work.post(url("consultation_start", waiting))
    assert response["Location"] == url("consultation_update", waiting)
    waiting.refresh_from_db()

    response = at_work.post(url("consultation_update", waiting), written(waiting, complete="1"), follow=True)
    waiting.refresh_from_db()
    assert response.redirect_chain[-1][0] == url("consultation_detail", waiting)
    assert (waiting.status, waiting.complaints, waiting.notes) == ("COMPLETED", "Headache over the eyes", "Calm")
    assert waiting.appointment.status == "COMPLETED"
    assert Invoice.objects.get(consultation=waiting).amount == 600
    assert "Migraine" in response.content.decode()


def test_save_keeps_the_consultation_open(at_work, consultation):
    response = at_work.post(url("consultation_update", consultation), written(consultation))
    assert response["Location"] == url("consultation_update", consultation)
    consultation.refresh_from_db()
    assert (consultation.status, consultation.diagnosis) == ("IN_PROGRESS", "Migraine")


def test_completing_without_complaints_is_refused_beside_them_and_nothing_typed_is_lost(at_work, consultation):
    response = at_work.post(
        url("consultation_update", consultation), written(consultation, complaints=" ", complete="1")
    )
    assert response.status_code == 422
    assert "before you complete" in str(response.context["form"].errors["complaints"])
    assert "Migraine" in response.content.decode()
    consultation.refresh_from_db()
    assert (consultation.status, consultation.diagnosis) == ("IN_PROGRESS", "")


def test_completing_twice_has_one_effect(at_work, consultation):
    data = written(consultation, complete="1")
    at_work.post(url("consultation_update", consultation), data)
    response = at_work.post(url("consultation_update", consultation), data)
    assert response["Location"] == url("consultation_detail", consultation)
    assert Invoice.objects.filter(consultation=consultation).count() == 1

    response = at_work.post(url("consultation_complete", consultation), follow=True)
    assert "its text stays as it is" in response.content.decode()
    assert Invoice.objects.filter(consultation=consultation).count() == 1


def test_the_complete_button_signs_the_drafts(at_work, consultation, doctor):
    draft = PrescriptionFactory(doctor=doctor, patient=consultation.patient, consultation=consultation, signed_at=None)
    response = at_work.post(url("consultation_complete", consultation))
    assert response["Location"] == url("consultation_update", consultation)
    consultation.complaints = "Cough"
    consultation.save()
    response = at_work.post(url("consultation_complete", consultation))
    assert response["Location"] == url("consultation_detail", consultation)
    draft.refresh_from_db()
    assert draft.is_signed


def test_two_tabs_lose_nothing(at_work, consultation):
    old = written(consultation, complaints="From the second tab")
    at_work.post(url("consultation_update", consultation), written(consultation, complaints="From the first tab"))
    response = at_work.post(url("consultation_update", consultation), old)
    page = response.content.decode()
    assert response.status_code == 409
    assert "From the first tab" in page
    assert "From the second tab" in page
    consultation.refresh_from_db()
    assert consultation.complaints == "From the first tab"

    again = old | {"version": response.context["form"]["version"].value()}
    assert at_work.post(url("consultation_update", consultation), again).status_code == 302
    consultation.refresh_from_db()
    assert consultation.complaints == "From the second tab"


def test_a_completed_consultation_takes_no_more_text(at_work, consultation):
    at_work.post(url("consultation_update", consultation), written(consultation, complete="1"))
    consultation.refresh_from_db()
    assert at_work.get(url("consultation_update", consultation)).status_code == 302
    response = at_work.post(url("consultation_update", consultation), written(consultation, notes="Late thought"))
    assert response.status_code == 422
    assert "Late thought" in response.content.decode()
    consultation.refresh_from_db()
    assert consultation.notes == "Calm"


def test_the_text_is_saved_on_the_way_to_a_prescription(at_work, consultation, doctor):
    draft = PrescriptionFactory(doctor=doctor, patient=consultation.patient, consultation=consultation, signed_at=None)
    foreign = PrescriptionFactory(signed_at=None)
    expected = {
        "prescribe": url("prescription_create", consultation),
        draft.pk: url("prescription_update", draft),
        foreign.pk: url("consultation_update", consultation),
        "x" * 3000: url("consultation_update", consultation),
    }
    for then, target in expected.items():
        consultation.refresh_from_db()
        data = written(consultation, notes=f"Before {then[:20]}", then=then)
        response = at_work.post(url("consultation_update", consultation), data)
        assert response["Location"] == target
        consultation.refresh_from_db()
        assert consultation.notes == f"Before {then[:20]}"


def test_the_writing_page_shows_allergies_the_last_remedy_the_drafts_and_the_course(at_work, doctor, consultation):
    patient = consultation.patient
    patient.allergies, patient.chronic_diseases = "Penicillin\nPeanut", "Hypothyroidism"
    patient.save()
    earlier = ConsultationFactory(
        doctor=doctor,
        patient=patient,
        completed=True,
        diagnosis="Cold sore",
        scheduled_at=timezone.now() - dt.timedelta(days=30),
    )
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(patient=patient, doctor=doctor, consultation=earlier),
        medicine_name="Ignatia amara",
    )
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(patient=patient, doctor=doctor, consultation=consultation, signed_at=None),
        medicine_name="Rhus toxicodendron",
    )
    response = at_work.get(url("consultation_update", consultation))
    page = response.content.decode()
    for text in ("Penicillin", "Peanut", "Hypothyroidism", "Cold sore", "Ignatia amara", "Rhus toxicodendron"):
        assert text in page
    assert response.context["last_prescription"].items.get().medicine_name == "Ignatia amara"


@pytest.mark.parametrize("earlier", [1, 50])
def test_the_writing_page_costs_the_same_for_a_long_history(
    earlier, at_work, doctor, consultation, django_assert_num_queries
):
    consultations = bulk.create(
        [
            ConsultationFactory.build(
                patient=consultation.patient,
                doctor=doctor,
                completed=True,
                scheduled_at=timezone.now() - dt.timedelta(days=day + 1),
            )
            for day in range(earlier)
        ]
    )
    prescriptions = bulk.create(
        [PrescriptionFactory.build(patient=one.patient, doctor=doctor, consultation=one) for one in consultations]
    )
    bulk.create([PrescriptionItemFactory.build(prescription=one) for one in prescriptions])
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(
            patient=consultation.patient, doctor=doctor, consultation=consultation, signed_at=None
        )
    )
    with django_assert_num_queries(11):
        at_work.get(url("consultation_update", consultation))


def test_an_unplanned_consultation_begins_once_for_one_form(at_work, doctor, patient):
    ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    page = at_work.get(url("consultation_create", patient))
    token = page.context["form"]["form_token"].value()
    locations = {at_work.post(url("consultation_create", patient), {"form_token": token})["Location"] for _ in range(3)}
    begun = Consultation.objects.get(status="IN_PROGRESS")
    assert locations == {url("consultation_update", begun)}
    assert begun.doctor == doctor
    assert "already have a consultation" in at_work.get(url("consultation_create", patient)).content.decode()


def test_a_form_without_token_is_refused(at_work, doctor, patient):
    ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    assert at_work.post(url("consultation_create", patient)).status_code == 400
    assert not Consultation.objects.filter(status="IN_PROGRESS").exists()


def test_a_consultation_begun_by_mistake_is_put_away_with_its_drafts(at_work, doctor, waiting):
    at_work.post(url("consultation_start", waiting))
    draft = PrescriptionFactory(doctor=doctor, patient=waiting.patient, consultation=waiting, signed_at=None)
    assert at_work.get(url("consultation_archive", waiting)).status_code == 200
    waiting.refresh_from_db()
    assert not waiting.is_archived

    response = at_work.post(url("consultation_archive", waiting), {"form_token": new_id()})
    assert response["Location"] == reverse("patients:patient_detail", args=[waiting.patient_id])
    waiting.refresh_from_db()
    draft.refresh_from_db()
    assert (waiting.is_archived, waiting.status, draft.is_archived) == (True, "CANCELLED", True)
    assert waiting.appointment.state == "arrived"
    assert not Invoice.objects.exists()


def test_a_completed_consultation_is_not_put_away(at_work, doctor, patient):
    signed = ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    assert at_work.get(url("consultation_archive", signed)).status_code == 302
    assert at_work.post(url("consultation_archive", signed), {"form_token": new_id()}).status_code == 422
    signed.refresh_from_db()
    assert not signed.is_archived


def test_starting_again_goes_on_and_a_completed_one_does_not_start(at_work, doctor, patient, waiting):
    for _ in range(2):
        assert at_work.post(url("consultation_start", waiting))["Location"] == url("consultation_update", waiting)
    signed = ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    response = at_work.post(url("consultation_start", signed), follow=True)
    assert response.redirect_chain == [(url("consultation_detail", signed), 302)]
    assert "already" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("consultation_start", "post"),
        ("consultation_update", "get"),
        ("consultation_update", "post"),
        ("consultation_complete", "post"),
        ("consultation_archive", "get"),
        ("consultation_archive", "post"),
        ("prescription_create", "get"),
        ("prescription_create", "post"),
    ],
)
def test_only_the_doctor_whose_it_is_writes(
    name, method, consultation, patient, admin, receptionist, client_of, doctor
):
    colleague = DoctorFactory().user
    ConsultationFactory(doctor=colleague, patient=patient, completed=True)
    people = {admin: 403, receptionist: 403, patient.user: 403, colleague: 404, DoctorFactory().user: 404}
    for person, status in people.items():
        response = getattr(client_of(person), method)(url(name, consultation), written(consultation, complete="1"))
        assert response.status_code == status, person.role
    consultation.refresh_from_db()
    assert (consultation.status, consultation.complaints, consultation.is_archived) == ("IN_PROGRESS", "", False)


def test_who_reads_a_consultation(doctor, patient, admin, receptionist, client_of):
    signed = ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    unsigned = ConsultationFactory(doctor=doctor, patient=patient)
    treating = DoctorFactory().user
    ConsultationFactory(doctor=treating, patient=patient, completed=True)
    guardian = GuardianFactory(patient=patient).user
    table = {
        doctor: (200, 200),
        treating: (200, 200),
        DoctorFactory().user: (404, 404),
        patient.user: (200, 404),
        guardian: (200, 404),
        PatientFactory().user: (404, 404),
        receptionist: (403, 403),
        admin: (403, 403),
    }
    for person, statuses in table.items():
        client = client_of(person)
        responses = [client.get(url("consultation_detail", one)) for one in (signed, unsigned)]
        assert tuple(response.status_code for response in responses) == statuses, person.email
        for response in responses:
            assert ("Headache" in response.content.decode()) == (response.status_code == 200)


def test_a_patient_never_sees_drafts_and_no_buttons_to_write(doctor, patient, client_of):
    signed = ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    PrescriptionItemFactory(
        prescription=PrescriptionFactory(patient=patient, doctor=doctor, consultation=signed, signed_at=None),
        medicine_name="Secret draft",
    )
    page = client_of(patient.user).get(url("consultation_detail", signed)).content.decode()
    assert "Secret draft" not in page
    assert "write/" not in page


def test_a_visit_that_waits_offers_to_start(at_work, waiting):
    page = at_work.get(url("consultation_update", waiting), follow=True).content.decode()
    assert url("consultation_start", waiting) in page


def test_the_page_is_recorded_in_the_audit_log(at_work, consultation, doctor):
    at_work.get(url("consultation_update", consultation))
    entry = AuditLog.objects.get(action="VIEW")
    assert (entry.user_id, entry.patient_id) == (doctor.pk, consultation.patient_id)


@pytest.mark.parametrize("name", ["complaints", "diagnosis", "prescription", "notes"])
def test_oversized_text_and_nul_bytes_are_refused(name, at_work, consultation):
    response = at_work.post(url("consultation_update", consultation), written(consultation, **{name: "x" * 10_001}))
    assert response.status_code == 422
    assert name in response.context["form"].errors
    response = at_work.post(url("consultation_update", consultation), written(consultation, **{name: "a\0b"}))
    assert response.status_code == 400
    consultation.refresh_from_db()
    assert not Prescription.objects.exists()
    assert consultation.diagnosis == ""


def test_forged_versions_are_a_conflict(at_work, consultation):
    for version in ("", "x" * 5000, "2026-01-01"):
        response = at_work.post(url("consultation_update", consultation), written(consultation) | {"version": version})
        assert response.status_code == 409
    assert at_work.get("/clinical/consultations/" + "x" * 60 + "/write/").status_code == 404
