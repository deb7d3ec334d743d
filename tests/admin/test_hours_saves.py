"""Hours, closures, kinds of visits and rules that an admin saves."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLog
from homeo.base.fields import new_id
from homeo.demo.factories.scheduling import (
    AppointmentFactory,
    CalendarFeedFactory,
    DoctorBreakFactory,
    SlotOfferFactory,
)
from scheduling.models import Closure, DoctorBreak, HoursException, SchedulingRules, TimeOff, VisitType, Weekday
from tests.admin.test_saves import change_url, filled


@pytest.fixture
def client(admin, client_of):
    return client_of(admin)


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


def add(client, model, **values):
    url = reverse(f"admin:scheduling_{model._meta.model_name}_add")
    return client.post(url, {"form_token": new_id()} | values)


def test_a_closure_names_the_visits_that_it_strands(client, doctor, tomorrow):
    visit = AppointmentFactory(doctor=doctor)
    days = {"name": "Painting", "start_date": tomorrow.isoformat(), "end_date": tomorrow.isoformat()}
    refused = add(client, Closure, **days)
    assert refused.status_code == 422
    assert visit.patient.name in refused.content.decode()
    assert AuditLog.objects.filter(action="VIEW", patient_id=visit.patient_id).exists()
    assert not Closure.objects.exists()
    assert add(client, Closure, **days, keep_outside="on").status_code == 302
    closure = Closure.objects.get()
    url = change_url(closure)
    assert client.post(url, filled(client, url, name="Painting the rooms")).status_code == 302
    backwards = client.post(url, filled(client, url, end_date="2026-01-01"))
    assert backwards.status_code == 422
    closure.refresh_from_db()
    assert (closure.name, closure.end_date) == ("Painting the rooms", tomorrow)


def test_hours_of_a_doctor_are_added_and_changed(client, doctor, tomorrow):
    profile = doctor.doctor.pk
    lunch = {"doctor": profile, "day_of_week": 1, "start_time": "13:00", "end_time": "14:00", "label": "Lunch"}
    assert add(client, DoctorBreak, **lunch).status_code == 302
    assert add(client, DoctorBreak, **lunch | {"start_time": "13:30"}).status_code == 422
    assert add(client, DoctorBreak, **lunch | {"start_time": "16:30", "end_time": "17:30"}).status_code == 422
    row = DoctorBreak.objects.get()
    url = change_url(row)
    assert client.post(url, filled(client, url, end_time="13:30")).status_code == 302
    date = {"doctor": profile, "date": tomorrow.isoformat(), "start_time": "10:00", "end_time": "12:00"}
    assert add(client, HoursException, **date).status_code == 302
    assert add(client, HoursException, **date | {"start_time": "11:00"}).status_code == 422
    off = {"doctor": profile, "start_date": tomorrow.isoformat(), "end_date": tomorrow.isoformat()}
    assert add(client, TimeOff, **off).status_code == 302
    assert add(client, TimeOff, **off | {"end_date": timezone.localdate().isoformat()}).status_code == 422
    assert (DoctorBreak.objects.count(), HoursException.objects.count(), TimeOff.objects.count()) == (1, 1, 1)


def test_a_break_over_a_visit_is_told(client, doctor, tomorrow):
    visit = AppointmentFactory(doctor=doctor, appointment_time=dt.time(13))
    row = DoctorBreakFactory(
        doctor=doctor.doctor, day_of_week=Weekday.of(tomorrow), start_time=dt.time(14), end_time=dt.time(15)
    )
    url = change_url(row)
    refused = client.post(url, filled(client, url, start_time="12:30"))
    assert refused.status_code == 422
    assert visit.patient.name in refused.content.decode()
    row.refresh_from_db()
    assert row.start_time == dt.time(14)


def test_rules_are_changed_and_not_added(client, db):
    rules = SchedulingRules.objects.current()
    url = change_url(rules)
    page = client.get(url).content.decode()
    assert rules.screen_key not in page
    assert client.post(url, filled(client, url, horizon_days=30)).status_code == 302
    assert SchedulingRules.objects.current().horizon_days == 30
    assert client.post(url, filled(client, url, horizon_days=0)).status_code == 422
    assert client.get(reverse("admin:scheduling_schedulingrules_add")).status_code == 403


def test_a_kind_of_visit_is_added_and_changed(client, db):
    kind = {"name": "Child", "minutes": 30, "buffer_before": 0, "buffer_after": 5, "colour": "OLIVE", "position": 9}
    assert add(client, VisitType, **kind, is_online="on", is_active="on").status_code == 302
    row = VisitType.objects.get(name="Child")
    url = change_url(row)
    assert client.post(url, filled(client, url, fee="450")).status_code == 302
    assert client.post(url, filled(client, url, minutes=1)).status_code == 422
    row.refresh_from_db()
    assert (row.fee, row.minutes) == (450, 30)


def test_keys_of_links_are_not_shown(client, db):
    for row in (SlotOfferFactory(), CalendarFeedFactory()):
        name = f"scheduling_{row._meta.model_name}"
        for page in (
            change_url(row),
            reverse(f"admin:{name}_changelist"),
            reverse(f"admin:{name}_history", args=[row.pk]),
        ):
            assert row.key not in client.get(page).content.decode()
