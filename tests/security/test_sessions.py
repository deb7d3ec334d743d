"""Sessions: they end with the access they were opened with, and lead nowhere else."""

import pytest
from django.urls import reverse

from accounts import services
from accounts.models import User
from homeo.demo.factories.accounts import PASSWORD, AdminFactory, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = reverse("account_login")
ELSEWHERE = [
    "//evil.example",
    "////evil.example",
    "https:evil.example",
    "/\\evil.example",
    "\t//evil.example",
    "http:///evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "http://testserver@evil.example/",
    "http://[evil",
]


def sign_in(client, user, **more):
    return client.post(LOGIN, {"login": user.email, "password": PASSWORD} | more)


@pytest.mark.parametrize("change", [{"status": "INACTIVE"}, {"status": "SUSPENDED"}, {"role": "ADMIN"}])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_change_of_access_ends_the_session_for_good(client, change, method):
    admin, user = AdminFactory(), UserFactory(role="RECEPTIONIST")
    sign_in(client, user)
    assert client.get("/patients/").status_code == 200
    cookie = client.cookies["sessionid"].value
    before = {"role": user.role, "status": user.status}
    services.change_access(actor=admin, user=user, **(before | change))
    response = getattr(client, method)("/patients/")
    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)
    services.change_access(actor=admin, user=user, **before)
    client.cookies["sessionid"] = cookie
    assert client.post("/patients/").status_code == 302
    assert client.get("/patients/").status_code == 302
    assert sign_in(client, user).status_code == 302
    assert client.get("/patients/").status_code == 200


def test_a_new_password_ends_the_other_sessions(client, client_of):
    user = UserFactory(role="RECEPTIONIST")
    elsewhere = client_of(user)
    sign_in(client, user)
    new = "three words make one"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), fields).status_code == 302
    assert client.get("/patients/").status_code == 200
    assert elsewhere.get("/patients/").status_code == 302


def test_signing_in_takes_no_session_from_outside(client):
    client.cookies["sessionid"] = "fixedfixedfixedfixedfixedfixed12"
    sign_in(client, UserFactory())
    assert client.cookies["sessionid"].value != "fixedfixedfixedfixedfixedfixed12"
    first = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    sign_in(client, UserFactory())
    assert client.cookies["sessionid"].value != first


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nothing_leads_elsewhere(client, client_of, receptionist, patient, url):
    user = UserFactory()
    assert sign_in(client, user, next=url)["Location"] == "/"
    assert client.get(LOGIN, {"next": url})["Location"] == "/"
    assert client.post(reverse("accounts:theme"), {"theme": "dark", "next": url})["Location"] == "/"
    from homeo.demo.factories.scheduling import AppointmentFactory

    visit = AppointmentFactory(patient=patient)
    path = reverse("scheduling:appointment_confirm", args=[visit.pk])
    assert client_of(receptionist).post(path, {"next": url})["Location"].startswith("/scheduling/")


def test_a_closed_account_cannot_sign_in_and_gets_no_new_password(client, mailoutbox):
    user = UserFactory()
    User.objects.get(pk=user.pk)
    services.change_access(actor=AdminFactory(), user=user, role=user.role, status="SUSPENDED")
    sign_in(client, user)
    assert "_auth_user_id" not in client.session
    client.post(reverse("account_reset_password"), {"email": user.email})
    assert not mailoutbox
