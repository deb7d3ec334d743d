"""The list of visits, one visit, and the buttons on it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db

LIST = reverse("scheduling:appointment_list")
ACTIONS = ["confirm", "check_in", "no_show", "restore"]


def url_of(name, visit):
    return reverse(f"scheduling:appointment_{name}", args=[visit.pk])


@pytest.fixture
def visit(patient, doctor):
    return AppointmentFactory(patient=patient, doctor=doctor)


@pytest.fixture
def people(receptionist, doctor, patient, admin):
    return {"receptionist": receptionist, "doctor": doctor, "patient": patient.user, "admin": admin}


@pytest.fixture
def make_visits(receptionist, patient, doctor, tomorrow):
    """A function that makes so many visits of the patient to the doctor, one a day."""

    def make(count):
        return bulk.create(
            [
                Appointment(
                    patient=patient,
                    doctor=doctor,
                    appointment_date=tomorrow + dt.timedelta(days=n),
                    appointment_time=dt.time(9),
                    duration=20,
                    status="CONFIRMED",
                    booked_by=receptionist,
                )
                for n in range(count)
            ]
        )

    return make


@pytest.mark.parametrize("role", ["receptionist", "doctor", "patient", "admin"])
def test_the_list_costs_the_same_for_one_row_and_for_fifty(
    role, people, client_of, make_visits, django_assert_num_queries
):
    client = client_of(people[role])
    make_visits(1)
    with CaptureQueriesContext(connection) as first:
        client.get(LIST, {"size": "50"})
    assert len(first) <= 12
    Appointment.objects.all()._raw_delete("default")
    make_visits(50)
    with django_assert_num_queries(len(first)):
        page = client.get(LIST, {"size": "50"})
    assert page.status_code == 200


def test_the_list_shows_own_visits_only(people, client_of, visit):
    other = AppointmentFactory()
    for role, expected in {"receptionist": 2, "admin": 2, "doctor": 1}.items():
        page = client_of(people[role]).get(LIST)
        assert len(page.context["object_list"]) == expected, role
    page = client_of(people["patient"]).get(LIST)
    assert [own.visit for own in page.context["coming"]] == [visit]
    assert other.patient.name not in page.content.decode()


def test_the_list_is_filtered_sorted_searched_and_exported(client_of, receptionist, visit, tomorrow):
    other = AppointmentFactory(status="PENDING", notes="=1+1", appointment_date=tomorrow + dt.timedelta(days=3))
    past = AppointmentFactory(appointment_date=timezone.localdate() - dt.timedelta(days=9))
    client = client_of(receptionist)

    def shown(**query):
        return list(client.get(LIST, query).context["object_list"])

    assert shown() == [visit, other]
    assert shown(ordering="-time") == [other, visit]
    assert shown(since="") == [past, visit, other]
    assert shown(status="PENDING") == [other]
    assert shown(doctor=visit.doctor_id) == [visit]
    assert shown(until=tomorrow.isoformat()) == [visit]
    found = client.post(LIST, {"q": other.patient.phone}, follow=True)
    assert list(found.context["object_list"]) == [other]
    assert other.patient.phone not in found.request["QUERY_STRING"]
    export = client.get(LIST, {"export": "csv"}).content.decode()
    assert other.patient.name in export
    assert "'=1+1" in export


@pytest.mark.parametrize(
    "query", ["since=9999-12-31", "until=0001-01-01&doctor=x", "status=NONE&page=zzz&size=9", "ordering=password"]
)
def test_nonsense_filters_are_no_error(client_of, receptionist, visit, query):
    assert client_of(receptionist).get(f"{LIST}?{query}").status_code == 200


def test_only_the_desk_and_admins_export(people, client_of, visit):
    statuses = {role: client_of(person).get(LIST, {"export": "csv"}).status_code for role, person in people.items()}
    assert statuses == {"receptionist": 200, "admin": 200, "doctor": 403, "patient": 403}


def test_a_visit_is_shown_to_those_whom_it_concerns(people, client_of, visit):
    url = url_of("detail", visit)
    for person in people.values():
        assert client_of(person).get(url).status_code == 200
    for stranger in (PatientFactory().user, DoctorFactory().user):
        assert client_of(stranger).get(url).status_code == 404
    guardian = GuardianFactory(patient=visit.patient).user
    assert client_of(guardian).get(url).status_code == 200


@pytest.mark.parametrize("name", ACTIONS)
def test_buttons_are_closed_to_strangers_and_to_get(name, client_of, visit, receptionist):
    url = url_of(name, visit)
    assert client_of(receptionist).get(url).status_code == 405
    assert client_of(DoctorFactory().user).post(url).status_code == 404
    of_patient = 404 if name == "restore" else 403
    assert client_of(PatientFactory().user).post(url).status_code == of_patient
    assert client_of(receptionist).post(reverse(f"scheduling:appointment_{name}", args=["x" * 24])).status_code == 404


def test_the_desk_confirms_and_checks_in(client_of, receptionist, patient, doctor):
    visit = AppointmentFactory(
        patient=patient,
        doctor=doctor,
        status="PENDING",
        appointment_date=timezone.localdate(),
        appointment_time=dt.time(0),
    )
    client = client_of(receptionist)
    client.post(url_of("confirm", visit))
    response = client.post(url_of("check_in", visit), {"next": "/day/?day=2026-11-24"})
    assert response.url == "/day/?day=2026-11-24"
    assert client.post(url_of("check_in", visit), {"next": "https://evil.example/"}).url == url_of("detail", visit)
    visit.refresh_from_db()
    assert visit.state == "arrived"
    assert visit.consultation.status == "SCHEDULED"
    page = client_of(doctor).get(url_of("detail", visit))
    assert reverse("clinical:consultation_start", args=[visit.consultation.pk]) in page.content.decode()


def test_a_patient_who_did_not_come_is_marked_and_may_still_arrive(client_of, receptionist, patient, doctor):
    visit = AppointmentFactory(
        patient=patient, doctor=doctor, appointment_date=timezone.localdate(), appointment_time=dt.time(0)
    )
    client = client_of(receptionist)
    client.post(url_of("no_show", visit))
    visit.refresh_from_db()
    assert visit.state == "no-show"
    client.post(url_of("check_in", visit))
    visit.refresh_from_db()
    assert visit.state == "arrived"


@pytest.mark.parametrize("role", ["receptionist", "patient"])
def test_a_visit_is_cancelled_with_a_reason_and_that_is_undone(role, people, client_of, visit):
    client, url = client_of(people[role]), url_of("cancel", visit)
    version = client.get(url).context["form"].initial["version"]
    empty = client.post(url, {"version": version, "cancel_reason": " "})
    assert empty.status_code == 422
    assert "cancel_reason" in empty.context["form"].errors
    assert client.post(url, {"version": version, "cancel_reason": "x" * 201}).status_code == 422
    page = client.post(url, {"version": version, "cancel_reason": "Travels"}, follow=True)
    visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason) == ("CANCELLED", "Travels")
    assert url_of("restore", visit) in page.content.decode()
    client.post(url_of("restore", visit))
    visit.refresh_from_db()
    assert visit.status == "CONFIRMED"
    assert client.get(url).status_code == 200


def test_a_cancellation_of_a_visit_that_has_changed_is_shown_first(client_of, receptionist, visit):
    client, url = client_of(receptionist), url_of("cancel", visit)
    version = client.get(url).context["form"].initial["version"]
    visit.notes = "Changed meanwhile"
    visit.save()
    page = client.post(url, {"version": version, "cancel_reason": "Travels"})
    assert page.status_code == 409
    assert "Travels" in page.content.decode()
    visit.refresh_from_db()
    assert visit.status == "CONFIRMED"


def test_the_patient_cannot_undo_what_the_clinic_cancelled(client_of, receptionist, visit):
    desk, url = client_of(receptionist), url_of("cancel", visit)
    desk.post(url, {"version": desk.get(url).context["form"].initial["version"], "cancel_reason": "Doctor is ill"})
    client = client_of(visit.patient.user)
    assert url_of("restore", visit) not in client.get(url_of("detail", visit)).content.decode()
    client.post(url_of("restore", visit))
    visit.refresh_from_db()
    assert visit.status == "CANCELLED"


def test_an_overbooked_visit_is_marked_in_lists_and_on_its_page(people, client_of, doctor, patient):
    visit = AppointmentFactory(patient=patient, doctor=doctor, is_overbooked=True, overbook_reason="Acute fever")
    for person in people.values():
        client = client_of(person)
        assert "Overbooked" in client.get(LIST).content.decode()
        assert "Acute fever" in client.get(url_of("detail", visit)).content.decode()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("appointment_list", {"receptionist": 200, "doctor": 200, "patient": 200, "admin": 200}),
        ("appointment_create", {"receptionist": 200, "doctor": 200, "patient": 403, "admin": 403}),
        ("patient_choose", {"receptionist": 200, "doctor": 200, "patient": 403, "admin": 403}),
        ("appointment_request", {"receptionist": 403, "doctor": 403, "patient": 200, "admin": 403}),
        ("slot_list", {"receptionist": 200, "doctor": 200, "patient": 200, "admin": 403}),
        ("availability_update", {"receptionist": 403, "doctor": 200, "patient": 403, "admin": 403}),
    ],
)
def test_each_role_opens_its_own_pages(name, expected, people, client_of):
    url = reverse(f"scheduling:{name}")
    assert {role: client_of(person).get(url).status_code for role, person in people.items()} == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cancel", {"receptionist": 200, "doctor": 200, "patient": 200, "admin": 403}),
        ("reschedule", {"receptionist": 200, "doctor": 200, "patient": 200, "admin": 403}),
    ],
)
def test_each_role_changes_what_it_may(name, expected, people, client_of, visit):
    assert {role: client_of(person).get(url_of(name, visit)).status_code for role, person in people.items()} == expected


@pytest.mark.parametrize("name", ["appointment_create", "appointment_request"])
def test_the_booking_pages_stay_below_the_bound_of_queries(
    name, people, client_of, visit, django_assert_max_num_queries
):
    client = client_of(people["receptionist" if name == "appointment_create" else "patient"])
    query = {"patient": visit.patient_id, "doctor": visit.doctor_id, "date": visit.appointment_date, "time": "11:00"}
    with django_assert_max_num_queries(12):
        assert client.get(reverse(f"scheduling:{name}"), query).status_code == 200


def test_a_patient_sorts_and_filters_the_past_visits(client_of, patient, doctor, receptionist):
    days = [timezone.localdate() - dt.timedelta(days=n) for n in (10, 5)]
    for day in days:
        AppointmentFactory(patient=patient, doctor=doctor, appointment_date=day, status="COMPLETED")
    client = client_of(patient.user)
    url = reverse("scheduling:appointment_list")
    shown = [
        [v.appointment_date for v in client.get(url, query).context["object_list"]]
        for query in ({}, {"ordering": "-latest"})
    ]
    assert shown == [days[::-1], days]
    page = client.get(url, {"status": "CANCELLED"})
    assert list(page.context["object_list"]) == []
    assert "No such visit" in page.content.decode()
