"""Visits that recur: planned and booked together."""

import datetime as dt
from calendar import monthrange
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import AuditLog
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.accounts import ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import (
    AppointmentFactory,
    ClosureFactory,
    DoctorBreakFactory,
    DoctorFactory,
    SlotOfferFactory,
    TimeOffFactory,
    VisitTypeFactory,
)
from scheduling import services
from scheduling.availability import Length
from scheduling.models import Appointment, Notice, VisitSeries, Weekday
from scheduling.planning import Planner, Wish
from scheduling.slots import slot_key
from tests.scheduling.recurring import CREATE, TEN, WEEK, address_of, errors_of, fields_of, rows_of, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(patient, doctor, tomorrow):
    """A function that returns the address of the dates of a rule, some of it changed."""

    def address(**changed):
        return {
            "patient": patient.pk,
            "doctor": doctor.pk,
            "date": tomorrow.isoformat(),
            "time": "10:00",
            "pattern": "WEEKLY",
            "every": 1,
            "count": 4,
            "preview": 1,
        } | changed

    return address


# ── what stands in the way ─────────────────────────────────────────────────


def plan(doctor, patient, *times, besides=()):
    wishes = [Wish(day, time, Length.of(doctor)) for day, time in times]
    return Planner(doctor, patient, [wish.day for wish in wishes], besides=besides).plan(wishes)


def test_every_reason_is_told_and_the_nearest_free_time_is_suggested(doctor, patient, tomorrow):
    days = [tomorrow + n * WEEK for n in range(7)]
    taken = AppointmentFactory(doctor=doctor, appointment_date=days[0])
    ClosureFactory(name="Holi", start_date=days[1])
    TimeOffFactory(doctor=doctor.doctor, start_date=days[2], reason="Seminar")
    elsewhere = AppointmentFactory(patient=patient, appointment_date=days[3])
    SlotOfferFactory(doctor=doctor, appointment_date=days[4])
    noon = dt.time(13)
    DoctorBreakFactory(doctor=doctor.doctor, day_of_week=Weekday.of(days[5]).value)
    times = [*((day, TEN) for day in days[:5]), (days[5], noon), (days[6], dt.time(18))]
    times += [(timezone.localdate() - WEEK, TEN), (tomorrow + dt.timedelta(days=1200), TEN)]
    rows = plan(doctor, patient, *times)
    assert [row.conflict.text for row in rows] == [
        f"Taken: {taken.patient.name} has 10:00.",
        "The clinic is closed: Holi.",
        f"{doctor.display_name} is away: Seminar.",
        f"{patient.name} already has a visit then: 10:00 with {elsewhere.doctor.display_name}.",
        "This time is kept free.",
        f"{doctor.display_name} has a break: Lunch.",
        "Outside the hours of that day: 09:00–13:00, 14:00–17:00.",
        "This time has passed.",
        "More than three years ahead.",
    ]
    assert [row.conflict.clash for row in rows[:4]] == [taken, None, None, elsewhere]
    after = dt.timedelta(days=1)
    assert [row.chosen for row in rows[:4]] == [
        (days[0], dt.time(9, 40)),
        (days[1] + after, TEN),
        (days[2] + after, TEN),
        (days[3], dt.time(9, 40)),
    ]
    assert rows[5].chosen in {(days[5], dt.time(12, 40)), (days[5], dt.time(14))}
    assert rows[6].chosen == (days[6], dt.time(16, 40))
    assert rows[7].chosen[0] >= timezone.localdate()
    assert rows[8].chosen is None
    assert all(row.offer and not row.lost for row in rows[:8])


def test_suggestions_keep_clear_of_each_other(doctor, patient, tomorrow):
    ClosureFactory(start_date=tomorrow)
    later = tomorrow + dt.timedelta(days=1)
    rows = plan(doctor, patient, (tomorrow, TEN), (later, TEN))
    assert rows[1].chosen == (later, TEN)
    assert rows[0].chosen == (later, dt.time(9, 40))


