"""The chart of a patient: who sees which part of it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from accounts.models import NO_EMAIL_DOMAIN, AuditLog
from homeo.demo.factories.accounts import UserFactory
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import GuardianFactory, MedicalRecordFactory, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory

pytestmark = pytest.mark.django_db

CLINICAL = ("Penicillin", "Hypothyroidism", "Silent grief", "Migraine", "over the eyes", "Sepia", "Thyroid profile")
TABS = ("overview", "consultations", "prescriptions", "documents", "visits", "invoices")


def url(patient, tab="", **query):
    address = reverse("patients:patient_detail", args=[patient.pk])
    return f"{address}?tab={tab}" if tab else address


@pytest.fixture
def chart(patient, doctor, receptionist):
    """A patient with something in every section."""
    patient.allergies, patient.chronic_diseases, patient.notes = "Penicillin", "Hypothyroidism", "Silent grief"
    patient.save()
    consultation = ConsultationFactory(patient=patient, doctor=doctor, completed=True, diagnosis="Migraine")
    prescription = PrescriptionFactory(patient=patient, doctor=doctor, consultation=consultation)
    PrescriptionItemFactory(prescription=prescription, medicine_name="Sepia")
    MedicalRecordFactory(patient=patient, uploaded_by=doctor)
    AppointmentFactory(patient=patient, doctor=doctor, booked_by=receptionist)
    InvoiceFactory(patient=patient, description="Consultation fee")
    return patient


def pages(client, patient):
    return {tab: client.get(url(patient, tab)) for tab in TABS}


def test_a_doctor_sees_the_whole_chart_but_no_bills(chart, doctor, client_of):
    answers = pages(client_of(doctor), chart)
    for answer in answers.values():
        page = answer.content.decode()
        for text in ("Penicillin", "Hypothyroidism", "Silent grief", chart.name, chart.file_number):
            assert text in page
        assert "Consultation fee" not in page
    overview = answers["overview"].content.decode()
    for text in ("Migraine", "Sepia 200C", "Thyroid profile", "Visit, 20 minutes"):
        assert text in overview
    for tab, text in {"consultations": "over the eyes", "prescriptions": "Sepia", "documents": "Thyroid"}.items():
        assert answers[tab].context["section"].key == tab
        assert text in answers[tab].content.decode()
    # Not a section of hers: the overview.
    assert answers["invoices"].context["section"] is None


def test_the_front_desk_and_admins_see_identity_visits_and_invoices_and_no_clinical_text(
    chart, receptionist, admin, client_of
):
    for person in (receptionist, admin):
        answers = pages(client_of(person), chart)
        for tab, answer in answers.items():
            page = answer.content.decode()
            assert answer.status_code == 200
            assert chart.name in page
            assert chart.phone in page
            for text in CLINICAL:
                assert text not in page, (person.role, tab)
        assert [tab["section"].key for tab in answers["overview"].context["tabs"]] == ["visits", "invoices"]
        assert "Consultation fee" in answers["invoices"].content.decode()


def test_the_desk_books_edits_bills_and_adds_guardians_and_the_doctor_does_not(chart, receptionist, doctor, client_of):
    desk = [
        f"{reverse('scheduling:appointment_create')}?patient={chart.pk}",
        reverse("patients:patient_update", args=[chart.pk]),
        reverse("patients:guardian_create", args=[chart.pk]),
        reverse("billing:invoice_create", args=[chart.pk]),
    ]
    room = [
        reverse("clinical:consultation_create", args=[chart.pk]),
        reverse("clinical:patient_prescription_create", args=[chart.pk]),
        reverse("patients:medicalrecord_create", args=[chart.pk]),
        reverse("patients:patient_notes_update", args=[chart.pk]),
    ]
    for person, offered, hidden in ((receptionist, desk, room), (doctor, room, desk)):
        page = client_of(person).get(url(chart)).content.decode()
        for address in offered:
            assert f'"{address}"' in page
        for address in hidden:
            assert f'"{address}"' not in page


def test_patients_see_their_own_and_their_wards_and_nobody_elses(chart, client_of):
    guardian = GuardianFactory(patient=chart).user
    for person in (chart.user, guardian):
        page = client_of(person).get(url(chart)).content.decode()
        for text in ("Penicillin", "Silent grief", "Sepia", "Consultation fee", "Thyroid profile"):
            assert text in page
        assert "write/" not in page
        assert reverse("clinical:consultation_create", args=[chart.pk]) not in page
    answer = client_of(PatientFactory().user).get(url(chart))
    assert answer.status_code == 404
    assert chart.name not in answer.content.decode()


def test_a_doctor_who_does_not_treat_the_patient_gets_404(chart, client_of):
    assert client_of(DoctorFactory().user).get(url(chart)).status_code == 404


def test_a_doctor_sees_only_her_own_visits(chart, doctor, client_of):
    AppointmentFactory(patient=chart, appointment_time=dt.time(15))
    answer = client_of(doctor).get(url(chart, "visits"))
    assert [visit.doctor for visit in answer.context["page_obj"]] == [doctor]


def test_a_generated_address_is_never_shown(receptionist, client_of):
    patient = PatientFactory(user=UserFactory(email=f"x@{NO_EMAIL_DOMAIN}"))
    page = client_of(receptionist).get(url(patient)).content.decode()
    assert "no e-mail" in page
    assert NO_EMAIL_DOMAIN not in page


@pytest.mark.parametrize(
    ("status", "expected"),
    [("SCHEDULED", "consultation_start"), ("IN_PROGRESS", "consultation_update"), (None, "consultation_create")],
)
def test_the_head_offers_what_the_doctor_does_next(status, expected, chart, doctor, client_of):
    target = chart
    if status:
        target = ConsultationFactory(patient=chart, doctor=doctor, status=status)
    page = client_of(doctor).get(url(chart)).content.decode()
    assert reverse(f"clinical:{expected}", args=[target.pk]) in page
    assert page.count("btn-primary") == 1


def test_the_timeline_is_the_latest_of_all_kinds_and_tells_each_visit_once(chart, doctor, client_of):
    bulk.create(
        [
            ConsultationFactory.build(
                patient=chart, doctor=doctor, completed=True, scheduled_at=timezone.now() - dt.timedelta(days=day)
            )
            for day in range(1, 24)
        ]
    )
    AppointmentFactory(
        patient=chart,
        doctor=doctor,
        appointment_date=timezone.localdate(),
        status="COMPLETED",
        started_at=timezone.now(),
    )
    answer = client_of(doctor).get(url(chart))
    entries = answer.context["stream"].entries
    moments = [entry.at for entry in entries]
    assert len(moments) == 15
    assert moments == sorted(moments, reverse=True)
    assert sum("Visit" in entry.title for entry in entries) == 1
    assert "Older" in answer.content.decode()


def test_a_tab_is_paged(chart, doctor, client_of):
    bulk.create([ConsultationFactory.build(patient=chart, doctor=doctor, completed=True) for _ in range(29)])
    client = client_of(doctor)
    assert len(client.get(url(chart, "consultations")).context["page_obj"]) == 25
    assert len(client.get(url(chart, "consultations") + "&page=2").context["page_obj"]) == 5
    assert client.get(url(chart, "consultations") + "&page=99x").context["page_obj"].number == 1
    assert {tab["section"].key: tab["count"] for tab in client.get(url(chart)).context["tabs"]} == {
        "consultations": 30,
        "prescriptions": 1,
        "letters": 0,
        "documents": 1,
        "visits": 1,
    }


@pytest.mark.parametrize("tab", ["a b", "overview", "../x", "users", "x" * 3000])
def test_an_unknown_tab_is_the_overview(tab, chart, doctor, client_of):
    answer = client_of(doctor).get(url(chart, tab))
    assert answer.status_code == 200
    assert answer.context["section"] is None


@pytest.mark.parametrize("rows", [1, 50])
def test_the_chart_costs_the_same_for_a_long_history(
    rows, chart, doctor, receptionist, client_of, django_assert_num_queries
):
    today = timezone.localdate()
    consultations = bulk.create(
        [ConsultationFactory.build(patient=chart, doctor=doctor, completed=True) for _ in range(rows)]
    )
    prescriptions = bulk.create(
        [PrescriptionFactory.build(patient=chart, doctor=doctor, consultation=one) for one in consultations]
    )
    bulk.create([PrescriptionItemFactory.build(prescription=one) for one in prescriptions])
    bulk.create(
        [
            AppointmentFactory.build(
                patient=chart,
                doctor=doctor,
                booked_by=receptionist,
                appointment_date=today - dt.timedelta(days=day + 1),
                status="COMPLETED",
            )
            for day in range(rows)
        ]
    )
    bulk.create([InvoiceFactory.build(patient=chart) for _ in range(rows)])
    for number in range(rows):
        MedicalRecordFactory(patient=chart, uploaded_by=doctor, title=f"Report {number}")
        GuardianFactory(patient=chart)
    costs = {
        doctor: {"": 9, "consultations": 10, "prescriptions": 11, "documents": 10, "visits": 10},
        receptionist: {"": 7, "visits": 8, "invoices": 8},
        chart.user: {"": 7, "invoices": 8},
    }
    for person, tabs in costs.items():
        client = client_of(person)
        for tab, cost in tabs.items():
            with django_assert_num_queries(cost):
                client.get(url(chart, tab))


def test_opening_the_chart_is_recorded(chart, doctor, client_of):
    client_of(doctor).get(url(chart))
    entry = AuditLog.objects.get(action="VIEW")
    assert (entry.patient_id, entry.user_id, entry.changes) == (
        chart.pk,
        doctor.pk,
        {"page": "patients:patient_detail"},
    )


# ── Allergies, chronic diseases, notes ──────────────────────────────────────


def notes_url(patient):
    return reverse("patients:patient_notes_update", args=[patient.pk])


def notes(patient, **texts):
    return {
        "version": patient.version,
        "allergies": "Penicillin\nPeanut",
        "chronic_diseases": "Asthma",
        "notes": "Chilly",
    } | texts


def test_the_doctor_notes_allergies(chart, doctor, client_of):
    response = client_of(doctor).post(notes_url(chart), notes(chart), follow=True)
    chart.refresh_from_db()
    assert response.redirect_chain == [(url(chart), 302)]
    assert chart.allergies.split() == ["Penicillin", "Peanut"]
    assert (chart.chronic_diseases, chart.notes) == ("Asthma", "Chilly")
    entry = AuditLog.objects.filter(action="UPDATE", entity="Patient").first()
    assert entry.changes["notes"] == {"hidden": True}


def test_a_stale_save_of_the_notes_shows_both(chart, doctor, client_of):
    client = client_of(doctor)
    old = notes(chart, notes="From the second tab")
    client.post(notes_url(chart), notes(chart, notes="From the first tab"))
    response = client.post(notes_url(chart), old)
    page = response.content.decode()
    assert response.status_code == 409
    assert "From the first tab" in page
    assert "From the second tab" in page
    assert (
        client.post(notes_url(chart), old | {"version": response.context["form"]["version"].value()}).status_code == 302
    )
    chart.refresh_from_db()
    assert chart.notes == "From the second tab"


def test_only_a_treating_doctor_notes(chart, receptionist, admin, client_of):
    people = {receptionist: 403, admin: 403, chart.user: 403, DoctorFactory().user: 404}
    for person, status in people.items():
        client = client_of(person)
        assert client.get(notes_url(chart)).status_code == status
        assert client.post(notes_url(chart), notes(chart)).status_code == status
    chart.refresh_from_db()
    assert chart.notes == "Silent grief"


def test_notes_are_bounded(chart, doctor, client_of):
    client = client_of(doctor)
    response = client.post(notes_url(chart), notes(chart, allergies="x" * 2001))
    assert response.status_code == 422
    assert "x" * 2001 in response.content.decode()
    assert client.post(notes_url(chart), notes(chart, notes="a\0b")).status_code == 400
