"""Breaks, exceptions and time off: what is refused beside the field, and visits that a change leaves out."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLog
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.scheduling import (
    AppointmentFactory,
    ClosureFactory,
    DoctorBreakFactory,
    DoctorFactory,
    HoursExceptionFactory,
    TimeOffFactory,
)
from scheduling import services
from scheduling.models import Closure, DoctorBreak, HoursException, TimeOff, Weekday

pytestmark = pytest.mark.django_db

URL = reverse("scheduling:availability_update")
EXCEPTION = reverse("scheduling:exception_create")
TIME_OFF = reverse("scheduling:time_off_create")


@pytest.fixture
def client(client_of, doctor):
    return client_of(doctor)


@pytest.fixture
def typed(client):
    """A function that returns what the form of the week holds, with breaks of a day and some fields changed."""
    version = client.get(URL).context["form"].initial["version"]

    def fields(breaks=(), day=Weekday.MONDAY, **changed):
        data = {"version": version}
        for weekday in Weekday:
            data |= {f"available_{weekday}": "on", f"start_{weekday}": "09:00", f"end_{weekday}": "17:00"}
            data |= {f"breaks_{weekday}-TOTAL_FORMS": "0", f"breaks_{weekday}-INITIAL_FORMS": "0"}
        data[f"breaks_{day}-TOTAL_FORMS"] = str(len(breaks))
        for place, (start, end, label) in enumerate(breaks):
            prefix = f"breaks_{day}-{place}"
            data |= {f"{prefix}-start": start, f"{prefix}-end": end, f"{prefix}-label": label}
        return data | changed

    return fields


def spans(doctor):
    return [(row.day_of_week, f"{row.start_time:%H:%M}", f"{row.end_time:%H:%M}", row.label) for row in
            doctor.doctor.breaks.order_by("day_of_week", "start_time")]  # fmt: skip


def test_breaks_are_added_kept_and_taken_away(client, typed, doctor):
    assert client.post(URL, typed([("13:00", "14:00", "Lunch"), ("11:00", "1115", "Tea")])).status_code == 302
    assert spans(doctor) == [(1, "11:00", "11:15", "Tea"), (1, "13:00", "14:00", "Lunch")]
    lunch = doctor.doctor.breaks.get(label="Lunch")
    page = client.get(URL)
    again = typed([("13:00", "14:00", "Lunch"), ("11:00", "11:15", "Tea")])
    again |= {"version": page.context["form"].initial["version"], "breaks_1-1-DELETE": "on"}
    assert client.post(URL, again).status_code == 302
    assert list(doctor.doctor.breaks.all()) == [lunch]


@pytest.mark.parametrize(
    ("breaks", "place", "field", "words"),
    [
        ([("14:00", "13:00", "")], 0, "end", "must end after it begins"),
        ([("08:30", "09:30", "")], 0, "start", "outside the hours"),
        ([("16:30", "17:30", "")], 0, "start", "outside the hours"),
        ([("11:00", "12:00", ""), ("11:30", "12:30", "")], 1, "start", "overlap"),
        ([("", "12:00", "")], 0, "start", "required"),
        ([("noon", "12:00", "")], 0, "start", "Enter a time"),
    ],
)
def test_an_impossible_break_is_told_beside_it_and_nothing_is_saved(client, typed, doctor, breaks, place, field, words):
    page = client.post(URL, typed(breaks, end_1="16:59" if place else "17:00"))
    assert page.status_code == 422
    row = page.context["form"].breaks[1].forms[place]
    assert words in str(row.errors[field])
    assert f'id="id_breaks_1-{place}-{field}_error"' in page.content.decode()
    assert spans(doctor) == []
    assert doctor.doctor.availability.get(day_of_week=1).end_time == dt.time(17)


def test_a_day_has_no_more_than_six_breaks(client, typed, doctor):
    breaks = [(f"{hour}:00", f"{hour}:10", "") for hour in range(10, 17)]
    assert client.post(URL, typed(breaks)).status_code == 422
    assert spans(doctor) == []


def test_a_day_is_copied_to_the_others_without_saving(client, typed, doctor):
    copying = {"copy": "1", "copy-source": "1", "copy-target": "work"}
    page = client.post(URL, typed([("13:00", "14:00", "Lunch")], start_1="08:00", **copying) | {"available_0": ""})
    days = {day["value"]: day for day in page.context["form"].days()}
    assert page.status_code == 200
    assert days[5]["start"].value() == "08:00"
    assert [row["label"].value() for row in days[5]["breaks"]] == ["Lunch"]
    assert days[0]["start"].value() == "09:00"
    assert spans(doctor) == []


def test_a_row_for_a_break_is_added_without_script(client, typed):
    page = client.post(URL, typed([("13:00", "14:00", "Lunch")], another="1"))
    assert [row["label"].value() for row in page.context["form"].breaks[1]] == ["Lunch", None]


@pytest.mark.parametrize("query", ["?month=2026-13", "?month=x", "?month=0001-01", "?month=9999-12"])
def test_nonsense_months_show_this_one(client, query):
    assert client.get(URL + query).context["month"].first == timezone.localdate().replace(day=1)


def test_a_break_over_a_booked_visit_is_told_with_a_time_to_move_to(client, typed, doctor, tomorrow):
    visit = AppointmentFactory(doctor=doctor, appointment_time=dt.time(13))
    day = Weekday.of(tomorrow)
    page = client.post(URL, typed([("13:00", "14:00", "Lunch")], day=day))
    text = page.content.decode()
    assert page.status_code == 422
    assert visit.patient.name in text
    move = reverse("scheduling:appointment_reschedule", args=[visit.pk])
    assert f"{move}?doctor={doctor.pk}&amp;date={tomorrow}&amp;time=12:40" in text
    assert AuditLog.objects.filter(action="VIEW", patient_id=visit.patient_id).exists()
    assert spans(doctor) == []
    kept = client.post(URL, typed([("13:00", "14:00", "Lunch")], day=day, keep_outside="on"))
    assert kept.status_code == 302
    assert spans(doctor) == [(day, "13:00", "14:00", "Lunch")]


def test_visits_that_were_outside_before_are_not_asked_about_again(client, typed, doctor):
    AppointmentFactory(doctor=doctor, appointment_time=dt.time(20))
    assert client.post(URL, typed(start_1="08:00")).status_code == 302


def exception(day, **fields):
    return {"form_token": new_id(), "date": day.isoformat(), "start_time": "10:00", "end_time": "12:00"} | fields


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"start_time": "12:00", "end_time": "10:00"}, "end_time"),
        ({"start_time": ""}, "start_time"),
        ({"date": "2020-01-01"}, "date"),
        ({"date": ""}, "date"),
        ({"end_time": "24:30"}, "end_time"),
        ({"reason": "x" * 121}, "reason"),
    ],
)
def test_an_impossible_exception_is_told_beside_its_field(client, tomorrow, fields, field):
    page = client.post(EXCEPTION, exception(tomorrow, **fields))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not HoursException.objects.exists()


def test_an_exception_sent_twice_is_one(client, tomorrow):
    data = exception(tomorrow)
    assert [client.post(EXCEPTION, data).status_code for _ in range(2)] == [302, 302]
    assert HoursException.objects.count() == 1


def test_rows_of_one_date_neither_overlap_nor_stand_beside_a_day_off(client, tomorrow, doctor):
    HoursExceptionFactory(doctor=doctor.doctor)
    assert client.post(EXCEPTION, exception(tomorrow, start_time="11:00", end_time="13:00")).status_code == 422
    assert client.post(EXCEPTION, exception(tomorrow, is_off="on")).status_code == 422
    assert client.post(EXCEPTION, exception(tomorrow, start_time="12:00", end_time="13:00")).status_code == 302
    assert HoursException.objects.count() == 2


def test_a_day_off_with_visits_is_asked_about(client, tomorrow, doctor):
    visit = AppointmentFactory(doctor=doctor)
    page = client.post(EXCEPTION, exception(tomorrow, is_off="on"))
    assert page.status_code == 422
    assert visit.patient.name in page.content.decode()
    assert not HoursException.objects.exists()
    assert client.post(EXCEPTION, exception(tomorrow, is_off="on", keep_outside="on")).status_code == 302
    assert HoursException.objects.get().start_time is None


def test_an_exception_is_changed_against_its_version(client, tomorrow, doctor):
    row = HoursExceptionFactory(doctor=doctor.doctor)
    url = reverse("scheduling:exception_update", args=[row.pk])
    data = exception(tomorrow, end_time="13:00", version=row.version)
    assert client.post(url, data).status_code == 302
    stale = client.post(url, data | {"end_time": "14:00"})
    assert stale.status_code == 409
    row.refresh_from_db()
    assert row.end_time == dt.time(13)


def test_removing_an_exception_asks_about_visits_in_it(client, doctor):
    row = HoursExceptionFactory(doctor=doctor.doctor, start_time=dt.time(18), end_time=dt.time(20))
    visit = AppointmentFactory(doctor=doctor, appointment_time=dt.time(18))
    url = reverse("scheduling:exception_remove", args=[row.pk])
    assert client.get(url).status_code == 200
    page = client.post(url, {"version": row.version})
    assert page.status_code == 422
    assert visit.patient.name in page.content.decode()
    assert client.post(url, {"version": row.version, "keep_outside": "on"}).status_code == 302
    assert not HoursException.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"end_date": "-1"}, "end_date"),
        ({"start_time": "10:00"}, "end_time"),
        ({"end_time": "10:00"}, "start_time"),
        ({"start_time": "12:00", "end_time": "10:00"}, "end_time"),
    ],
)
def test_impossible_time_off_is_told_beside_its_field(client, tomorrow, fields, field):
    data = {"form_token": new_id(), "start_date": tomorrow.isoformat(), "end_date": tomorrow.isoformat()}
    page = client.post(TIME_OFF, data | fields)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not TimeOff.objects.exists()


def test_time_off_with_visits_is_asked_about_changed_and_taken_back(client, tomorrow, doctor):
    AppointmentFactory(doctor=doctor)
    days = {"start_date": tomorrow.isoformat(), "end_date": tomorrow.isoformat()}
    assert client.post(TIME_OFF, days | {"form_token": new_id()}).status_code == 422
    assert client.post(TIME_OFF, days | {"form_token": new_id(), "keep_outside": "on"}).status_code == 302
    row = TimeOff.objects.get()
    url = reverse("scheduling:time_off_update", args=[row.pk])
    hours = days | {"start_time": "14:00", "end_time": "15:00", "version": row.version}
    assert client.post(url, hours).status_code == 302
    row.refresh_from_db()
    removed = client.post(reverse("scheduling:time_off_remove", args=[row.pk]), {"version": row.version})
    assert removed.status_code == 302
    assert not TimeOff.objects.exists()


def test_a_closure_names_the_visits_of_all_doctors(admin, tomorrow):
    visits = [AppointmentFactory(doctor=DoctorFactory().user) for _ in range(2)]
    closure = Closure(name="Painting", start_date=tomorrow, end_date=tomorrow)
    with pytest.raises(services.VisitsOutsideError) as refused:
        services.save_closure(actor=admin, closure=closure)
    assert set(refused.value.visits) == set(visits)
    assert set(refused.value.slots) == {visit.pk for visit in visits}
    assert not Closure.objects.exists()


def test_the_question_costs_the_same_for_one_visit_and_for_twenty(doctor, tomorrow, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def ask():
        row = TimeOff(doctor=doctor.doctor, start_date=tomorrow, end_date=tomorrow + dt.timedelta(days=30))
        with pytest.raises(services.VisitsOutsideError):
            services.save_time_off(actor=doctor, time_off=row)

    AppointmentFactory(doctor=doctor)
    with CaptureQueriesContext(connection) as few:
        ask()
    for ahead in range(20):
        AppointmentFactory(doctor=doctor, appointment_date=tomorrow + dt.timedelta(days=1 + ahead))
    with django_assert_num_queries(len(few)):
        ask()


def test_the_page_stays_below_the_bound_of_queries(client, doctor, tomorrow, django_assert_max_num_queries):
    DoctorBreakFactory(doctor=doctor.doctor)
    for ahead in range(1, 15):
        HoursExceptionFactory(doctor=doctor.doctor, date=tomorrow + dt.timedelta(days=ahead))
    TimeOffFactory(doctor=doctor.doctor)
    ClosureFactory()
    with django_assert_max_num_queries(12):
        assert client.get(URL).status_code == 200


def test_breaks_that_new_hours_leave_out_are_refused(doctor):
    DoctorBreakFactory(doctor=doctor.doctor)
    with pytest.raises(DomainError, match="outside"):
        services.set_availability(actor=doctor, doctor=doctor.doctor, hours={1: (dt.time(9), dt.time(12))})
    assert DoctorBreak.objects.count() == 1
