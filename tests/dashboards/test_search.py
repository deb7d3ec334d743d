"""The front-desk box: who is found, what is offered to whom, what is never shown."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from homeo.dashboards.views.search import marked
from homeo.demo.factories.accounts import UserFactory
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory
from patients.models import Patient

pytestmark = pytest.mark.django_db
BOX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/day/"}
SECRET = "a secret allergy"


def named(first, last, **kwargs):
    return PatientFactory(user=UserFactory(first_name=first, last_name=last), **kwargs)


@pytest.fixture
def asha(db):
    return named("Asha", "Rao", phone="98230 55614", allergies=SECRET, notes=SECRET, chronic_diseases=SECRET)


@pytest.fixture
def ask(client_of):
    """A function that types into the box as a person and returns the answer's text."""

    def type_in(person, text):
        response = client_of(person).post(reverse("search_box"), {"q": text}, headers=BOX)
        assert response.status_code == 200
        return response.content.decode()

    return type_in


@pytest.mark.parametrize(
    "text", ["asha rao", "ahsa rao", "RAO", "rao asha", "sha", "98230 55614", "5561", "98230-55614"]
)
def test_a_patient_is_found_by_parts_slips_and_phone(ask, receptionist, asha, text):
    named("Tobias", "Lindqvist")
    content = ask(receptionist, text)
    assert reverse("patients:patient_detail", args=[asha.pk]) in content
    assert "Lindqvist" not in content


def test_a_patient_is_found_by_the_file_number(ask, receptionist, asha):
    asha.refresh_from_db()
    assert reverse("patients:patient_detail", args=[asha.pk]) in ask(receptionist, asha.file_number)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("Begoña", "Ñáñez", "nanez"),
        ("明", "李", "明 李"),
        ("आशा", "राव", "आशा"),
        ("Jörg", "O'Brien", "o'b"),
        ("100%", "Sure_", "0%"),
    ],
)
def test_names_of_every_script_are_found(ask, receptionist, first, last, text):
    patient = named(first, last)
    assert reverse("patients:patient_detail", args=[patient.pk]) in ask(receptionist, text)


@pytest.mark.parametrize("text", ["%%", "__", "''", "<b>x</b>", "a" * 80, "\\\\", '"; --', "9" * 40, "٣٤٥٦"])
def test_odd_input_finds_nobody_and_breaks_nothing(ask, receptionist, asha, text):
    content = ask(receptionist, text)
    assert "Asha" not in content
    assert "<b>x" not in content


@pytest.mark.parametrize("text", ["", " ", "a"])
def test_too_little_closes_the_box(ask, receptionist, asha, text):
    assert ask(receptionist, text).strip() == ""


def test_archived_patients_are_not_found(ask, receptionist, asha):
    bulk.update(Patient.objects.filter(pk=asha.pk), archived_at=timezone.now())
    assert "Asha" not in ask(receptionist, "asha")


def test_the_desk_may_book_check_in_pay_and_open(ask, receptionist, asha, doctor):
    visit = AppointmentFactory(
        patient=asha, doctor=doctor, appointment_date=timezone.localdate(), appointment_time=dt.time(0)
    )
    InvoiceFactory(patient=asha, amount=600, created_at=timezone.now())
    oldest = InvoiceFactory(patient=asha, amount=150, created_at=timezone.now() - dt.timedelta(days=9))
    content = ask(receptionist, "asha")
    assert f"{reverse('scheduling:appointment_create')}?patient={asha.pk}" in content
    assert f'action="{reverse("scheduling:appointment_check_in", args=[visit.pk])}"' in content
    assert 'name="next" value="/day/"' in content
    assert reverse("billing:invoice_pay", args=[oldest.pk]) in content
    assert "₹750.00 to pay" in content
    assert reverse("patients:patient_create") in content
    assert SECRET not in content


def test_only_what_can_be_done_is_offered(ask, receptionist, asha, doctor):
    visit = AppointmentFactory(patient=asha, doctor=doctor)
    content = ask(receptionist, "asha")
    assert visit.appointment_time.strftime("%H:%M") in content
    assert "Check in" not in content
    assert "invoice" not in content
    assert "Nothing owed" in content


def test_the_present_state_goes_before_later_visits(ask, receptionist, asha, doctor):
    AppointmentFactory(patient=asha, doctor=doctor)
    AppointmentFactory(
        patient=asha,
        doctor=doctor,
        appointment_date=timezone.localdate(),
        checked_in_at=timezone.now(),
        started_at=timezone.now(),
    )
    content = ask(receptionist, "asha")
    assert f"With {doctor.display_name} now" in content
    assert "Check in" not in content


def test_a_doctor_finds_the_own_patients_and_no_money(ask, doctor, asha):
    stranger = named("Asha", "Iyer")
    AppointmentFactory(patient=asha, doctor=doctor)
    InvoiceFactory(patient=asha, amount=600)
    content = ask(doctor, "asha")
    assert reverse("patients:patient_detail", args=[asha.pk]) in content
    assert stranger.pk not in content
    assert "600" not in content
    assert "owed" not in content
    for name in ["Book", "Pay", "Check in", "New patient"]:
        assert name not in content


def test_a_patient_may_not_search(client_of, patient):
    assert client_of(patient.user).post(reverse("search_box"), {"q": "asha"}, headers=BOX).status_code == 403


def test_without_javascript_the_answer_is_a_whole_page(client_of, receptionist, asha):
    client = client_of(receptionist)
    content = client.post(reverse("search_box"), {"q": "asha"}).content.decode()
    assert "<html" in content
    assert reverse("patients:patient_detail", args=[asha.pk]) in content
    assert "at least two" in client.post(reverse("search_box"), {"q": "a"}).content.decode()
    assert client.get(reverse("search_box")).status_code == 200


@pytest.mark.parametrize("count", [1, 8])
def test_the_box_takes_a_constant_number_of_queries(client_of, receptionist, doctor, count, django_assert_num_queries):
    for number in range(count):
        patient = named("Asha", f"Rao {number}")
        AppointmentFactory(patient=patient, doctor=doctor, appointment_time=dt.time(9 + number))
        InvoiceFactory(patient=patient)
        InvoiceFactory(patient=patient)
    client = client_of(receptionist)
    with django_assert_num_queries(5):
        client.post(reverse("search_box"), {"q": "asha rao"}, headers=BOX)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Asha Rao", "rao", "Asha <mark>Rao</mark>"),
        ("Asha Rao", "ASHA rao", "<mark>Asha</mark> <mark>Rao</mark>"),
        ("Begoña Ñáñez", "nanez", "Begoña <mark>Ñáñez</mark>"),
        ("<b>Asha", "<b", "<mark>&lt;b</mark>&gt;Asha"),
        ("Asha", "zzz", "Asha"),
        ("İpek ß", "ipek", "<mark>İpek</mark> ß"),
        ("", "a", ""),
    ],
)
def test_typed_words_are_marked_in_the_name(name, text, expected):
    assert marked(name, text) == expected