def test_buffers_of_a_kind_count(doctor, patient, tomorrow):
    AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(10, 40))
    kind = VisitTypeFactory(minutes=30, buffer_after=15)
    wish = Wish(tomorrow, TEN, Length.of(doctor, kind))
    row = Planner(doctor, patient, [tomorrow]).plan([wish])[0]
    assert row.conflict.text.startswith("Taken: ")
    assert row.chosen == (tomorrow, dt.time(9, 40))


def test_the_preview_costs_the_same_for_two_dates_and_for_fifty_two(desk, rule, doctor, tomorrow):
    def queries_of(count):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = desk.get(CREATE, rule(count=count))
        assert len(page.context["rows"]) == count
        return len(queries)

    for n in range(52):
        AppointmentFactory(doctor=doctor, appointment_date=tomorrow + n * WEEK)
    desk.get(CREATE, rule())
    assert queries_of(2) == queries_of(52) <= 12


# ── booking ────────────────────────────────────────────────────────────────


def test_the_desk_books_a_series_through_its_dates(desk, rule, patient, doctor, tomorrow):
    taken = AppointmentFactory(doctor=doctor, appointment_date=tomorrow + WEEK)
    first = desk.get(CREATE, {"patient": patient.pk, "doctor": doctor.pk, "date": tomorrow, "time": "10:00"})
    assert first.context["rule"]["time"].value() == "10:00"
    url = address_of(rule())
    page = desk.get(url)
    assert taken.patient.name in page.content.decode()
    assert [row.is_kept for row in rows_of(page)] == [True, False, True, True]
    noon = slot_key(tomorrow + 2 * WEEK, dt.time(12), doctor.pk)
    response = desk.post(url, fields_of(page, take_2=noon, take_3="leave", notes="Asthma"), follow=True)
    series = VisitSeries.objects.get()
    assert (series.count, series.frequency, series.interval, series.first_date) == (3, "WEEKLY", 1, tomorrow)
    booked = list(series.appointments.by_time())
    assert [(visit.appointment_date, visit.appointment_time) for visit in booked] == [
        (tomorrow, TEN),
        (tomorrow + WEEK, dt.time(9, 40)),
        (tomorrow + 2 * WEEK, dt.time(12)),
    ]
    assert {(visit.status, visit.notes) for visit in booked} == {("CONFIRMED", "Asthma")}
    assert response.redirect_chain[0][0] == url_of("detail", series)
    assert "3 visits are booked" in response.content.decode()
    visit_page = desk.get(reverse("scheduling:appointment_detail", args=[booked[1].pk])).content.decode()
    assert "Visit 2 of 3" in visit_page
    for other in (booked[0], booked[2]):
        assert reverse("scheduling:appointment_detail", args=[other.pk]) in visit_page


def test_the_dates_sent_twelve_times_book_one_series(desk, rule):
    url = address_of(rule())
    fields = fields_of(desk.get(url))
    answers = {(answer.status_code, answer.url) for answer in (desk.post(url, fields) for _ in range(12))}
    assert len(answers) == 1
    assert VisitSeries.objects.count() == 1
    assert Appointment.objects.count() == 4


def test_a_date_lost_meanwhile_comes_back_marked_and_everything_else_is_kept(desk, rule, doctor, tomorrow):
    url = address_of(rule())
    page = desk.get(url)
    noon = slot_key(tomorrow + WEEK, dt.time(12), doctor.pk)
    fields = fields_of(page, take_1=noon, take_3="leave", notes="Asthma")
    other = AppointmentFactory(doctor=doctor, appointment_date=tomorrow + 2 * WEEK)
    answer = desk.post(url, fields)
    assert answer.status_code == 409
    assert not VisitSeries.objects.exists()
    assert list(Appointment.objects.all()) == [other]
    rows = rows_of(answer)
    assert [bool(row.lost) for row in rows] == [False, False, True, False]
    assert rows[2].lost.clash == other
    assert [row.chosen for row in rows] == [
        (tomorrow, TEN),
        (tomorrow + WEEK, dt.time(12)),
        (tomorrow + 2 * WEEK, dt.time(9, 40)),
        None,
    ]
    assert "Asthma" in answer.content.decode()
    assert desk.post(url, fields_of(answer, notes="Asthma")).status_code == 302
    assert VisitSeries.objects.get().count == 3


