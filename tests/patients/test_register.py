"""Registering patients: account, profile, invitation, duplicates, guardian."""

import re

import pytest
from django.test import Client

from accounts.models import User
from homeo.demo.factories.patients import PatientFactory
from patients.models import Guardian, Patient
from tests.patients.typed import guardian_typed, new_patient, url

pytestmark = pytest.mark.django_db

LIST = "/patients/"
NEW = "/patients/new/"


@pytest.fixture
def desk(client_of, receptionist):
    return client_of(receptionist)


def test_a_patient_is_registered_and_invited(desk, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(NEW, new_patient(email="Ravi@Homeo.example"))
    patient = Patient.objects.get(user__email="ravi@homeo.example")
    assert answer.url == url("patient_detail", patient)
    assert (patient.user.role, patient.user.phone, patient.phone) == ("PATIENT", "99887 76655", "99887 76655")
    assert [mail.to for mail in mailoutbox] == [["ravi@homeo.example"]]
    (message,) = map(str, desk.get(answer.url).context["messages"])
    assert message.startswith(f"Ravi Iyer is registered, file number {patient.file_number}.")
    assert message.endswith("The invitation goes to ravi@homeo.example.")

    link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body).group(1)
    own = Client()
    page = own.get(link, follow=True)
    assert "Choose a password" in page.content.decode()
    passwords = {"password1": "a quiet river bend", "password2": "a quiet river bend"}
    own.post(page.request["PATH_INFO"], passwords)
    assert own.post("/accounts/login/", {"login": patient.user.email, "password": passwords["password1"]}).url == "/"


def test_without_e_mail_an_address_is_made_up_and_not_written_to(desk, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(NEW, new_patient())
    user = Patient.objects.get().user
    assert not user.has_email
    assert not user.has_usable_password()
    Client().post("/accounts/password/reset/", {"email": user.email})
    assert mailoutbox == []


def test_a_made_up_address_cannot_be_typed(desk):
    page = desk.post(NEW, new_patient(email="ravi@no-email.invalid"))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"email"}


def test_a_child_is_registered_with_a_guardian(desk, mailoutbox, django_capture_on_commit_callbacks):
    guardian = guardian_typed(guardian_name="Leela van der Iyer")
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(NEW, new_patient(date_of_birth="2025-05-05", **guardian))
    link = Guardian.objects.select_related("user", "patient").get()
    assert (link.user.first_name, link.user.last_name, link.relationship) == ("Leela van der", "Iyer", "Mother")
    assert [mail.to for mail in mailoutbox] == [["mum@homeo.example"]]


@pytest.mark.parametrize(
    ("guardian", "field"),
    [
        ({"guardian_name": "Leela"}, "guardian_email"),
        ({"guardian_relationship": "Mother"}, "guardian_email"),
        ({"guardian_email": "mum@homeo.example"}, "guardian_name"),
        ({"guardian_email": "mum", "guardian_name": "Leela"}, "guardian_email"),
    ],
)
def test_a_guardian_that_lacks_something_keeps_all_that_was_typed(desk, guardian, field):
    page = desk.post(NEW, new_patient(**guardian))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {field}
    assert '<details class="fold" open>' in page.content.decode()
    assert not Patient.objects.exists()
    assert not User.objects.filter(role="PATIENT").exists()


def test_staff_are_no_guardians(desk, doctor):
    page = desk.post(NEW, new_patient(guardian_email=doctor.email, guardian_name="Dr Sen"))
    assert "guardian_email" in page.context["form"].errors
    assert not Patient.objects.exists()


def test_a_likely_duplicate_is_shown_first_and_taken_when_it_is_another_person(desk):
    there = PatientFactory(user__first_name="Ravi", user__last_name="Ayer", date_of_birth="1980-02-29")
    PatientFactory(user__first_name="Grace", user__last_name="Mwangi", date_of_birth="1980-02-29")
    typed = new_patient(emergency_contact="Sita 98230 1")
    page = desk.post(NEW, typed)
    content = page.content.decode()
    assert page.status_code == 422
    assert page.context["form"].duplicates == [there]
    assert f'<a href="{url("patient_detail", there)}" target="_blank"' in content
    assert there.file_number in content
    assert 'value="Sita 98230 1"' in content
    assert "Grace" not in content

    assert desk.post(NEW, typed | {"is_another_person": "on"}).status_code == 302
    assert Patient.objects.count() == 3


def test_an_address_in_use_is_said_beside_the_field(desk, patient):
    page = desk.post(NEW, new_patient(email=patient.user.email.upper()))
    assert page.status_code == 422
    assert page.context["form"].errors["email"] == ["There is already an account with this e-mail."]


def test_a_form_sent_twelve_times_registers_once(desk, mailoutbox, django_capture_on_commit_callbacks):
    typed = new_patient(email="ravi@homeo.example")
    with django_capture_on_commit_callbacks(execute=True):
        answers = [desk.post(NEW, typed) for _n in range(12)]
    assert {answer.url for answer in answers} == {url("patient_detail", Patient.objects.get())}
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("token", ["", "short", "x" * 24 + "y", None])
def test_a_form_without_a_token_is_refused(desk, token):
    typed = new_patient(form_token=token)
    if token is None:
        del typed["form_token"]
    assert desk.post(NEW, typed).status_code == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "x" * 81),
        ("last_name", "x" * 81),
        ("email", "x@"),
        ("email", "a" * 250 + "@homeo.example"),
        ("date_of_birth", "9999-12-31"),
        ("date_of_birth", "99999-01-01"),
        ("date_of_birth", "1899-12-31"),
        ("date_of_birth", "2200-01-01"),
        ("date_of_birth", "2023-02-29"),
        ("gender", "ROBOT"),
        ("blood_group", "C+"),
        ("phone", "call me"),
        ("phone", "9" * 31),
        ("address", "x" * 201),
        ("postal_code", "x" * 21),
        ("country", ""),
        ("guardian_name", "x" * 81),
    ],
)
def test_bad_input_is_said_beside_the_field_and_kept(desk, field, value):
    page = desk.post(NEW, new_patient(**{field: value}))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert page.context["form"][field].value() == value
    assert page.context["form"]["city"].value() == "Pune"
    assert not Patient.objects.exists()


def test_a_nul_byte_and_too_much_text_are_refused(desk):
    assert desk.post(NEW, new_patient(first_name="R\0avi")).status_code == 400
    assert desk.post(NEW, new_patient(first_name="R" * 2_700_000)).status_code == 400
    assert not Patient.objects.exists()


@pytest.mark.parametrize("name", ["Ñandú", "李小龍", "O'Brien", "<b>Bo</b>", "आशा", "Zoë \u202e", "😀"])
def test_names_of_all_kinds_are_kept_and_shown_as_text(desk, name):
    desk.post(NEW, new_patient(first_name=name, last_name=""))
    assert Patient.objects.get().name == name.strip()
    assert "<b>Bo" not in desk.get(LIST).content.decode()


@pytest.mark.parametrize("who", ["admin", "doctor", "patient"])
def test_only_the_desk_registers(request, client_of, who):
    person = request.getfixturevalue(who)
    client = client_of(getattr(person, "user", person))
    before = Patient.objects.count()
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, new_patient()).status_code == 403
    assert Patient.objects.count() == before
