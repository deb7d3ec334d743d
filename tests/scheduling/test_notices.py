"""Mails about visits: which go out, to whom, and what calendars make of them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import NO_EMAIL_DOMAIN
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import NoticePreferenceFactory
from scheduling import services
from scheduling.models import Notice, NoticePreference, SchedulingRules

pytestmark = pytest.mark.django_db
SECRET = "Terrible headaches"


@pytest.fixture
def day():
    return timezone.localdate() + dt.timedelta(days=3)


@pytest.fixture
def book(receptionist, patient, doctor, day):
    def book(**changed):
        return services.book_appointment(
            **{
                "actor": receptionist,
                "patient": patient,
                "doctor": doctor,
                "appointment_date": day,
                "appointment_time": dt.time(10),
                "notes": SECRET,
            }
            | changed
        )

    return book


@pytest.fixture
def move(receptionist, doctor, day):
    def move(visit, hour):
        return services.reschedule_appointment(
            actor=receptionist,
            appointment=visit,
            doctor=doctor,
            appointment_date=day,
            appointment_time=dt.time(hour),
        )

    return move


@pytest.fixture
def cancel(receptionist):
    return lambda visit: services.cancel_appointment(actor=receptionist, appointment=visit, reason=SECRET)


@pytest.fixture
def restore(receptionist):
    return lambda visit: services.restore_appointment(actor=receptionist, appointment=visit)


def pending():
    return list(Notice.objects.pending().exclude(kind="REMINDER").values_list("kind", flat=True))


def send_changes():
    """Send what is pending about changes, as the jobs do, and return the mails."""
    mail.outbox.clear()
    for job in ProcrastinateJob.objects.filter(task_name=services.SEND_NOTICE).order_by("pk"):
        if Notice.objects.pending().filter(pk=job.args["notice_id"]).exclude(kind="REMINDER").exists():
            services.send_notice(**job.args)
    return list(mail.outbox)


def entry_of(message, number=0):
    """Return the method and the one entry of an attached calendar."""
    part = [part for part in message.message().walk() if part.get_content_type() == "text/calendar"][number]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == calendar["METHOD"]
    (entry,) = calendar.walk("VEVENT")
    assert len(calendar.walk("VTIMEZONE")) == 1
    return str(calendar["METHOD"]), entry


def test_a_booked_visit_is_told_after_the_delay_and_reminded_of_a_day_before(book, patient, doctor):
    before = timezone.now()
    visit = book()
    booked, reminder = Notice.objects.filter(appointment=visit).order_by("due_at")
    assert (booked.kind, reminder.kind) == ("BOOKED", "REMINDER")
    assert dt.timedelta(0) <= booked.due_at - before - dt.timedelta(minutes=2) < dt.timedelta(seconds=30)
    assert reminder.due_at == visit.starts_at - dt.timedelta(hours=24)
    jobs = {job.args["notice_id"]: job.scheduled_at for job in ProcrastinateJob.objects.all()}
    assert jobs == {notice.pk: notice.due_at for notice in (booked, reminder)}

    (message,) = send_changes()
    assert message.to == [patient.user.email]
    assert doctor.display_name in message.body
    assert "10:00" in message.body
    assert reverse("scheduling:appointment_detail", args=[visit.pk]) in message.body
    assert SECRET not in message.message().as_string()
    method, entry = entry_of(message)
    assert (method, str(entry["UID"]), entry["SEQUENCE"]) == ("REQUEST", f"{visit.uid}@homeo", 0)
    assert entry["DTSTART"].dt == visit.starts_at
    assert entry["DTEND"].dt == visit.ends_at
    assert entry["DTSTART"].params["TZID"] == str(timezone.get_current_timezone())
    assert patient.user.email in entry["ATTENDEE"]
    booked.refresh_from_db()
    assert booked.sent_at
    services.send_notice(booked.pk)
    assert len(mail.outbox) == 1


def test_in_calendars_a_visit_stays_one_entry_through_every_change(book, move, cancel, restore):
    first = book()
    visits, entries = [first], [entry_of(send_changes()[0])]
    visits.append(move(first, 12))
    entries.append(entry_of(send_changes()[0]))
    visits.append(move(visits[-1], 14))
    entries.append(entry_of(send_changes()[0]))
    visits.append(cancel(visits[-1]))
    entries.append(entry_of(send_changes()[0]))
    visits.append(restore(visits[-1]))
    entries.append(entry_of(send_changes()[0]))
    assert [method for method, _entry in entries] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL", "REQUEST"]
    assert {str(entry["UID"]) for _method, entry in entries} == {f"{first.pk}@homeo"}
    assert [entry["SEQUENCE"] for _method, entry in entries] == [0, 1, 2, 3, 4]
    assert [entry["DTSTART"].dt.hour for _method, entry in entries] == [10, 12, 14, 14, 14]
    assert [str(entry["STATUS"]) for _method, entry in entries][-2:] == ["CANCELLED", "CONFIRMED"]


@pytest.mark.parametrize("is_told", [True, False])
def test_a_change_that_is_undone_in_time_sends_nothing_more(book, move, cancel, restore, is_told):
    visit = book()
    if is_told:
        send_changes()
    still = [] if is_told else ["BOOKED"]
    moved = move(visit, 12)
    assert pending() == (["MOVED"] if is_told else ["BOOKED"])
    back = move(moved, 10)
    assert pending() == still
    cancel(back)
    assert pending() == (["CANCELLED"] if is_told else [])
    restore(back)
    assert pending() == still
    assert len(send_changes()) == len(still)
    reminders = Notice.objects.pending().filter(kind="REMINDER")
    assert [notice.appointment_id for notice in reminders] == [back.pk]


def test_only_the_last_of_many_changes_is_told(book, move):
    visit = book()
    send_changes()
    for hour in (11, 12, 13, 14):
        visit = move(visit, hour)
    (message,) = send_changes()
    assert "14:00" in message.body
    assert "14:00" in message.subject


def test_what_was_cancelled_before_it_was_told_is_never_told(book, cancel):
    cancel(book())
    assert send_changes() == []
    assert not Notice.objects.pending().exists()


def test_without_mails_about_booking_a_move_is_told_as_one_and_an_undone_one_is_not(book, move):
    rules = SchedulingRules.objects.current()
    rules.sends_booked = False
    rules.save()
    visit = book()
    assert pending() == []
    moved = move(visit, 12)
    assert pending() == ["MOVED"]
    move(moved, 10)
    assert pending() == []


def test_a_visit_that_was_asked_for_is_told_again_when_it_is_confirmed(book, receptionist):
    visit = book(status="PENDING")
    (asked,) = send_changes()
    visit = services.confirm_appointment(actor=receptionist, appointment=visit)
    (confirmed,) = send_changes()
    assert "when it is confirmed" in asked.body
    assert "is booked" in confirmed.body
    entries = [entry_of(message)[1] for message in (asked, confirmed)]
    assert [(str(entry["STATUS"]), entry["SEQUENCE"]) for entry in entries] == [("TENTATIVE", 0), ("CONFIRMED", 1)]


@pytest.mark.parametrize(
    ("kind", "switch"),
    [("BOOKED", "sends_booked"), ("MOVED", "sends_moved"), ("CANCELLED", "sends_cancelled"), ("", "sends_reminders")],
)
def test_the_clinic_switches_each_kind_off(book, move, cancel, kind, switch):
    rules = SchedulingRules.objects.current()
    setattr(rules, switch, False)
    rules.save()
    visit = book()
    sent = [message.subject for message in send_changes()]
    visit = move(visit, 12)
    sent += [message.subject for message in send_changes()]
    cancel(visit)
    sent += [message.subject for message in send_changes()]
    assert len(sent) == (3 if kind == "" else 2)
    assert set(Notice.objects.values_list("kind", flat=True)) == {"BOOKED", "MOVED", "CANCELLED", "REMINDER"} - {
        kind or "REMINDER"
    }


@pytest.mark.parametrize("kind", ["BOOKED", "MOVED", "CANCELLED", "REMINDER"])
def test_the_patient_switches_each_kind_off(book, move, cancel, patient, kind):
    name = "wants_reminders" if kind == "REMINDER" else f"wants_{kind.lower()}"
    NoticePreferenceFactory(patient=patient, **{name: False})
    visit = book()
    send_changes()
    visit = move(visit, 12)
    send_changes()
    cancel(visit)
    send_changes()
    assert set(Notice.objects.values_list("kind", flat=True)) == {"BOOKED", "MOVED", "CANCELLED", "REMINDER"} - {kind}


def test_the_patient_switches_mails_off_even_those_that_wait(book, patient, client_of):
    visit = book()
    preference = NoticePreferenceFactory(patient=patient, wants_booked=False, wants_reminders=False)
    assert send_changes() == []
    assert Notice.objects.get(appointment=visit, kind="BOOKED").dropped_at
    book(appointment_time=dt.time(15))
    assert pending() == []
    preference.wants_reminders = True
    preference.save()
    assert Notice.objects.pending().get().kind == "REMINDER"


def test_a_reminder_is_sent_once_and_only_while_the_visit_is_on(book, cancel):
    kept, called_off = book(), book(appointment_time=dt.time(15))
    reminders = list(Notice.objects.filter(kind="REMINDER").order_by("due_at"))
    cancel(called_off)
    mail.outbox.clear()
    for notice in [*reminders, *reminders]:
        services.send_notice(notice.pk)
    (message,) = mail.outbox
    assert message.subject.startswith("Reminder")
    assert entry_of(message)[1]["DTSTART"].dt == kept.starts_at


def test_a_visit_within_the_day_has_no_reminder(book, tomorrow):
    now = timezone.localtime()
    book(appointment_date=tomorrow, appointment_time=dt.time(9), overbook_reason="x") if now.hour >= 9 else book(
        appointment_date=now.date(), appointment_time=dt.time(23), overbook_reason="x"
    )
    assert not Notice.objects.filter(kind="REMINDER").exists()


def test_somebody_without_email_gets_none_and_those_who_look_after_do(book, patient):
    patient.user.email = f"x@{NO_EMAIL_DOMAIN}"
    patient.user.save()
    visit = book()
    assert not Notice.objects.filter(appointment=visit).exists()

    mother, father = (GuardianFactory(patient=patient).user for _ in range(2))
    closed = GuardianFactory(patient=patient, user__status="SUSPENDED").user
    book(appointment_time=dt.time(15))
    messages = send_changes()
    assert sorted(message.to for message in messages) == sorted([[mother.email], [father.email]])
    for message in messages:
        assert patient.name in message.body
        assert patient.user.first_name in entry_of(message)[1]["SUMMARY"]
        assert closed.email not in message.message().as_string()


def test_a_series_is_told_in_one_mail(receptionist, patient, doctor, day):
    times = [(day + dt.timedelta(weeks=n), dt.time(10)) for n in range(3)]
    series = services.book_series(
        actor=receptionist, patient=patient, doctor=doctor, frequency="WEEKLY", interval=1, times=times
    )
    visits = series.appointments.by_time()
    (message,) = send_changes()
    assert [str(entry_of(message, n)[1]["UID"]) for n in range(3)] == [f"{visit.uid}@homeo" for visit in visits]
    assert Notice.objects.filter(kind="REMINDER").count() == 3


@pytest.mark.parametrize("month", [1, 7])
def test_times_are_right_in_summer_and_in_winter(settings, book, month):
    settings.TIME_ZONE = "Europe/Berlin"
    year = timezone.localdate().year + 1
    visit = book(appointment_date=dt.date(year, month, 15))
    _method, entry = entry_of(send_changes()[0])
    assert entry["DTSTART"].params["TZID"] == "Europe/Berlin"
    expected = dt.datetime(year, month, 15, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    assert entry["DTSTART"].dt.astimezone(dt.UTC) == expected.astimezone(dt.UTC) == visit.starts_at


def test_a_change_that_is_rolled_back_leaves_neither_notice_nor_job(book):
    from django.db import transaction

    with transaction.atomic():
        book()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name=services.SEND_NOTICE).exists()


def test_a_patient_chooses_mails_and_a_stale_choice_is_shown(patient, client_of):
    client, url = client_of(patient.user), reverse("scheduling:notice_preference", args=[patient.pk])
    form = client.get(url).context["form"]
    assert form["wants_booked"].value() is form["wants_reminders"].value() is True
    version = form["version"].value()
    response = client.post(url, {"version": version, "wants_reminders": "on"})
    assert response.status_code == 302
    stored = NoticePreference.objects.get(patient=patient)
    assert (stored.wants_moved, stored.wants_reminders) == (False, True)
    assert client.post(url, {"version": version, "wants_moved": "on"}).status_code == 409
    stored.refresh_from_db()
    assert (stored.wants_moved, stored.wants_reminders) == (False, True)


def test_a_guardian_chooses_for_the_ward_and_a_stranger_does_not(patient, client_of):
    guardian = GuardianFactory(patient=patient).user
    url = reverse("scheduling:notice_preference", args=[patient.pk])
    assert client_of(guardian).get(url).status_code == 200
    assert client_of(PatientFactory().user).get(url).status_code == 404