def test_two_choices_of_one_time_are_refused_together(desk, rule, doctor, tomorrow):
    ClosureFactory(start_date=tomorrow)
    url = address_of(rule(count=2))
    same = slot_key(tomorrow + WEEK, TEN, doctor.pk)
    answer = desk.post(url, fields_of(desk.get(url), take_0=same))
    assert answer.status_code == 409
    assert not Appointment.objects.exists()
    assert [bool(row.lost) for row in rows_of(answer)] == [False, True]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"count": 1}, "A series has 2 to 52 visits."),
        ({"count": 53}, "A series has 2 to 52 visits."),
        ({"count": 500}, "A series has 2 to 52 visits."),
        ({"count": "many"}, "A series has 2 to 52 visits."),
        ({"every": 0}, "Enter a number from 1 to 12."),
        ({"every": -1}, "Enter a number from 1 to 12."),
        ({"every": 10**30}, "Enter a number from 1 to 12."),
        ({"date": "9999-12-31"}, "Enter a day within the last year or the next three."),
        ({"date": "2027-02-30"}, "Enter a valid date."),
        ({"time": "25:00"}, "Enter a time such as 10:20."),
        ({"pattern": "DAILY"}, "Select a valid choice."),
        ({"doctor": "nobody"}, "Select a valid choice."),
        ({"visit_type": "nothing"}, "Select a valid choice."),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_bad_rule_is_told_and_changes_nothing(desk, rule, changed, message, method):
    url = address_of(rule(**changed))
    page = desk.get(url) if method == "get" else desk.post(url, {"form_token": new_id(), "take_0": "keep"})
    assert page.status_code == 422
    assert message in errors_of(page)
    assert not VisitSeries.objects.exists()


def test_the_last_weekday_must_be_the_last(desk, rule, tomorrow):
    day = tomorrow.replace(day=1) + dt.timedelta(days=40)
    page = desk.get(CREATE, rule(date=day.replace(day=10), pattern="MONTHLY_LAST"))
    assert page.status_code == 422
    assert "last such weekday" in errors_of(page)
    page = desk.get(CREATE, rule(date=day.replace(day=26), pattern="MONTHLY_LAST", every=2))
    assert page.status_code == 200 if (day.replace(day=26) + WEEK).month != day.month else 422


def test_a_series_on_the_last_weekday_is_kept_as_such(desk, rule, tomorrow, doctor):
    later = tomorrow.replace(day=1) + dt.timedelta(days=40)
    last = dt.date(later.year, later.month, monthrange(later.year, later.month)[1])
    url = address_of(rule(date=last, pattern="MONTHLY_LAST", count=3))
    desk.post(url, fields_of(desk.get(url)))
    series = VisitSeries.objects.get()
    assert series.frequency == "MONTHLY_LAST"
    assert f"on the last {last:%A}" in desk.get(reverse("scheduling:series_detail", args=[series.pk])).content.decode()


def test_nul_bytes_and_missing_tokens_are_refused(desk, rule):
    assert desk.get(CREATE, rule(doctor="\0")).status_code == 400
    assert desk.post(address_of(rule()), {"take_0": "keep"}).status_code == 400
    assert desk.get(CREATE, rule(patient="nobody")).status_code == 404


@pytest.mark.parametrize("take", ["", "other", "2026-11-24T10:20-", "x" * 500])
def test_a_choice_that_means_nothing_is_asked_again(desk, rule, take):
    url = address_of(rule())
    answer = desk.post(url, fields_of(desk.get(url), take_1=take))
    assert answer.status_code == 422
    assert [bool(errors) for _row, errors in answer.context["rows"]] == [False, True, False, False]
    assert not VisitSeries.objects.exists()


