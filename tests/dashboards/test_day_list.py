"""The day as lists on paper: who is on them, who may see them, and how many queries they take."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory, TimeOffFactory

pytestmark = pytest.mark.django_db

DAY_LIST = reverse("day_list")


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def desk(client_of, receptionist):
    return client_of(receptionist)


def sheets_of(response):
    return {sheet.doctor.user_id: sheet for sheet in response.context["sheets"]}


def test_each_doctor_has_a_sheet_with_those_who_come(desk, doctor, patient, tomorrow):
    late = AppointmentFactory(
        doctor=doctor,
        patient=patient,
        appointment_date=tomorrow,
        appointment_time=dt.time(11),
        notes="brings <b>papers</b>",
    )
    early = AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(9))
    gone = AppointmentFactory(
        doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(10), status="CANCELLED", cancel_reason="Ill"
    )
    colleague = DoctorFactory().user
    page = desk.get(DAY_LIST, {"day": tomorrow.isoformat()})
    sheets = sheets_of(page)
    assert set(sheets) == {doctor.pk, colleague.pk}
    assert sheets[doctor.pk].visits == [early, late]
    assert sheets[colleague.pk].visits == []
    content = page.content.decode()
    assert patient.phone in content
    assert "brings &lt;b&gt;papers&lt;/b&gt;" in content
    assert gone.patient.name not in content


def test_one_doctors_sheet_alone(desk, doctor, tomorrow):
    DoctorFactory()
    page = desk.get(DAY_LIST, {"day": tomorrow.isoformat(), "doctor": doctor.pk})
    assert set(sheets_of(page)) == {doctor.pk}


def test_a_doctor_sees_the_own_sheet_only(client_of, doctor, tomorrow):
    colleague = DoctorFactory().user
    other = AppointmentFactory(doctor=colleague, appointment_date=tomorrow)
    page = client_of(doctor).get(DAY_LIST, {"day": tomorrow.isoformat()})
    assert set(sheets_of(page)) == {doctor.pk}
    assert other.patient.name not in page.content.decode()
    assert client_of(doctor).get(DAY_LIST, {"doctor": colleague.pk}).status_code == 404


def test_a_doctor_who_is_away_has_no_sheet_but_for_visits(desk, doctor, tomorrow):
    TimeOffFactory(doctor=doctor.doctor, start_date=tomorrow, end_date=tomorrow, reason="Congress")
    assert not sheets_of(desk.get(DAY_LIST, {"day": tomorrow.isoformat()}))
    AppointmentFactory(doctor=doctor, appointment_date=tomorrow)
    page = desk.get(DAY_LIST, {"day": tomorrow.isoformat()})
    assert sheets_of(page)[doctor.pk].away_text == "Congress"
    assert "Congress" in page.content.decode()


@pytest.mark.parametrize("query", [{"day": "9999-12-31"}, {"day": "soon"}, {"doctor": "nobody"}, {"doctor": "\0"}])
def test_what_makes_no_sense_is_not_found(desk, query):
    assert desk.get(DAY_LIST, query).status_code in {400, 404}


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_takes_the_same_number_of_queries(desk, doctor, tomorrow, count, django_assert_num_queries):
    for n in range(count):
        AppointmentFactory(
            doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(9 + n // 12, n % 12 * 5), duration=5
        )
    with django_assert_num_queries(5):
        desk.get(DAY_LIST, {"day": tomorrow.isoformat()})
