"""A person's own profile and colours."""

import pytest
from django.test import Client

from accounts.models import AuditLog, User
from homeo.demo.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

URL = "/accounts/profile/"


def typed(user, **changes):
    names = ("first_name", "last_name", "phone", "avatar")
    return {name: getattr(user, name) for name in names} | {"version": user.version} | changes


@pytest.fixture
def user():
    return User.objects.get(pk=UserFactory().pk)


@pytest.fixture
def own(client, user):
    client.force_login(user)
    return client


def test_the_profile_is_changed_and_recorded(own, user):
    answer = own.post(URL, typed(user, first_name="Ñandú", last_name="李", avatar="clinic.example/me.jpg"))
    assert answer.url == URL
    user.refresh_from_db()
    assert (user.first_name, user.last_name, user.avatar) == ("Ñandú", "李", "https://clinic.example/me.jpg")
    entry = AuditLog.objects.filter(entity="User", entity_id=user.pk, action="UPDATE").get()
    assert entry.changes["first_name"] == {"old": "Asha", "new": "Ñandú"}
    assert entry.user_id == user.pk


@pytest.mark.parametrize("field", ["email", "role", "status", "is_staff", "password", "id"])
def test_nothing_else_of_the_account_can_be_changed(own, user, field):
    before = getattr(user, field)
    own.post(URL, typed(user, first_name="New", **{field: "ADMIN" if field == "role" else "x@homeo.example"}))
    user = User.objects.get(pk=user.pk)
    assert user.first_name == "New"
    assert getattr(user, field) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "x" * 81),
        ("phone", "9" * 31),
        ("phone", "call me"),
        ("avatar", "javascript:x"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_kept(own, user, field, value):
    page = own.post(URL, typed(user, **{field: value}))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {field}
    assert page.context["form"][field].value() == value


def test_a_stale_save_is_refused_and_shown(own, user):
    other = Client()
    other.force_login(user)
    other.post(URL, typed(user, phone="98230 00000"))
    page = own.post(URL, typed(user, phone="98230 11111"))
    assert page.status_code == 409
    content = page.content.decode()
    assert "98230 00000" in content
    assert "98230 11111" in content
    again = page.context["form"].data.dict()
    assert own.post(URL, again).url == URL
    assert User.objects.get(pk=user.pk).phone == "98230 11111"


def test_a_name_with_markup_is_shown_as_text(own, user):
    own.post(URL, typed(user, first_name="<b>Bo</b>", last_name="O'Neil"))
    content = own.get(URL).content.decode()
    assert "<b>Bo</b>" not in content
    assert "&lt;b&gt;Bo&lt;/b&gt;" in content


@pytest.mark.parametrize("theme", ["dark", "light", "system"])
def test_the_theme_is_remembered_and_the_page_is_kept(own, user, theme):
    assert (
        own.post("/accounts/theme/", {"theme": theme, "next": "/accounts/profile/?a=1"}).url == "/accounts/profile/?a=1"
    )
    assert User.objects.get(pk=user.pk).theme == theme
    assert (f'data-bs-theme="{theme}"' in own.get(URL).content.decode()) is (theme != "system")


def test_the_theme_leaves_an_open_form_valid(own, user):
    own.post("/accounts/theme/", {"theme": "dark"})
    assert own.post(URL, typed(user, phone="98230 11111")).status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil"]
)
def test_the_theme_never_leads_elsewhere(own, elsewhere):
    assert own.post("/accounts/theme/", {"theme": "dark", "next": elsewhere}).url == "/"


def test_an_unknown_theme_and_a_get_are_refused(own):
    assert own.post("/accounts/theme/", {"theme": "pink"}).status_code == 400
    assert own.get("/accounts/theme/").status_code == 405


def test_nobody_signed_in_is_sent_to_sign_in(client):
    assert client.get(URL).url.startswith("/accounts/login/")
    assert client.post("/accounts/theme/", {"theme": "dark"}).url.startswith("/accounts/login/")
