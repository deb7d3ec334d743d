"""A form that is sent after the session has ended: kept through the sign-in, for the same person only."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import unsent
from homeo.demo.factories.accounts import PASSWORD, ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory

LOGIN = "/accounts/login/"
PROFILE = reverse("accounts:profile")
TYPED = {"first_name": "Ñ 李", "last_name": "' <b>", "version": "2026-11-24"}


def sign_in(client, person, **data):
    return client.post(LOGIN, {"login": person.email, "password": PASSWORD, **data})


@pytest.fixture
def late(receptionist):
    """The browser of a receptionist whose session has ended."""
    client = Client()
    sign_in(client, receptionist)
    Session.objects.all().delete()
    return client


@pytest.fixture
def sealed(late):
    """What the receptionist typed, in the sign-in page that answers it."""
    response = late.post(PROFILE, TYPED)
    assert response.status_code == 401
    return response.context["unsent"]


def test_the_same_person_finds_it_again(late, sealed, receptionist):
    page = sign_in(late, receptionist, unsent=sealed)
    content = page.content.decode()

    assert page.status_code == 200
    assert f'action="{PROFILE}"' in content
    assert 'value="Ñ 李"' in content
    assert 'value="&#x27; &lt;b&gt;"' in content


def test_a_wrong_password_does_not_lose_it(late, sealed, receptionist):
    page = late.post(LOGIN, {"login": receptionist.email, "password": "wrong", "unsent": sealed})

    assert page.context["unsent"] == sealed


def test_another_person_does_not_get_it(late, sealed):
    page = late.post(LOGIN, {"login": ReceptionistFactory().email, "password": PASSWORD, "unsent": sealed}, follow=True)

    assert page.redirect_chain == [(reverse("home"), 302)]
    assert "belongs to another account" in page.content.decode()
    assert "Ñ 李" not in page.content.decode()


def test_somebody_signed_in_in_another_tab_meanwhile_finds_it_too(late, sealed, receptionist):
    sign_in(late, receptionist)
    page = sign_in(late, receptionist, unsent=sealed)

    assert "Ñ 李" in page.content.decode()


def test_it_is_kept_for_an_hour(late, sealed, receptionist, monkeypatch):
    monkeypatch.setattr(unsent, "MAX_AGE", -1)

    assert sign_in(late, receptionist, unsent=sealed).status_code == 302


@pytest.mark.parametrize("forged", ["", "x", "a:b:c", "\x7f" * 5000])
def test_what_was_not_sealed_here_is_not_opened(late, receptionist, forged):
    assert sign_in(late, receptionist, unsent=forged).status_code == 302


def test_only_the_address_that_was_sealed_gets_it(late, sealed, receptionist):
    head, _, tail = sealed.partition(":")

    assert sign_in(late, receptionist, unsent=f"{head[:-2]}AA:{tail}").status_code == 302


@pytest.mark.parametrize("data", [{}, {"next": "/"}, {"oldpassword": "secret", "password1": "x", "note": "y"}])
def test_a_button_and_a_password_are_not_kept(late, data):
    response = late.post(reverse("account_change_password"), data)

    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)


def test_a_file_is_not_kept_but_the_words_beside_it_are(late, receptionist):
    sealed = late.post(PROFILE, {"file": SimpleUploadedFile("a.pdf", b"%PDF"), "title": "x"}).context["unsent"]

    assert sign_in(late, receptionist, unsent=sealed).context["kept"]["fields"] == [["title", "x"]]


def test_a_browser_in_which_nobody_signed_in_gets_the_plain_sign_in_page(client, db):
    response = client.post(PROFILE, TYPED)

    assert response.status_code == 302
    assert response["Location"] == f"{LOGIN}?next={PROFILE}"


def test_the_csrf_check_comes_first(receptionist):
    browser = Client(enforce_csrf_checks=True)

    assert browser.post(PROFILE, TYPED).status_code == 403


def test_a_part_of_a_page_is_refused_without_the_sign_in_page(client, db):
    response = client.post(reverse("search_box"), {"q": "Rao"}, headers={"HX-Request": "true"})

    assert (response.status_code, response.content) == (401, b"")


def test_the_page_that_answers_is_private(late):
    response = late.post(PROFILE, TYPED)

    assert "no-store" in response["Cache-Control"]
    assert re.search(r"form-action 'self'", response["Content-Security-Policy"])


def test_a_page_learns_whose_session_it_has(client, receptionist):
    assert client.get(reverse("accounts:session")).json()["person"] == ""
    client.force_login(receptionist)
    assert client.get(reverse("accounts:session")).json()["person"] == receptionist.pk


def test_a_patients_row_is_not_reached_by_what_is_kept(late, receptionist):
    """What is sent again goes through the same door as any form."""
    other = PatientFactory()
    sealed = late.post(reverse("patients:patient_notes_update", args=[other.pk]), {"notes": "x"}).context["unsent"]
    page = sign_in(late, receptionist, unsent=sealed)
    path = page.context["kept"]["path"]

    assert late.post(path, dict(page.context["kept"]["fields"])).status_code == 403
