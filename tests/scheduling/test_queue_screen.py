"""The screen on the wall of the waiting room, and its link."""

import pytest
from django.test import Client
from django.urls import reverse

from clinical import services as clinical
from homeo.base.fields import new_id
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import DoctorFactory
from scheduling import services
from scheduling.models import Appointment, SchedulingRules

pytestmark = pytest.mark.django_db

SCREEN, LINK = map(reverse, ("scheduling:queue_screen", "scheduling:queue_screen_link"))
PART = {"HX-Request": "true"}


@pytest.fixture
def key(db):
    return SchedulingRules.objects.current().screen_key


@pytest.fixture
def screen(key):
    """A browser without a sign-in that has opened the link."""
    client = Client()
    assert client.get(SCREEN, {"key": key}).status_code == 200
    return client


@pytest.mark.parametrize("query", [{}, {"key": ""}, {"key": "nonsense"}, {"key": "ключ"}, {"key": "x" * 5000}])
def test_without_the_key_there_is_no_screen(client, client_of, admin, query):
    assert client.get(SCREEN, query).status_code == 404
    assert client_of(admin).get(SCREEN, query).status_code == 404


def test_the_link_opens_the_screen_and_a_cookie_keeps_it_open(client, key):
    response = client.get(SCREEN, {"key": key})
    cookie = response.cookies["queue_screen"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (SCREEN, True, "Lax")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert key not in response.content.decode()
    again = client.get(SCREEN)
    assert again.status_code == 200
    assert not again.cookies
    client.cookies["queue_screen"] = f"{key}:forged"
    assert client.get(SCREEN).status_code == 404


def test_the_screen_shows_tokens_and_doctors_and_nothing_of_a_patient(screen, client_of, arrived, doctor):
    patient = PatientFactory(user__first_name="Quillon", user__last_name="Zyxwvut", phone="98230 55614")
    visit = arrived(patient=patient, notes="migraine")
    inside = arrived("00:20")
    clinical.start_consultation(actor=doctor, consultation=inside.consultation)
    waiting = [arrived(f"0{n}:00") for n in range(1, 7)]
    services.call_appointment(actor=doctor, appointment=visit)
    called = Appointment.objects.get(pk=visit.pk).called_at
    for response in (screen.get(SCREEN), screen.get(SCREEN, headers=PART)):
        content = response.content.decode()
        assert f'data-call="1 {int(called.timestamp())}.' in content
        assert doctor.display_name in content
        assert [f"<b>{n}</b>" in content for n in (1, 2, 3, 6, 7)] == [True, True, True, True, False]
        assert '<span class="who-later">+2</span>' in content
        for words in ("Quillon", "Zyxwvut", "55614", "migraine", visit.pk, patient.pk, patient.file_number):
            assert words not in content
        for other in waiting:
            assert other.patient.name not in content


def test_the_screen_changes_when_somebody_is_called_and_goes_in(screen, arrived, doctor):
    visit = arrived()
    version = screen.get(SCREEN, headers=PART)["ETag"]
    assert screen.get(SCREEN, headers=PART | {"If-None-Match": version}).status_code == 304
    services.call_appointment(actor=doctor, appointment=visit)
    response = screen.get(SCREEN, headers=PART | {"If-None-Match": version})
    assert "data-call" in response.content.decode()
    clinical.start_consultation(actor=doctor, consultation=visit.consultation)
    response = screen.get(SCREEN, headers=PART | {"If-None-Match": response["ETag"]})
    assert "data-call" not in response.content.decode()
    clinical.write_and_complete_consultation(actor=doctor, consultation=visit.consultation, complaints="Cough")
    response = screen.get(SCREEN, headers=PART | {"If-None-Match": response["ETag"]})
    assert doctor.display_name not in response.content.decode()


def test_the_screen_takes_two_queries_and_no_session(
    screen, client_of, receptionist, key, arrived, django_assert_num_queries
):
    for n in range(4):
        arrived(f"0{n}:00", doctor=DoctorFactory().user)
    with django_assert_num_queries(2):
        screen.get(SCREEN)
    with django_assert_num_queries(2):
        screen.get(SCREEN, headers=PART)
    signed_in = client_of(receptionist)
    with django_assert_num_queries(2):
        content = signed_in.get(SCREEN, {"key": key}).content.decode()
    assert receptionist.last_name not in content


def test_a_renewed_link_closes_the_old_screens(screen, client_of, admin, receptionist, key):
    assert f"key={key}" in client_of(receptionist).get(LINK).content.decode()
    assert client_of(receptionist).post(LINK, {"form_token": new_id()}).status_code == 403
    client, fields = client_of(admin), {"form_token": new_id()}
    assert client.post(LINK, fields).status_code == 302
    renewed = SchedulingRules.objects.current().screen_key
    client.post(LINK, fields)
    assert SchedulingRules.objects.current().screen_key == renewed != key
    assert f"key={renewed}" in client.get(LINK).content.decode()
    assert screen.get(SCREEN).status_code == 404
    assert screen.get(SCREEN, {"key": key}).status_code == 404
    assert screen.get(SCREEN, {"key": renewed}).status_code == 200


def test_an_admin_finds_the_link_at_the_rules(client_of, admin):
    content = client_of(admin).get(reverse("admin:scheduling_schedulingrules_change", args=["clinic"])).content.decode()
    assert f'href="{LINK}"' in content
    assert SchedulingRules.objects.current().screen_key not in content
