"""One-time tokens: whose they are, what they open, and that a failure leaves them usable."""

import pytest
from django.urls import reverse

from billing.models import Invoice
from homeo.base.fields import new_id
from homeo.demo.factories.accounts import ReceptionistFactory

pytestmark = pytest.mark.django_db
BILL = {"amount": "450", "description": "Follow-up"}


@pytest.fixture
def path(patient):
    return reverse("billing:invoice_create", args=[patient.pk])


def test_a_token_of_another_person_or_page_has_no_effect_and_tells_nothing(client_of, receptionist, patient, path):
    token = new_id()
    client_of(receptionist).post(path, BILL | {"form_token": token})
    invoice = Invoice.objects.get()
    assert client_of(ReceptionistFactory()).post(path, BILL | {"form_token": token}).status_code == 400
    pay = reverse("billing:invoice_pay", args=[invoice.pk])
    response = client_of(receptionist).post(pay, {"amount": "600", "payment_method": "CASH", "form_token": token})
    assert response.status_code == 400
    assert patient.name not in response.content.decode()
    invoice.refresh_from_db()
    assert invoice.payment_status == "PENDING"


def test_a_token_whose_form_was_refused_is_still_good(client_of, receptionist, path):
    desk, token = client_of(receptionist), new_id()
    refused = desk.post(path, BILL | {"amount": "-1", "form_token": token})
    assert refused.status_code == 422
    assert token in refused.content.decode()
    assert desk.post(path, BILL | {"form_token": token}).status_code == 302
    assert desk.post(path, {"amount": "9", "description": "Other", "form_token": token}).status_code == 302
    assert [str(invoice.amount) for invoice in Invoice.objects.all()] == ["450.00"]


@pytest.mark.parametrize("token", ["", "x", "x" * 25, "x" * 9000, None])
def test_without_a_token_nothing_is_made(client_of, receptionist, path, token):
    fields = BILL if token is None else BILL | {"form_token": token}
    assert client_of(receptionist).post(path, fields).status_code == 400
    assert not Invoice.objects.exists()
