"""Private calendar feeds: whose visits, what they tell, and that a revoked one is gone."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from homeo.base.fields import new_id
from homeo.demo.factories.patients import GuardianFactory
from homeo.demo.factories.scheduling import AppointmentFactory, CalendarFeedFactory
from scheduling.models import CalendarFeed

pytestmark = pytest.mark.django_db
PAGE = "scheduling:calendar_feed"


def fetch(client, feed):
    return client.get(reverse("scheduling:calendar_file", args=[feed.key]))


def entries_of(response):
    return Calendar.from_ical(response.content).walk("VEVENT")


def test_a_doctors_feed_names_patients_by_initials_and_number_only(client, doctor, patient):
    today = timezone.localdate()
    shown = [
        AppointmentFactory(
            doctor=doctor, patient=patient, notes="Migraine", appointment_date=today + dt.timedelta(days)
        )
        for days in (-30, 1, 365)
    ]
    for days in (-31, 366):
        AppointmentFactory(doctor=doctor, appointment_date=today + dt.timedelta(days))
    AppointmentFactory(doctor=doctor, status="CANCELLED", cancel_reason="x")
    AppointmentFactory()
    response = fetch(client, CalendarFeedFactory(user=doctor))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    entries = entries_of(response)
    assert [str(entry["UID"]) for entry in entries] == [f"{visit.uid}@homeo" for visit in shown]
    assert {str(entry["SUMMARY"]) for entry in entries} == {f"{patient.user.initials} {patient.file_number}"}
    text = response.content.decode()
    for secret in ("Migraine", patient.user.first_name, patient.user.last_name, patient.phone):
        assert secret not in text


def test_a_patients_feed_has_the_own_visits_and_those_of_wards(client, patient):
    ward = GuardianFactory(user=patient.user).patient
    own, wards = AppointmentFactory(patient=patient), AppointmentFactory(patient=ward, appointment_time=dt.time(15))
    AppointmentFactory()
    titles = {
        str(e["UID"]): str(e["SUMMARY"]) for e in entries_of(fetch(client, CalendarFeedFactory(user=patient.user)))
    }
    assert titles == {
        f"{own.uid}@homeo": f"Visit to {own.doctor.display_name}",
        f"{wards.uid}@homeo": f"{ward.user.first_name}: visit to {wards.doctor.display_name}",
    }


def test_a_moved_visit_keeps_its_entry(client, doctor, patient):
    old = AppointmentFactory(doctor=doctor, patient=patient, status="CANCELLED", cancel_reason="x")
    AppointmentFactory(doctor=doctor, patient=patient, calendar_uid=old.pk, calendar_sequence=3)
    (entry,) = entries_of(fetch(client, CalendarFeedFactory(user=doctor)))
    assert (str(entry["UID"]), entry["SEQUENCE"]) == (f"{old.pk}@homeo", 3)


def test_a_long_feed_costs_what_a_short_one_costs(client, doctor, django_assert_num_queries):
    feed = CalendarFeedFactory(user=doctor)
    today = timezone.localdate()
    for count in (1, 50):
        while doctor.doctor_appointments.count() < count:
            days = doctor.doctor_appointments.count()
            AppointmentFactory(doctor=doctor, appointment_date=today + dt.timedelta(days))
        with django_assert_num_queries(2):
            assert len(entries_of(fetch(client, feed))) == count


def test_unknown_revoked_and_closed_are_not_there(client, doctor, receptionist):
    feed = CalendarFeedFactory(user=doctor)
    assert fetch(client, feed).status_code == 200
    assert fetch(client, CalendarFeed(key=new_id())).status_code == 404
    assert fetch(client, CalendarFeedFactory(user=receptionist)).status_code == 404
    assert fetch(client, CalendarFeedFactory(revoked_at=timezone.now())).status_code == 404
    doctor.status = "SUSPENDED"
    doctor.save()
    assert fetch(client, feed).status_code == 404


def test_a_person_makes_an_address_once_and_revokes_it(doctor, client_of, client):
    from accounts.models import AuditLog

    person = client_of(doctor)
    token = person.get(reverse(PAGE)).context["form"]["form_token"].value()
    for _ in range(2):
        assert person.post(reverse(PAGE), {"form_token": token}).status_code == 302
    feed = CalendarFeed.objects.get(user=doctor)
    assert reverse("scheduling:calendar_file", args=[feed.key]) in person.get(reverse(PAGE)).content.decode()
    assert person.post(reverse(PAGE), {"form_token": new_id()}).status_code == 422
    assert not AuditLog.objects.filter(changes__icontains=feed.key).exists()

    revoke = reverse("scheduling:calendar_feed_revoke", args=[feed.pk])
    for _ in range(2):
        assert person.post(revoke).status_code == 302
    assert fetch(client, feed).status_code == 404
    token = person.get(reverse(PAGE)).context["form"]["form_token"].value()
    person.post(reverse(PAGE), {"form_token": token})
    assert CalendarFeed.objects.filter(user=doctor).open().get().key != feed.key
