"""What people are called and what they type is shown as typed, runs nowhere, and breaks no page, file or mail."""

import csv
import io

import pytest
from django.urls import reverse

from accounts import services
from homeo.base.fields import new_id
from patients.models import Patient
from tests.access import TABLE, address
from tests.patients.typed import new_patient

pytestmark = pytest.mark.django_db
NAMES = ['<b>Ñandú</b> O\'Brien & "Söhne"', "李 明 👩🏽‍⚕️ Zo\u0308e\u0301 İlker ß", "\u202egnp.exe {{ 7|add:1 }} =1+1"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_text_on_every_page(world, client_of, name):
    rows, people = world
    for row in (rows["patient"].user, people["doctor"]):
        row.first_name = row.last_name = name
        row.save()
    visit = rows["visit"]
    visit.notes = f"{name}</textarea><script>x</script>"
    visit.save()
    for column in ("front desk", "doctor") if name.startswith("<") else ("front desk",):
        page = client_of(people[column])
        for path, kind in TABLE:
            if path.startswith("account") or not (kind or path in {"home", "day"} or path.endswith("_list")):
                continue
            response = page.get(address(path, kind, rows))
            is_page = response["Content-Type"].startswith("text/html")
            if response.status_code != 200 or not is_page:
                continue
            if response["Content-Type"] == "application/pdf":
                assert response.content.startswith(b"%PDF-")
                continue
            html = response.content.decode()
            assert "<b>Ñ" not in html, path
            assert "<script>x" not in html, path
            assert "{{" not in html or "{{" in name, path
    found = client_of(people["front desk"]).post("/search/", {"q": name}, headers={"HX-Request": "true"})
    assert found.status_code == 200
    assert "<b>Ñ" not in found.content.decode()


def test_a_name_in_a_csv_file_is_one_cell_of_text(client_of, receptionist, patient):
    patient.user.first_name, patient.user.last_name = '=HYPERLINK("x")', '@a,"b"\n+c'
    patient.user.save()
    response = client_of(receptionist).get("/patients/", {"export": "csv"})
    _head, row = csv.reader(io.StringIO(response.content.decode().removeprefix("\ufeff")))
    assert row[1:3] == ['\'=HYPERLINK("x")', '\'@a,"b"\n+c']


@pytest.mark.parametrize("name", ["A\r\nBcc: x@evil.example", "A\nSubject: x", "<b>O'Brien</b>"])
def test_a_name_makes_no_header_of_a_mail(mailoutbox, django_capture_on_commit_callbacks, name):
    with django_capture_on_commit_callbacks(execute=True):
        services.create_user(
            actor=None, site="http://clinic.example", email="a@homeo.example", role="PATIENT", first_name=name
        )
    (mail,) = mailoutbox
    message = mail.message()
    assert set(message.keys()) & {"Bcc", "Cc"} == set()
    assert message.get_all("Subject") == [mail.subject]
    assert mail.recipients() == ["a@homeo.example"]
    assert name.splitlines()[0] in mail.body


@pytest.mark.parametrize(
    "email",
    [
        "a@b.example\nBcc: x@evil.example",
        "a@b.example, x@evil.example",
        "a@b.example%0ABcc:x",
        "a" * 300 + "@b.example",
    ],
)
def test_an_address_is_one_address(client_of, receptionist, mailoutbox, email):
    response = client_of(receptionist).post("/patients/new/", new_patient(email=email))
    assert response.status_code == 422
    assert not mailoutbox
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "x" * 81),
        ("address", "x" * 201),
        ("phone", "x" * 31),
        ("date_of_birth", "1899-12-31"),
        ("date_of_birth", "0001-01-01"),
        ("date_of_birth", "9999-12-31"),
        ("date_of_birth", "2023-02-29"),
        ("date_of_birth", "29.02.2024"),
        ("gender", "SUPER"),
        ("blood_group", "Z"),
        ("form_token", "x" * 25),
    ],
)
def test_what_is_out_of_bounds_is_said_and_the_rest_is_kept(client_of, receptionist, field, value):
    response = client_of(receptionist).post("/patients/new/", new_patient(city="Nashik", **{field: value}))
    if field == "form_token":
        assert response.status_code == 400
    else:
        assert response.status_code == 422
        assert response.context["form"].errors[field]
        assert "Nashik" in response.content.decode()
    assert not Patient.objects.exists()


@pytest.mark.parametrize("born", ["1900-01-01", "2000-02-29"])
def test_what_is_just_within_bounds_is_taken(client_of, receptionist, born):
    assert client_of(receptionist).post("/patients/new/", new_patient(date_of_birth=born)).status_code == 302
    patient = Patient.objects.get()
    assert client_of(receptionist).get(reverse("patients:patient_detail", args=[patient.pk])).status_code == 200


@pytest.mark.parametrize(
    "amount",
    [
        "-0.01",
        "NaN",
        "-Infinity",
        "1e400",
        "1e999999999",
        "1.000,50",
        "12,5",
        "0.001",
        "99999999999",
        "",
        "0x10",
        "٣,٥",
    ],
)
def test_an_amount_that_is_none(client_of, receptionist, patient, amount):
    path = reverse("billing:invoice_create", args=[patient.pk])
    fields = {"form_token": new_id(), "amount": amount, "description": "Follow-up", "due_date": ""}
    response = client_of(receptionist).post(path, fields)
    assert response.status_code == 422
    assert response.context["form"].errors["amount"]
    assert not patient.invoices.exists()
