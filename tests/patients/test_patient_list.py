"""The list of patients: who sees whom, search, order, archive, export."""

import csv
import datetime as dt
import io
import re

import pytest

from accounts.audit import bulk
from homeo.demo.factories.accounts import UserFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory
from patients import services
from patients.models import Patient

pytestmark = pytest.mark.django_db

LIST = "/patients/"


def names_on(page) -> list[str]:
    return [patient.name for patient in page.context["page_obj"]]


@pytest.fixture
def desk(client_of, receptionist):
    return client_of(receptionist)


def test_the_desk_and_admins_see_everybody_a_doctor_the_treated(client_of, receptionist, admin, doctor):
    treated, _other = PatientFactory(), PatientFactory()
    AppointmentFactory(patient=treated, doctor=doctor)
    assert len(names_on(client_of(receptionist).get(LIST))) == 2
    assert len(names_on(client_of(admin).get(LIST))) == 2
    assert names_on(client_of(doctor).get(LIST)) == [treated.name]


def test_a_patient_has_no_list(client_of, patient):
    page = client_of(patient.user).get(LIST)
    assert page.status_code == 403
    assert patient.name not in page.content.decode().split("</header>")[-1]


def test_the_search_goes_by_post_and_forgives_a_slip(desk):
    asha = PatientFactory(user__first_name="Asha", user__last_name="Rao", phone="98230 55614")
    PatientFactory(user__first_name="Tobias", user__last_name="Lindqvist", phone="77091 38842")
    for text in ("ahsa rao", "5561", asha.file_number):
        answer = desk.post(LIST, {"q": text})
        assert re.fullmatch(r"/patients/\?search=[0-9a-z]+", answer.url)
        page = desk.get(answer.url)
        assert names_on(page) == ["Asha Rao"]
        assert page.context["search_text"] == text
    assert "Nobody found" in desk.get(desk.post(LIST, {"q": "zzzzzz"}).url).content.decode()
    assert len(names_on(desk.get(desk.post(LIST, {"q": ""}).url))) == 2


@pytest.mark.parametrize(
    ("ordering", "first"),
    [("name", "Ábel"), ("-name", "Zoe"), ("file_no", "Zoe"), ("-registered", "Ábel"), ("x;drop", "Ábel")],
)
def test_the_list_is_sorted_by_allowed_keys_only(desk, ordering, first):
    for name in ("Zoe", "Ábel"):
        PatientFactory(user__first_name=name, user__last_name="Rao")
    assert names_on(desk.get(LIST, {"ordering": ordering}))[0].startswith(first)


def test_archived_patients_are_shown_when_asked_for_and_never_to_doctors(client_of, desk, doctor, receptionist):
    gone, here = PatientFactory(), PatientFactory()
    for hour, patient in enumerate((gone, here), start=10):
        AppointmentFactory(patient=patient, doctor=doctor, appointment_time=dt.time(hour))
    services.archive_patient(actor=receptionist, patient=gone)
    assert names_on(desk.get(LIST)) == [here.name]
    assert names_on(desk.get(LIST, {"archived": "yes"})) == [gone.name]
    assert len(names_on(desk.get(LIST, {"archived": "all"}))) == 2
    assert names_on(desk.get(LIST, {"archived": "nonsense"})) == [here.name]
    assert names_on(client_of(doctor).get(LIST, {"archived": "all"})) == [here.name]


def test_the_export_has_identity_only_and_nothing_that_a_spreadsheet_runs(desk, client_of, doctor):
    PatientFactory(user__first_name="=cmd()", user__email="x@no-email.invalid", phone="+91 98230 5", notes="A secret")
    answer = desk.get(LIST, {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0]["First name"] == "'=cmd()"
    assert rows[0]["Phone"] == "'+91 98230 5"
    assert rows[0]["E-mail"] == ""
    assert "secret" not in answer.content.decode()
    assert client_of(doctor).get(LIST, {"export": "csv"}).status_code == 403


def test_the_list_costs_the_same_for_one_and_for_fifty(client_of, receptionist, django_assert_max_num_queries):
    patient = PatientFactory()
    client = client_of(receptionist)
    with django_assert_max_num_queries(12) as one:
        client.get(LIST, {"size": 50})
    users = bulk.create([UserFactory.build() for _n in range(49)])
    fields = {"date_of_birth": patient.date_of_birth, "gender": "OTHER", "phone": "98230 00000"}
    bulk.create([Patient(user=user, **fields) for user in users])
    with django_assert_max_num_queries(12) as fifty:
        page = client.get(LIST, {"size": 50})
    assert len(names_on(page)) == 50
    assert len(fifty) == len(one)


@pytest.mark.parametrize("query", [{"page": "9999"}, {"page": "x"}, {"size": "1000000"}, {"search": "../x"}])
def test_odd_addresses_show_a_list(desk, query):
    PatientFactory()
    assert len(names_on(desk.get(LIST, query))) == 1


def test_the_number_of_rows_is_chosen_and_kept(receptionist, client_of):
    for _number in range(26):
        PatientFactory()
    client = client_of(receptionist)
    first = client.get(LIST, {"archived": "all", "ordering": "file_no"})
    assert len(first.context["page_obj"]) == 25
    assert '<a class="num" href="?archived=all&amp;ordering=file_no&amp;size=50">50</a>' in first.content.decode()
    whole = client.get(LIST, {"archived": "all", "ordering": "file_no", "size": "50"})
    assert len(whole.context["page_obj"]) == 26
    # Filtering and clearing the filters keep the order and the number of rows.
    assert '<input type="hidden" name="size" value="50">' in whole.content.decode()
    assert 'href="?ordering=file_no&amp;size=50"' in whole.content.decode()