def test_one_visit_is_no_series(desk, rule):
    url = address_of(rule(count=3))
    answer = desk.post(url, fields_of(desk.get(url), take_0="leave", take_2="leave"))
    assert answer.status_code == 422
    assert "A series has 2 to 52 visits." in answer.content.decode()
    assert not Appointment.objects.exists()


def test_the_service_books_no_series_of_five_hundred(receptionist, patient, doctor, tomorrow):
    with pytest.raises(DomainError, match="2 to 52"):
        services.book_series(
            actor=receptionist,
            patient=patient,
            doctor=doctor,
            frequency="WEEKLY",
            interval=1,
            times=[(tomorrow + n * dt.timedelta(days=1), TEN) for n in range(500)],
        )
    assert not VisitSeries.objects.exists()


def test_a_series_of_fifty_two_is_written_with_as_many_queries_as_one_of_two(
    receptionist, patient, doctor, tomorrow, django_assert_num_queries
):
    for count in (2, 52):
        times = [(tomorrow + n * WEEK, dt.time(10 if count == 2 else 12)) for n in range(count)]
        with django_assert_num_queries(9):
            series = services.book_series(
                actor=receptionist, patient=patient, doctor=doctor, frequency="WEEKLY", interval=1, times=times
            )
        visits = list(series.appointments.by_time())
        assert len(visits) == count
        assert Appointment.history.filter(series=series, history_user=receptionist).count() == count
        assert AuditLog.objects.filter(action="CREATE", entity_id__in=[visit.pk for visit in visits]).count() == count
        told = Notice.objects.filter(appointment__in=visits)
        assert told.get(kind="BOOKED").appointment == visits[0]
        assert told.filter(kind="REMINDER").count() == sum(
            visit.starts_at - timezone.now() > dt.timedelta(hours=24) for visit in visits
        )
        assert ProcrastinateJob.objects.count() >= told.count()


def test_the_whole_series_or_nothing(receptionist, patient, doctor, tomorrow):
    AppointmentFactory(doctor=doctor, appointment_date=tomorrow + WEEK)
    times = [(tomorrow, TEN), (tomorrow + WEEK, TEN), (tomorrow, dt.time(20))]
    with pytest.raises(services.SeriesRefusedError) as refused:
        services.book_series(
            actor=receptionist, patient=patient, doctor=doctor, frequency="WEEKLY", interval=1, times=times
        )
    assert set(refused.value.refusals) == {1, 2}
    assert not VisitSeries.objects.exists()
    assert Appointment.objects.count() == 1


def test_from_the_booking_page_what_was_chosen_is_carried_along(desk, booking, patient, doctor, tomorrow):
    answer = desk.post(reverse("scheduling:appointment_create"), booking(repeat="1"))
    page = desk.get(answer.url)
    assert page.status_code == 200
    shown = {name: page.context["rule"][name].value() for name in ("doctor", "date", "time")}
    assert shown == {"doctor": doctor.pk, "date": tomorrow.isoformat(), "time": "10:20"}
    assert not Appointment.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_book_the_same_series_one_has_it_whole(client_of):
    doctor = DoctorFactory().user
    first = timezone.localdate() + dt.timedelta(days=1)
    sent = []
    for _ in range(2):
        client, patient = client_of(ReceptionistFactory()), PatientFactory()
        rule = {"patient": patient.pk, "doctor": doctor.pk, "date": first, "time": "10:00", "pattern": "WEEKLY"}
        url = address_of(rule | {"every": 1, "count": 8, "preview": 1})
        sent.append((client, url, fields_of(client.get(url))))
    gate = Barrier(2)

    def send(client, url, fields):
        try:
            gate.wait(timeout=20)
            return client.post(url, fields)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = list(pool.map(lambda args: send(*args), sent))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert VisitSeries.objects.count() == 1
    assert Appointment.objects.filter(series=VisitSeries.objects.get()).count() == Appointment.objects.count() == 8
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert all(row.lost and row.chosen == (row.wish.day, dt.time(9, 40)) for row in rows_of(refused))
