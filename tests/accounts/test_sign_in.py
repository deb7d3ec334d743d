"""Signing in and out, invitations and new passwords, and how a session ends."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts import services
from accounts.models import AuditLog, User
from homeo.demo.factories.accounts import PASSWORD, AdminFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
NEW_PASSWORD = "a quiet river bend"


def sign_in(client, email, password=PASSWORD, **data):
    return client.post(LOGIN, {"login": email, "password": password, **data})


def link_in(mail) -> str:
    return re.search(r"http://testserver(/\S+)", mail.body).group(1)


def choose_password(client, link, password=NEW_PASSWORD):
    page = client.get(link, follow=True)
    assert "Choose a password" in page.content.decode()
    return client.post(page.request["PATH_INFO"], {"password1": password, "password2": password})


def test_sign_in_goes_to_the_start_page_or_to_the_page_that_was_asked_for(client):
    user = UserFactory(email="asha@homeo.example")
    assert sign_in(client, "ASHA@homeo.example").url == "/"
    assert AuditLog.objects.filter(action="SIGN_IN", user=user).count() == 1
    client.logout()

    asked = client.get("/accounts/profile/")
    assert asked.url == f"{LOGIN}?next=/accounts/profile/"
    assert 'name="next" value="/accounts/profile/"' in client.get(asked.url).content.decode()
    assert sign_in(client, "asha@homeo.example", next="/accounts/profile/").url == "/accounts/profile/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_sign_in_never_leads_elsewhere(client, elsewhere):
    UserFactory(email="asha@homeo.example")
    assert sign_in(client, "asha@homeo.example", next=elsewhere).url == "/"


def test_a_wrong_password_and_an_unknown_address_answer_alike(client):
    UserFactory(email="asha@homeo.example")
    wrong, unknown = (
        sign_in(client, email, "wrong").context["form"].non_field_errors()
        for email in ("asha@homeo.example", "nobody@homeo.example")
    )
    assert wrong == unknown
    assert "do not go together" in str(wrong)
    assert AuditLog.objects.filter(action="SIGN_IN_FAILED").count() == 2


@pytest.mark.parametrize("typed", [{"login": "not an address"}, {"login": "a" * 300 + "@homeo.example"}, {}])
def test_bad_input_is_said_beside_the_field(client, typed):
    page = client.post(LOGIN, {"password": "x" * 5000, **typed})
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"login", "password"}


def test_a_nul_byte_is_refused(client):
    assert sign_in(client, "a\0b@homeo.example").status_code == 400


@pytest.mark.parametrize("status", ["INACTIVE", "SUSPENDED"])
def test_a_closed_account_is_told_so_with_the_right_password_only(client, status):
    UserFactory(email="asha@homeo.example", status=status)
    assert "do not go together" in sign_in(client, "asha@homeo.example", "wrong").content.decode()
    answer = sign_in(client, "asha@homeo.example")
    assert answer.url == reverse("account_inactive")
    assert "This account is closed" in client.get(answer.url).content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("role", "status"), [("PATIENT", "SUSPENDED"), ("PATIENT", "INACTIVE"), ("RECEPTIONIST", "ACTIVE")]
)
def test_an_open_session_ends_with_a_change_of_access_and_stays_dead(client, method, role, status):
    user = UserFactory()
    sign_in(client, user.email)
    assert client.get("/accounts/profile/").status_code == 200

    services.change_access(actor=AdminFactory(), user=user, role=role, status=status)
    answer = getattr(client, method)("/accounts/profile/")
    assert answer.url.startswith(LOGIN)

    services.change_access(actor=AdminFactory(), user=user, role="PATIENT", status="ACTIVE")
    assert getattr(client, method)("/accounts/profile/").url.startswith(LOGIN)
    sign_in(client, user.email)
    assert client.get("/accounts/profile/").status_code == 200


def test_a_cookie_that_slept_through_the_closure_is_dead_too(client):
    user = UserFactory()
    sign_in(client, user.email)
    for status in ("SUSPENDED", "ACTIVE"):
        services.change_access(actor=AdminFactory(), user=user, role="PATIENT", status=status)
    assert client.get("/accounts/profile/").url.startswith(LOGIN)


def test_nobody_changes_the_own_access(admin):
    with pytest.raises(services.OwnAccessError):
        services.change_access(actor=admin, user=admin, role="PATIENT", status="ACTIVE")


def test_signing_out_needs_a_post(client):
    user = UserFactory()
    client.force_login(user)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").url == LOGIN
    assert "_auth_user_id" not in client.session
    assert AuditLog.objects.filter(action="SIGN_OUT", user=user).count() == 1


def test_too_many_failed_attempts_are_refused(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
    cache.clear()
    UserFactory(email="asha@homeo.example")
    for _attempt in range(3):
        assert "do not go together" in sign_in(client, "asha@homeo.example", "wrong").content.decode()
    page = sign_in(Client(), "asha@homeo.example")
    assert "Too many failed attempts" in page.content.decode()
    assert "_auth_user_id" not in page.client.session
    cache.clear()


def test_too_many_pages_are_answered_with_our_429(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    cache.clear()
    answers = [sign_in(client, "nobody@homeo.example") for _attempt in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Too many attempts" in answers[-1].content.decode()
    cache.clear()


def test_an_invitation_leads_to_a_password_and_in(client, admin, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        user = services.create_user(
            actor=admin,
            site="http://testserver",
            email="New.Doctor@homeo.example",
            role="DOCTOR",
            first_name="Nora",
            last_name="O’Brien <b>",
        )
    (mail,) = mailoutbox
    assert mail.to == ["new.doctor@homeo.example"]
    assert "Hello Nora O’Brien <b>," in mail.body
    assert sign_in(client, user.email, "").status_code == 200

    answer = choose_password(client, link_in(mail))
    assert "You can sign in now" in client.get(answer.url).content.decode()
    assert sign_in(client, user.email, NEW_PASSWORD).url == "/"

    again = Client().get(link_in(mail), follow=True)
    assert "This link no longer works" in again.content.decode()


def test_a_forgotten_password_is_replaced_and_open_sessions_end(client, mailoutbox):
    user = UserFactory()
    other = Client()
    other.force_login(user)
    answer = client.post("/accounts/password/reset/", {"email": user.email.upper()})
    assert "Look in your mail" in client.get(answer.url).content.decode()
    (mail,) = mailoutbox
    assert mail.subject == "A new password for Banyan Clinic"
    choose_password(client, link_in(mail))
    assert sign_in(client, user.email).status_code == 200
    assert sign_in(client, user.email, NEW_PASSWORD).url == "/"
    assert other.get("/accounts/profile/").url.startswith(LOGIN)


@pytest.mark.parametrize("address", ["nobody@homeo.example", "closed@homeo.example", "made-up@no-email.invalid"])
def test_a_reset_answers_alike_and_writes_to_nobody_else(client, mailoutbox, address):
    UserFactory(email="closed@homeo.example", status="SUSPENDED")
    UserFactory(email="made-up@no-email.invalid")
    assert client.post("/accounts/password/reset/", {"email": address}).url == "/accounts/password/reset/done/"
    assert mailoutbox == []


@pytest.mark.parametrize("password", ["short", "password123", "1234567890123"])
def test_a_weak_password_is_refused(client, mailoutbox, password):
    user = UserFactory()
    client.post("/accounts/password/reset/", {"email": user.email})
    page = choose_password(client, link_in(mailoutbox[0]), password)
    assert page.context["form"].errors["password1"]


def test_a_forged_link_is_refused(client):
    user = UserFactory()
    page = client.get(f"/accounts/password/reset/key/{user.pk}-d0xvqy-0123456789abcdef/")
    assert "This link no longer works" in page.content.decode()


def test_the_password_is_changed_with_the_present_one(client):
    user = UserFactory()
    client.force_login(user)
    typed = {"oldpassword": "wrong", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert "not your present password" in client.post("/accounts/password/change/", typed).content.decode()
    assert client.post("/accounts/password/change/", typed | {"oldpassword": PASSWORD}).url == "/accounts/profile/"
    assert client.get("/accounts/profile/").status_code == 200
    assert User.objects.get(pk=user.pk).check_password(NEW_PASSWORD)


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_set_password"])
def test_nobody_signs_up_or_manages_addresses(client, name):
    with pytest.raises(NoReverseMatch):
        reverse(name)
    assert client.get("/accounts/signup/").status_code == 404


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demo_sign_ins_stand_on_the_page_of_a_demo_only(client, settings, is_demo):
    settings.DEMO = is_demo
    assert ("reception@homeo.example" in client.get(LOGIN).content.decode()) is is_demo
