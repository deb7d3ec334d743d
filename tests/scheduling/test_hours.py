"""The doctor's own weekly hours."""

import datetime as dt

import pytest
from django.urls import reverse

from homeo.demo.factories.scheduling import AppointmentFactory
from scheduling.models import DoctorAvailability, Weekday

pytestmark = pytest.mark.django_db

URL = reverse("scheduling:availability_update")


@pytest.fixture
def client(client_of, doctor):
    return client_of(doctor)


@pytest.fixture
def typed(client):
    """A function that returns what the form holds, some of it changed."""
    form = client.get(URL).context["form"]

    def fields(**changed):
        data = {"version": form.initial["version"]}
        for day in Weekday:
            data |= {f"available_{day.value}": "on", f"start_{day.value}": "09:00", f"end_{day.value}": "17:00"}
            data |= {f"breaks_{day.value}-TOTAL_FORMS": "0", f"breaks_{day.value}-INITIAL_FORMS": "0"}
        data |= changed
        return {name: value for name, value in data.items() if value is not None}

    return fields


def stored(doctor, day):
    return DoctorAvailability.objects.get(doctor=doctor.doctor, day_of_week=day)


def test_the_week_begins_on_monday(client):
    page = client.get(URL)
    labels = [str(day["available"].label) for day in page.context["form"].days()]
    assert (labels[0], labels[-1]) == ("Monday", "Sunday")


def test_a_doctor_changes_the_hours(client, typed, doctor):
    response = client.post(URL, typed(start_1="08:30", end_1="12:00", available_0=None))
    assert response.status_code == 302
    monday = stored(doctor, Weekday.MONDAY)
    assert (monday.start_time, monday.end_time) == (dt.time(8, 30), dt.time(12))
    assert not stored(doctor, Weekday.SUNDAY).is_available


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"start_1": "17:00", "end_1": "09:00"}, "end_1"),
        ({"start_1": "09:00", "end_1": "09:00"}, "end_1"),
        ({"start_1": ""}, "start_1"),
        ({"end_1": None}, "end_1"),
        ({"start_1": "25:00"}, "start_1"),
        ({"start_1": "-1:00"}, "start_1"),
        ({"end_1": "x" * 9999}, "end_1"),
    ],
)
def test_what_is_wrong_is_said_beside_the_time(client, typed, doctor, changed, field):
    page = client.post(URL, typed(**changed))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in page.content.decode()
    assert stored(doctor, Weekday.MONDAY).end_time == dt.time(17)


def test_visits_outside_the_new_hours_are_shown_before_anything_is_saved(client, typed, doctor, tomorrow):
    visit = AppointmentFactory(doctor=doctor, appointment_time=dt.time(16))
    day = Weekday.of(tomorrow).value
    page = client.post(URL, typed(**{f"end_{day}": "12:00"}))
    assert page.status_code == 422
    assert visit.patient.name in page.content.decode()
    assert stored(doctor, day).end_time == dt.time(17)
    assert client.post(URL, typed(**{f"end_{day}": "12:00", "keep_outside": "on"})).status_code == 302
    assert stored(doctor, day).end_time == dt.time(12)


def test_hours_that_somebody_else_saved_meanwhile_are_shown_beside_the_typed_ones(client, typed, doctor):
    monday = stored(doctor, Weekday.MONDAY)
    monday.end_time = dt.time(18)
    monday.save()
    page = client.post(URL, typed(start_1="10:00"))
    assert page.status_code == 409
    assert page.context["conflict"]["differences"] == [
        {"label": "Monday", "typed": "10:00–17:00", "stored": "09:00–18:00"}
    ]
    assert stored(doctor, Weekday.MONDAY).end_time == dt.time(18)
    again = typed(start_1="10:00") | {"version": page.context["form"]["version"].value()}
    assert client.post(URL, again).status_code == 302
    assert stored(doctor, Weekday.MONDAY).start_time == dt.time(10)
