"""The month of free days that a patient looks at: its bounds, its days and times."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeo.demo.factories.patients import GuardianFactory
from homeo.demo.factories.scheduling import AppointmentFactory, ClosureFactory, DoctorFactory, TimeOffFactory
from scheduling.availability import booking_window
from scheduling.free_days import Look
from scheduling.models import VisitType
from tests.scheduling.offering import text_of
from tests.scheduling.own_booking import HTMX, REQUEST, TEN, free_of, month_of, set_rules, times_of

pytestmark = pytest.mark.django_db


def test_the_month_of_the_first_free_day_shows_with_its_times(own, doctor, kind, tomorrow, rules):
    set_rules(rules, min_notice_hours=0)
    TimeOffFactory(doctor=doctor.doctor, start_date=timezone.localdate(), end_date=tomorrow)
    page = own.get(REQUEST)
    first = tomorrow + dt.timedelta(days=1)
    assert (month_of(page).first, month_of(page).day) == (first.replace(day=1), first)
    assert free_of(page)[first] == 24
    assert times_of(page)[0] == "09:00"
    assert 'name="pick"' in text_of(page)
    part = own.get(REQUEST, headers=HTMX)
    assert free_of(part) == free_of(page)
    assert "<html" not in text_of(part)


def test_weeks_begin_on_monday_and_show_no_day_of_another_month(own, doctor):
    month = month_of(own.get(REQUEST))
    days = [day for week in month.weeks for day in week.days]
    assert all(len(week.days) == 7 for week in month.weeks)
    assert {day.date.weekday() for day in days[::7] if day} == {0}
    assert {day.date.month for day in days if day} == {month.first.month}
    assert month.weekdays[0].weekday() == 0


@pytest.mark.parametrize("weeks_away", [1, 5, 9])
def test_where_the_first_weeks_are_full_the_month_after_shows(own, doctor, rules, weeks_away):
    away_until = timezone.localdate() + dt.timedelta(weeks=weeks_away)
    TimeOffFactory(doctor=doctor.doctor, start_date=timezone.localdate(), end_date=away_until)
    page = own.get(REQUEST)
    assert month_of(page).day == away_until + dt.timedelta(days=1)
    assert month_of(page).first == month_of(page).day.replace(day=1)


def test_an_empty_month_leads_to_the_next_free_day(own, doctor, rules):
    first = (timezone.localdate() + dt.timedelta(days=32)).replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    ClosureFactory(start_date=first, end_date=after - dt.timedelta(days=1), name="Renovation")
    page = own.get(REQUEST, {"look": f"{first:%Y-%m}"})
    assert (month_of(page).free_days, month_of(page).next_free) == (0, after)
    assert f'value="{after}"' in text_of(page)
    assert "Renovation" not in text_of(page)


def test_nothing_free_at_all_offers_the_waiting_list_and_the_phone(own, doctor, patient, settings):
    TimeOffFactory(doctor=doctor.doctor, end_date=timezone.localdate() + dt.timedelta(days=700))
    TimeOffFactory(doctor=doctor.doctor, start_date=timezone.localdate(), reason="Surgery of her knee")
    text = text_of(own.get(REQUEST))
    assert "Nothing is free until" in text
    assert f"{reverse('scheduling:waiting_create')}?patient={patient.pk}&amp;doctor={doctor.pk}" in text
    assert f"tel:{settings.CLINIC_PHONE.replace(' ', '')}" in text
    assert "knee" not in text


def test_the_months_end_with_the_first_and_the_last_that_can_be_booked(own, doctor, rules):
    set_rules(rules, horizon_days=40)
    last = timezone.localdate(booking_window(rules)[1])
    now = month_of(own.get(REQUEST, {"look": f"{timezone.localdate():%Y-%m}"}))
    end = month_of(own.get(REQUEST, {"look": f"{last:%Y-%m}"}))
    assert now.before is None
    assert now.after is not None
    assert end.after is None
    assert max(day.date for week in end.weeks for day in week.days if day and day.free) <= last


def test_notice_and_horizon_bound_the_days(own, doctor, rules, tomorrow):
    set_rules(rules, min_notice_hours=72, horizon_days=10)
    begin, end = booking_window(rules)
    months = {tomorrow.replace(day=1), timezone.localdate(end).replace(day=1)}
    days = set().union(*(free_of(own.get(REQUEST, {"look": f"{month:%Y-%m}"})) for month in months))
    assert timezone.localdate(begin) <= min(days)
    assert max(days) <= timezone.localdate(end)


@pytest.mark.parametrize("days", [-30, -1, 200, 3000])
def test_a_day_beyond_the_bounds_is_refused_in_words(own, doctor, days):
    day = timezone.localdate() + dt.timedelta(days=days)
    for look in (f"{day}", *([f"{day:%Y-%m}"] if abs(days) > 31 else [])):
        for page in (own.get(REQUEST, {"look": look}), own.get(REQUEST, {"look": look}, headers=HTMX)):
            assert page.status_code == 200
            assert "Visits can be booked here from" in text_of(page)
            assert month_of(page).day is None


@pytest.mark.parametrize("look", ["9999-12", "0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_refused_in_words(own, doctor, look):
    assert "Visits can be booked here from" in text_of(own.get(REQUEST, {"look": look}))


@pytest.mark.parametrize("look", ["x" * 999, "2026-13", "2026-02-30", "", "२०२६-११", "-1", "2026-11-24T10:20", "a\tb"])
def test_nonsense_instead_of_a_day_shows_the_first_free_one(own, doctor, look):
    assert not month_of(own.get(REQUEST, {"look": look, "date": look, "shown": look})).is_chosen


def test_a_look_says_what_it_shows():
    assert str(Look.parse("2026-11")) == "2026-11"
    assert str(Look.parse("2026-11-24")) == "2026-11-24"
    assert Look.parse("2026-1-1x") is None


def test_times_at_which_the_patient_is_elsewhere_are_left_out(own, patient, doctor, kind, tomorrow):
    own_visit = AppointmentFactory(patient=patient, appointment_date=tomorrow, appointment_time=TEN)
    assert "10:00" not in times_of(own.get(REQUEST, {"doctor": doctor.pk, "look": tomorrow.isoformat()}))
    own_visit.status, own_visit.cancel_reason = "CANCELLED", "Ill"
    own_visit.save()
    assert "10:00" in times_of(own.get(REQUEST, {"doctor": doctor.pk, "look": tomorrow.isoformat()}))


def test_a_ward_is_looked_for_by_the_ward_s_own_visits(own, patient, doctor, kind, tomorrow):
    ward = GuardianFactory(user=patient.user).patient
    AppointmentFactory(patient=ward, appointment_date=tomorrow, appointment_time=TEN)
    query = {"doctor": doctor.pk, "look": tomorrow.isoformat()}
    assert "10:00" not in times_of(own.get(REQUEST, query | {"patient": ward.pk}))
    assert "10:00" in times_of(own.get(REQUEST, query | {"patient": patient.pk}))


def test_any_doctor_shows_each_doctor_s_times_and_leaves_out_one_s_own(own, patient, doctor, kind, tomorrow):
    other = DoctorFactory(hours=(dt.time(10), dt.time(11))).user
    AppointmentFactory(patient=patient, appointment_date=tomorrow, appointment_time=dt.time(10, 20))
    page = own.get(REQUEST, {"doctor": "", "look": tomorrow.isoformat()})
    offers = month_of(page).offers
    assert [str(offer.slot) for offer in offers if offer.doctor == other] == ["10:00", "10:40"]
    assert "10:20" not in times_of(page)
    assert len([offer for offer in offers if offer.doctor == doctor]) == 23
    assert other.display_name in text_of(page)


def test_any_doctor_is_not_asked_for_where_there_are_many(own, doctor, monkeypatch):
    DoctorFactory()
    monkeypatch.setattr("scheduling.views.own_booking.ANY_OF_MAX", 1)
    page = own.get(REQUEST, {"doctor": ""})
    assert "Choose a doctor to see the free days." in text_of(page)
    assert dict(page.context["form"].fields["doctor"].choices)[""] == "Choose a doctor"


def test_the_search_begins_with_the_doctor_and_the_kind_of_before(own, patient, doctor):
    DoctorFactory()
    assert own.get(REQUEST).context["form"]["doctor"].value() == ""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    AppointmentFactory(patient=patient, doctor=doctor, status="COMPLETED", appointment_date=yesterday)
    form = own.get(REQUEST).context["form"]
    kinds = list(VisitType.objects.filter(is_online=True).order_by("position"))
    assert (form["doctor"].value(), form["visit_type"].value()) == (doctor.pk, kinds[1].pk)


def test_only_kinds_that_are_online_can_be_looked_for(own, doctor):
    phone = VisitType.objects.get(name="Phone")
    page = own.get(REQUEST, {"visit_type": phone.pk})
    assert page.context["form"]["visit_type"].value() != phone.pk
    assert phone.name not in text_of(page)
