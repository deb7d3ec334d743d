"""Visits that recur, moved and called off together."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeo.base.fields import new_id
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory, VisitSeriesFactory
from scheduling import services
from scheduling.models import Appointment
from scheduling.services import Move, Scope
from tests.scheduling.recurring import TEN, WEEK, errors_of, fields_of, rows_of, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def series(receptionist, patient, doctor, tomorrow):
    """Four weekly visits at ten, from tomorrow."""
    return services.book_series(
        actor=receptionist,
        patient=patient,
        doctor=doctor,
        frequency="WEEKLY",
        interval=1,
        times=[(tomorrow + n * WEEK, TEN) for n in range(4)],
    )


@pytest.fixture
def visits(series):
    return list(series.appointments.by_time())


def move_address(visit, **changed):
    fields = {
        "scope": "FOLLOWING",
        "doctor": visit.doctor_id,
        "date": visit.appointment_date + dt.timedelta(days=1),
        "time": "11:00",
        "preview": 1,
    } | changed
    return f"{url_of('move', visit)}?" + "&".join(f"{name}={value}" for name, value in fields.items())


def test_this_and_the_following_move_to_another_weekday_and_time(desk, series, visits, doctor):
    url = move_address(visits[1])
    clash = AppointmentFactory(
        doctor=doctor,
        appointment_date=visits[2].appointment_date + dt.timedelta(days=1),
        appointment_time=dt.time(11),
    )
    page = desk.get(url)
    assert [row.wish.visit for row in rows_of(page)] == visits[1:]
    assert [row.conflict and row.conflict.clash for row in rows_of(page)] == [None, clash, None]
    answer = desk.post(url, fields_of(page))
    assert answer.url == url_of("detail", series)
    after = dt.timedelta(days=1)
    now = list(series.appointments.occupying().by_time())
    assert [(visit.appointment_date, visit.appointment_time) for visit in now] == [
        (visits[0].appointment_date, TEN),
        (visits[1].appointment_date + after, dt.time(11)),
        (visits[2].appointment_date + after, dt.time(10, 40)),
        (visits[3].appointment_date + after, dt.time(11)),
    ]
    assert [visit.uid for visit in now] == [visit.uid for visit in visits]
    assert [visit.calendar_sequence for visit in now] == [0, 1, 1, 1]
    detail = desk.get(url_of("detail", series)).content.decode()
    assert all(reverse("scheduling:appointment_detail", args=[visit.pk]) in detail for visit in now)


@pytest.mark.parametrize("weeks", [-1, 1])
def test_visits_may_move_into_each_others_places(receptionist, doctor, visits, weeks):
    visits = visits[1:] if weeks < 0 else visits
    moves = [Move(visit, visit.appointment_date + weeks * WEEK, visit.appointment_time) for visit in visits]
    if weeks < 0:
        first = Appointment.objects.by_time().first()
        services.cancel_appointment(actor=receptionist, appointment=first, reason="Away")
    assert len(services.move_visits(actor=receptionist, doctor=doctor, moves=moves)) == len(visits)
    moved = Appointment.objects.occupying().by_time().values_list("appointment_date", flat=True)
    assert list(moved) == [visit.appointment_date + weeks * WEEK for visit in visits]


def test_all_go_to_another_doctor_and_a_row_may_stay(desk, series, visits):
    other = DoctorFactory().user
    url = move_address(visits[0], scope="ALL", doctor=other.pk, date=visits[0].appointment_date, time="10:00")
    page = desk.get(url)
    assert desk.post(url, fields_of(page, take_3="leave")).status_code == 302
    now = series.appointments.occupying().by_time()
    assert [visit.doctor_id for visit in now] == [other.pk] * 3 + [visits[3].doctor_id]
    assert {visit.series_id for visit in now} == {series.pk}


def test_a_move_sent_twice_is_one_move(desk, series, visits):
    url = move_address(visits[3], scope="FOLLOWING", date=visits[3].appointment_date - WEEK + dt.timedelta(days=1))
    fields = fields_of(desk.get(url))
    answers = [desk.post(url, fields) for _ in range(3)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, url_of("detail", series))}
    assert Appointment.objects.filter(status="RESCHEDULED").count() == 1


def test_a_visit_left_in_the_way_of_another_is_told(desk, series, visits):
    url = move_address(visits[0], scope="ALL", date=visits[0].appointment_date + WEEK, time="10:00")
    answer = desk.post(url, fields_of(desk.get(url), take_1="leave"))
    assert answer.status_code == 409
    assert [bool(row.lost) for row in rows_of(answer)] == [True, False, False, False]
    assert series.appointments.occupying().count() == 4
    assert not Appointment.objects.filter(status="RESCHEDULED").exists()


def test_choices_for_visits_that_changed_meanwhile_are_not_taken(desk, receptionist, series, visits):
    url = move_address(visits[0], scope="ALL")
    fields = fields_of(desk.get(url))
    services.cancel_appointment(actor=receptionist, appointment=visits[1], reason="Ill")
    answer = desk.post(url, fields)
    assert answer.status_code == 422
    assert "have changed since" in answer.content.decode()
    assert len(rows_of(answer)) == 3
    assert not Appointment.objects.filter(status="RESCHEDULED").exists()
    assert desk.post(url, fields_of(answer)).status_code == 302


def test_one_visit_moves_on_its_own_page(desk, visits):
    answer = desk.get(move_address(visits[1], scope="ONE"))
    assert answer.url.startswith(reverse("scheduling:appointment_reschedule", args=[visits[1].pk]) + "?doctor=")
    page = desk.get(move_address(visits[1], date=visits[1].appointment_date, time="10:00"))
    assert page.status_code == 422
    assert "where the visit is now" in errors_of(page)


@pytest.mark.parametrize(("scope", "left"), [("ONE", [0, 2, 3]), ("FOLLOWING", [0]), ("ALL", [])])
def test_one_the_following_or_all_are_cancelled_and_each_can_be_restored(
    desk, receptionist, series, visits, scope, left
):
    page = desk.get(url_of("cancel", visits[1]))
    assert "This visit and those that follow (3)" in page.content.decode()
    assert "All coming visits of the series (4)" in page.content.decode()
    fields = {"form_token": new_id(), "expected": "1-3-4", "scope": scope, "cancel_reason": "Moves away"}
    answer = desk.post(url_of("cancel", visits[1]), fields, follow=True)
    count = 4 - len(left)
    assert f"{count} visit{'s are' if count > 1 else ' is'} cancelled." in answer.content.decode()
    numbers = [number for number, _visit in answer.context["numbered"]]
    assert numbers == [left.index(n) + 1 if n in left else None for n in range(4)]
    assert list(series.appointments.occupying().by_time()) == [visits[n] for n in left]
    services.restore_appointment(actor=receptionist, appointment=visits[1])
    assert series.appointments.occupying().count() == len(left) + 1


def test_past_begun_and_arrived_visits_are_left_alone(receptionist, patient, doctor, tomorrow):
    series = VisitSeriesFactory(patient=patient, doctor=doctor)
    own = {"series": series, "patient": patient, "doctor": doctor}
    past = AppointmentFactory(**own, appointment_date=tomorrow - WEEK)
    AppointmentFactory(**own, appointment_date=tomorrow, checked_in_at=timezone.now())
    AppointmentFactory(**own, appointment_date=tomorrow + WEEK, status="COMPLETED")
    AppointmentFactory(**own, appointment_date=tomorrow + 2 * WEEK, status="CANCELLED", cancel_reason="Ill")
    coming = AppointmentFactory(**own, appointment_date=tomorrow + 3 * WEEK)
    for scope in (Scope.FOLLOWING, Scope.ALL):
        assert services.changeable_visits(actor=receptionist, appointment=past, scope=scope) == [coming]
    assert services.changeable_visits(actor=receptionist, appointment=past, scope=Scope.ONE) == []


def test_cancelling_another_number_than_was_said_is_refused(desk, receptionist, series, visits):
    services.cancel_appointment(actor=receptionist, appointment=visits[3], reason="Ill")
    fields = {"form_token": new_id(), "expected": "1-3-4", "scope": "FOLLOWING", "cancel_reason": "Moves away"}
    answer = desk.post(url_of("cancel", visits[1]), fields)
    assert answer.status_code == 422
    assert "Somebody else has changed this series." in answer.content.decode()
    assert answer.context["form"]["expected"].value() == "1-2-3"
    assert series.appointments.occupying().count() == 3
    for wrong in ("", "x", "1", "-1--1--1", "٣-٣-٣"):
        assert desk.post(url_of("cancel", visits[1]), fields | {"expected": wrong}).status_code == 422
    assert series.appointments.occupying().count() == 3


def test_a_series_that_is_over_cannot_be_changed(desk, patient, doctor, tomorrow):
    series = VisitSeriesFactory(patient=patient, doctor=doctor)
    past = AppointmentFactory(series=series, patient=patient, doctor=doctor, appointment_date=tomorrow - WEEK)
    for name in ("move", "cancel"):
        answer = desk.get(url_of(name, past), follow=True)
        assert answer.redirect_chain[0][0] == url_of("detail", series)
        assert "No visit of this series lies ahead." in answer.content.decode()


def test_a_doctor_sees_and_cancels_only_the_own_visits_of_a_series(client_of, receptionist, series, visits):
    other = DoctorFactory().user
    client = client_of(other)
    assert client.get(url_of("detail", series)).status_code == 404
    moved = services.move_visits(
        actor=receptionist, doctor=other, moves=[Move(visits[3], visits[3].appointment_date, TEN)]
    )
    page = client.get(url_of("detail", series))
    assert page.context["visits"] == moved
    fields = {"form_token": new_id(), "expected": "1-1-1", "scope": "ALL", "cancel_reason": "Away"}
    assert client.post(url_of("cancel", moved[0]), fields).status_code == 302
    assert series.appointments.occupying().count() == 3
