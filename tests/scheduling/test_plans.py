"""The hot queries use their index over many rows: the plans are walked, no time is measured."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import data
from homeo.dashboards.board import read_board
from patients.models import Patient
from scheduling import availability
from scheduling.models import Appointment, Doctor

pytestmark = pytest.mark.django_db
SIZE = data.Size(0.1)
DOCTORS_DAYS = {"appointment_doctor_date"}
BIG = {"scheduling_appointment", "patients_patient", "accounts_user"}


@pytest.fixture(scope="module")
def clinic(django_db_setup, django_db_blocker):
    """A tenth of the clinic that is measured: 10,000 patients and 100,000 visits, gone after this module."""
    with django_db_blocker.unblock():
        data.make(SIZE)
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE scheduling_closure, accounts_nameword, accounts_user CASCADE")


@pytest.fixture
def doctors(clinic):
    return list(Doctor.objects.by_name()[:10])


@pytest.fixture
def nodes_of():
    """A function that returns all nodes of the plans of the queries that a call asks."""

    def walk(plan):
        yield plan
        for part in plan.get("Plans", ()):
            yield from walk(part)

    def ask(call):
        with CaptureQueriesContext(connection) as queries:
            call()
        nodes = []
        for query in queries.captured_queries:
            if "SELECT" in query["sql"]:
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN (FORMAT JSON) " + query["sql"])
                    (plan,) = cursor.fetchone()
                plan = json.loads(plan) if isinstance(plan, str) else plan
                nodes += walk(plan[0]["Plan"])
        return nodes

    return ask


def indexes(nodes):
    return {node["Index Name"] for node in nodes if "Index Name" in node}


def read_through(nodes):
    return {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"} & BIG


def test_free_slots_of_a_month_read_one_doctors_days(nodes_of, doctors):
    today = timezone.localdate()
    nodes = nodes_of(lambda: availability.free_slots(doctors[0].user, today, today + dt.timedelta(days=31)))
    assert indexes(nodes) & DOCTORS_DAYS
    assert not read_through(nodes)


@pytest.mark.parametrize("count", [1, 10])
def test_the_board_reads_the_days_of_its_doctors(nodes_of, doctors, receptionist, count):
    now = timezone.localtime()
    nodes = nodes_of(lambda: read_board(receptionist, now.date(), now=now, doctors=doctors[:count]))
    assert indexes(nodes) & {*DOCTORS_DAYS, "appointment_date"}
    assert "scheduling_appointment" not in read_through(nodes)


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (
            "SELECT search_name FROM accounts_user GROUP BY 1 HAVING count(*) = 1 ORDER BY 1 LIMIT 1",
            "user_search_name_trgm",
        ),
        ("SELECT substr(phone_digits, 4, 6) FROM patients_patient LIMIT 1", "patient_phone_trgm"),
        ("SELECT file_no::text FROM patients_patient LIMIT 1", "patients_patient_file_no_key"),
    ],
)
def test_the_box_looks_names_phones_and_file_numbers_up(nodes_of, clinic, sql, index):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (text,) = cursor.fetchone()
    nodes = nodes_of(lambda: list(Patient.objects.active().likeliest(text, 8)))
    assert index in indexes(nodes)


def test_the_box_reads_visits_and_bills_of_those_found_alone(nodes_of, clinic, client_of, receptionist):
    (name,) = Patient.objects.values_list("user__search_name", flat=True)[:1]
    client = client_of(receptionist)
    nodes = nodes_of(lambda: client.post("/search/", {"q": name}, headers={"HX-Request": "true"}))
    assert {"appointment_patient_date", "invoice_patient_created"} <= indexes(nodes)
    assert not read_through(nodes) & {"scheduling_appointment", "patients_patient"}


def test_the_visits_of_those_found_are_looked_up_by_patient(nodes_of, clinic):
    found = [patient.pk for patient in Patient.objects.all()[:8]]
    visits = Appointment.objects.filter(patient__in=found, appointment_date__gte=timezone.localdate())
    nodes = nodes_of(lambda: list(visits))
    assert "appointment_patient_date" in indexes(nodes)
    assert not read_through(nodes)


def test_a_booking_looks_for_clashes_by_an_index(nodes_of, doctors):
    visit = Appointment.objects.filter(doctor=doctors[0].user).occupying().first()
    nodes = nodes_of(visit.validate_constraints)
    assert indexes(nodes) & {*DOCTORS_DAYS, "appointment_doctor_once"}
    assert not read_through(nodes)
