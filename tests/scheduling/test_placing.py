"""Visits that are pulled about on the board: moved, made longer, taken back, refused; nothing is changed by half."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeo.base.fields import new_id
from homeo.base.models import Submission
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import services
from scheduling.models import Appointment, Notice
from tests.scheduling.test_notices import pending, send_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    return timezone.localdate() + dt.timedelta(days=3)


@pytest.fixture
def visit(receptionist, patient, doctor, day):
    return services.book_appointment(
        actor=receptionist,
        patient=patient,
        doctor=doctor,
        appointment_date=day,
        appointment_time=dt.time(10),
        notes="Brings the reports",
    )


@pytest.fixture
def drop(client_of, receptionist, day):
    """A function that drops a visit somewhere, as the front desk by default, and returns the answer."""

    def drop(visit, *, time="11:00", user=receptionist, **changed):
        form = {
            "form_token": new_id(),
            "version": visit.version,
            "doctor": visit.doctor_id,
            "date": day.isoformat(),
            "time": time,
        }
        url = reverse("scheduling:appointment_place", args=[visit.pk])
        return client_of(user).post(url, form | changed, headers={"HX-Request": "true"})

    return drop


@pytest.fixture
def undo(client_of, receptionist):
    def undo(visit, **changed):
        form = {"form_token": new_id(), "version": visit.version}
        url = reverse("scheduling:appointment_place_back", args=[visit.pk])
        return client_of(receptionist).post(url, form | changed, headers={"HX-Request": "true"})

    return undo


def places():
    """Return where every visit that takes up its time stands."""
    visits = Appointment.objects.occupying().order_by("appointment_time")
    return [(f"{visit.appointment_time:%H:%M}", visit.duration) for visit in visits]


def the_visit():
    return Appointment.objects.occupying().get()


def text(response):
    return " ".join(response.content.decode().split())


def test_a_dropped_visit_is_moved_and_the_answer_offers_the_undo(drop, visit, patient):
    response = drop(visit)
    moved = the_visit()
    assert response.status_code == 200
    assert (places(), moved.notes, moved.rescheduled_from) == ([("11:00", 20)], "Brings the reports", visit)
    assert f"{patient.name} is moved from 10:00 to 11:00." in text(response)
    assert reverse("scheduling:appointment_place_back", args=[moved.pk]) in text(response)
    assert moved.version in text(response)
    assert f'"board-changed": {{"visit": "{moved.pk}"}}' in response["HX-Trigger"]


def test_a_visit_goes_to_another_doctor_and_day(drop, visit, day):
    other = DoctorFactory().user
    response = drop(visit, doctor=other.pk, date=(day + dt.timedelta(days=1)).isoformat())
    assert (the_visit().doctor, the_visit().appointment_date) == (other, day + dt.timedelta(days=1))
    assert f"with {other.display_name}." in text(response)


def test_a_visit_is_made_longer_and_shorter_and_keeps_its_buffers(drop, visit):
    visit.buffer_after = 10
    visit.save()
    response = drop(visit, time="10:00", minutes=45)
    assert "visit now takes 45 minutes, until 10:45." in text(response)
    assert (places(), the_visit().buffer_after) == ([("10:00", 45)], 10)
    drop(the_visit(), time="10:00", minutes=15)
    assert places() == [("10:00", 15)]


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("change", [{"time": "12:00"}, {"time": "10:00", "minutes": 40}])
def test_an_undone_change_is_back_as_it_was_and_tells_nobody(drop, undo, visit, is_told, change, patient, doctor):
    if is_told:
        send_changes()
    told = [] if is_told else ["BOOKED"]
    drop(visit, **change)
    response = undo(the_visit())
    assert response.status_code == 200
    assert f"{patient.name} is back at" in text(response)
    assert places() == [("10:00", 20)]
    assert the_visit().status == visit.status
    assert pending() == told
    assert len(send_changes()) == len(told)
    assert [notice.appointment for notice in Notice.objects.pending().filter(kind="REMINDER")] == [the_visit()]


def test_an_undo_can_be_undone(drop, undo, visit):
    drop(visit)
    undo(the_visit())
    undo(the_visit())
    assert places() == [("11:00", 20)]


def test_an_overbooked_visit_comes_back_as_overbooked(drop, undo, receptionist, doctor, visit, day):
    over = services.book_appointment(
        actor=receptionist,
        patient=PatientFactory(),
        doctor=doctor,
        appointment_date=day,
        appointment_time=dt.time(10),
        overbook_reason="Fever",
    )
    drop(over, time="10:00", minutes=30)
    longer = Appointment.objects.occupying().get(patient=over.patient)
    assert (longer.duration, longer.overbook_reason) == (30, "Fever")
    drop(longer, time="12:00")
    plain = Appointment.objects.occupying().get(patient=over.patient)
    assert not plain.is_overbooked
    undo(plain)
    back = Appointment.objects.occupying().get(patient=over.patient)
    assert (back.duration, back.overbook_reason, back.appointment_time) == (30, "Fever", dt.time(10))


def test_a_taken_slot_says_who_has_it_and_what_is_free(drop, visit, doctor, day, receptionist):
    other = services.book_appointment(
        actor=receptionist,
        patient=PatientFactory(),
        doctor=doctor,
        appointment_date=day,
        appointment_time=dt.time(11),
    )
    colleague = DoctorFactory().user
    response = drop(visit)
    answer = text(response)
    assert response.status_code == 409
    assert f"{other.patient.name} has 11:00 to 11:20 with {doctor.display_name}." in answer
    assert f"Booked by {receptionist.get_full_name()}" in answer
    assert 'name="time" value="11:20"' in answer
    assert f"{reverse('scheduling:appointment_reschedule', args=[visit.pk])}?doctor={doctor.pk}" in answer
    assert places() == [("10:00", 20), ("11:00", 20)]
    assert "board-changed" in response["HX-Trigger"]
    assert not Submission.objects.exists()

    token = answer.split('name="form_token" value="')[1].split('"')[0]
    assert drop(visit, form_token=token, doctor=colleague.pk).status_code == 200


def test_a_longer_visit_does_not_reach_into_the_next_one(drop, visit, doctor, day, receptionist):
    services.book_appointment(
        actor=receptionist,
        patient=PatientFactory(),
        doctor=doctor,
        appointment_date=day,
        appointment_time=dt.time(10, 20),
    )
    response = drop(visit, time="10:00", minutes=25)
    assert response.status_code == 409
    assert "has 10:20 to 10:40" in text(response)
    assert "Nearest free" not in text(response)
    assert places() == [("10:00", 20), ("10:20", 20)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": "20:00"}, "does not work then"),
        ({"time": "16:50"}, "does not work then"),
        ({"time": "10:00"}, "there already"),
        ({"time": "25:00"}, "could not be read"),
        ({"minutes": 241}, "could not be read"),
        ({"minutes": "x"}, "could not be read"),
        ({"doctor": "nobody"}, "could not be read"),
        ({"date": "9999-12-31"}, "could not be read"),
    ],
)
def test_nonsense_changes_nothing(drop, visit, change, words):
    response = drop(visit, **change)
    assert response.status_code == 422
    assert words in text(response)
    assert Appointment.objects.count() == 1
    assert not Submission.objects.exists()


def test_the_past_is_refused(drop, visit):
    response = drop(visit, date=(timezone.localdate() - dt.timedelta(days=1)).isoformat())
    assert response.status_code == 422
    assert "This time has passed" in text(response)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"checked_in_at": timezone.now()}, "has arrived"),
        ({"checked_in_at": timezone.now(), "started_at": timezone.now()}, "stays as it is"),
        ({"status": "COMPLETED"}, "stays as it is"),
        ({"no_show_at": timezone.now()}, "stays as it is"),
        ({"status": "CANCELLED", "cancel_reason": "Ill"}, "stays as it is"),
    ],
)
def test_who_is_here_or_was_stays_in_place(drop, visit, changed, words):
    for name, value in changed.items():
        setattr(visit, name, value)
    visit.save()
    for change in ({}, {"time": "10:00", "minutes": 30}):
        response = drop(visit, **change)
        assert response.status_code == 422
        assert words in text(response)
    assert Appointment.objects.count() == 1


def test_a_stale_board_is_told_who_moved_the_visit_and_where_to(drop, visit, doctor, receptionist):
    drop(visit, time="14:00")
    before = places()
    response = drop(visit)
    assert response.status_code == 409
    assert "moved this visit meanwhile: it is now" in text(response)
    assert f"14:00 with {doctor.display_name}" in text(response)
    assert places() == before


def test_a_stale_board_is_told_that_the_visit_has_changed(drop, visit, receptionist):
    services.change_appointment_notes(actor=receptionist, appointment=visit, notes="Comes by bus")
    response = drop(visit)
    assert response.status_code == 409
    assert "has changed this visit meanwhile" in text(response)
    assert places() == [("10:00", 20)]


def test_a_stale_undo_changes_nothing(drop, undo, visit, receptionist):
    drop(visit)
    moved = the_visit()
    services.change_appointment_notes(actor=receptionist, appointment=moved, notes="Comes by bus")
    assert undo(moved).status_code == 409
    assert places() == [("11:00", 20)]


def test_what_was_never_moved_cannot_be_put_back(undo, visit):
    response = undo(visit)
    assert response.status_code == 422
    assert "has not been moved" in text(response)


def test_no_undo_is_offered_into_the_past(drop, doctor, day):
    late = AppointmentFactory(
        doctor=doctor, appointment_date=timezone.localdate() - dt.timedelta(days=1), appointment_time=dt.time(10)
    )
    response = drop(late)
    assert response.status_code == 200
    assert "Undo" not in text(response)


def test_a_drop_that_is_sent_twice_has_one_effect_and_one_answer(drop, visit):
    token = new_id()
    first, second = (drop(visit, form_token=token) for _time in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert places() == [("11:00", 20)]
    assert Appointment.objects.count() == 2
    said = [text(answer).split("data-say>")[1].split("<")[0] for answer in (first, second)]
    assert said[0] == said[1]
    assert drop(visit, form_token=new_id()).status_code == 409
    assert Appointment.objects.count() == 2


def test_without_a_token_nothing_happens(drop, visit):
    assert drop(visit, form_token="").status_code == 400
    assert places() == [("10:00", 20)]


def test_somebody_elses_visit_is_not_found_and_others_may_not(drop, visit, doctor, patient, admin):
    stranger = DoctorFactory().user
    assert drop(visit, user=stranger).status_code == 404
    assert drop(visit, user=admin).status_code == 403
    assert drop(visit, user=patient.user).status_code == 403
    assert drop(visit, user=doctor, doctor=stranger.pk).status_code == 422
    assert places() == [("10:00", 20)]
    assert drop(visit, user=doctor).status_code == 200
    assert places() == [("11:00", 20)]


def test_a_doctor_is_not_shown_whose_the_slot_is_that_a_colleague_has(drop, visit, patient, doctor, day, receptionist):
    elsewhere = services.book_appointment(
        actor=receptionist,
        patient=patient,
        doctor=DoctorFactory().user,
        appointment_date=day,
        appointment_time=dt.time(11),
    )
    response = drop(visit, user=doctor)
    assert response.status_code == 409
    assert elsewhere.doctor.display_name not in text(response)
    response = drop(visit)
    assert f"{patient.name} already has a visit" in text(response)
    assert elsewhere.doctor.display_name in text(response)
