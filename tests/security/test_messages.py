"""What a form says on the next page: it names people, and so is in no cookie and is shown to its person alone."""

import pytest
from django.urls import reverse

from billing.models import Invoice
from homeo.base.fields import new_id
from homeo.base.messages import COOKIE
from homeo.demo.factories.accounts import ReceptionistFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(patient):
    path = reverse("billing:invoice_create", args=[patient.pk])

    def post(page, amount="450"):
        return page.post(path, {"amount": amount, "description": "Follow-up", "form_token": new_id()})

    return post


def said(page):
    return [str(message) for message in page.get(reverse("home")).context["messages"]]


def test_a_message_is_said_once_and_no_cookie_holds_its_words(client_of, receptionist, patient, bill):
    desk = client_of(receptionist)
    session_before = dict(desk.session)
    bill(desk)
    assert dict(desk.session) == session_before
    kept = desk.cookies[COOKIE]
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"
    assert patient.user.first_name not in str(desk.cookies)
    (words,) = said(desk)
    assert patient.name in words
    assert said(desk) == []


def test_two_forms_before_one_page_are_both_told(client_of, receptionist, bill):
    desk = client_of(receptionist)
    bill(desk, "450")
    bill(desk, "460")
    assert len(said(desk)) == 2
    assert said(desk) == []


def test_the_token_of_somebody_else_says_nothing(client_of, receptionist, bill):
    desk, other = client_of(receptionist), client_of(ReceptionistFactory())
    bill(desk)
    other.cookies[COOKIE] = desk.cookies[COOKIE].value
    assert said(other) == []


@pytest.mark.parametrize("forged", ["x", "x" * 3000, "a:b:c", "\u00e9"])
def test_a_forged_token_is_ignored(client_of, receptionist, forged):
    desk = client_of(receptionist)
    desk.cookies[COOKIE] = forged
    assert said(desk) == []


def test_a_form_sent_again_is_told_as_the_first(client_of, receptionist, patient):
    desk, fields = client_of(receptionist), {"amount": "450", "description": "Follow-up", "form_token": new_id()}
    path = reverse("billing:invoice_create", args=[patient.pk])
    first = desk.post(path, fields)
    told = said(desk)
    again = desk.post(path, fields)
    assert (again.status_code, again.url) == (302, first.url)
    assert said(desk) == told
    assert Invoice.objects.count() == 1
