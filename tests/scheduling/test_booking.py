"""The pages that find a time for a visit."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import AuditLog
from homeo.base.fields import new_id
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling.models import Appointment, Notice
from scheduling.slots import slot_key

pytestmark = pytest.mark.django_db

CREATE = reverse("scheduling:appointment_create")
REQUEST = reverse("scheduling:appointment_request")
SLOTS = reverse("scheduling:slot_list")
CHOOSE = reverse("scheduling:patient_choose")


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# ── booking ────────────────────────────────────────────────────────────────


def test_the_desk_books_a_free_slot(desk, booking, patient, doctor, tomorrow):
    page = desk.get(f"{CREATE}?patient={patient.pk}&doctor={doctor.pk}&date={tomorrow}&time=10:20")
    assert page.context["form"].initial["slot"] == slot_key(tomorrow, dt.time(10, 20), doctor.pk)
    response = desk.post(CREATE, booking(), follow=True)
    visit = Appointment.objects.get()
    assert (visit.appointment_time, visit.status, visit.notes) == (
        dt.time(10, 20),
        "CONFIRMED",
        "Headaches since Sunday",
    )
    when = f"{tomorrow:%a} {tomorrow.day} {tomorrow:%b} 10:20"
    assert messages_of(response) == [f"{patient.name} is booked with {doctor.display_name}, {when}."]


def asked_by(queries):
    """Return how many queries there were, savepoints not counted."""
    return sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries)


@pytest.mark.parametrize("count", [1, 50])
def test_a_booking_and_a_refusal_ask_as_often_for_one_as_for_fifty(desk, booking, patient, doctor, tomorrow, count):
    for n in range(count - 1):
        DoctorFactory()
        AppointmentFactory(patient=patient, doctor=doctor, appointment_date=tomorrow + dt.timedelta(days=n + 1))
    late = PatientFactory()
    with CaptureQueriesContext(connection) as booked:
        assert desk.post(CREATE, booking()).status_code == 302
    with CaptureQueriesContext(connection) as refused:
        assert desk.post(CREATE, booking(patient=late.pk)).status_code == 409
    assert (asked_by(booked), asked_by(refused)) == (10, 19)


def test_a_booking_is_written_with_all_that_belongs_to_it(desk, booking, receptionist):
    desk.post(CREATE, booking(time="09:00"))  # less than a day ahead: no reminder
    visit = Appointment.objects.get()
    assert visit.updated_at == visit.history.get().updated_at
    assert (visit.history.get().history_user, visit.history.get().history_type) == (receptionist, "+")
    notices = list(Notice.objects.order_by("kind"))
    assert [notice.kind for notice in notices] == ["BOOKED"]
    for row in (visit, *notices):
        entry = AuditLog.objects.get(entity_id=row.pk)
        assert (entry.action, entry.user, entry.patient_id) == ("CREATE", receptionist, visit.patient_id)
    assert ProcrastinateJob.objects.count() == len(notices)


@pytest.mark.parametrize("typed", ["11:05", "11.05", "1105", " 11:05 "])
def test_a_typed_time_counts_more_than_a_chosen_slot(desk, booking, typed):
    desk.post(CREATE, booking(time=typed))
    assert Appointment.objects.get().appointment_time == dt.time(11, 5)


def test_without_a_patient_the_desk_is_asked_for_one_and_the_time_is_carried_along(desk, patient):
    asking = desk.get(f"{CREATE}?date=2026-12-01&time=10:20&other=1")
    url = f"{CHOOSE}?date=2026-12-01&time=10%3A20"
    assert f'action="{url.replace("&", "&amp;")}"' in asking.content.decode()
    page = desk.post(url, {"q": patient.user.last_name})
    assert f"{CREATE}?patient={patient.pk}&amp;date=2026-12-01&amp;time=10%3A20" in page.content.decode()
    part = desk.post(CHOOSE, {"q": patient.phone}, headers={"HX-Request": "true"})
    assert patient.name in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "Nobody is found" in desk.post(CHOOSE, {"q": "zzzzqqq"}).content.decode()


def test_a_form_sent_twelve_times_books_one_visit_and_is_answered_as_success(desk, booking):
    fields = booking()
    answers = [desk.post(CREATE, fields) for _ in range(12)]
    assert Appointment.objects.count() == 1
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, answers[0].url)}


def test_looking_at_another_day_without_script_keeps_what_was_typed(desk, booking, tomorrow):
    later = tomorrow + dt.timedelta(days=3)
    page = desk.post(CREATE, booking(date=later.isoformat(), look="1"))
    assert page.status_code == 200
    assert page.context["slots"].day == later
    assert "Headaches since Sunday" in page.content.decode()
    assert not Appointment.objects.exists()


# ── conflicts ──────────────────────────────────────────────────────────────


def test_a_taken_slot_is_told_with_who_has_it_and_the_nearest_free_ones(desk, booking, doctor, tomorrow):
    clash = AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    page = desk.post(CREATE, booking())
    text = page.content.decode()
    assert page.status_code == 409
    assert clash.patient.name in text
    assert clash.booked_by.get_full_name() in text
    assert "Headaches since Sunday" in text
    assert [str(offer.slot) for offer in page.context["offers"][:2]] == ["09:40", "10:00"]
    first = page.context["offers"][0]
    assert page.context["chosen"] == first.key
    again = {name: page.context["form"][name].value() for name in ("doctor", "date", "time", "asked", "notes")}
    desk.post(CREATE, booking(**again, slot=first.key))
    assert Appointment.objects.exclude(pk=clash.pk).get().appointment_time == dt.time(9, 40)


def test_an_offer_with_a_colleague_books_the_colleague(desk, booking, doctor, tomorrow):
    colleague = DoctorFactory().user
    AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    page = desk.post(CREATE, booking())
    offer = page.context["offers"][-1]
    assert offer.doctor == colleague
    desk.post(CREATE, booking(slot=offer.key, asked=page.context["form"]["asked"].value()))
    assert colleague.doctor_appointments.get().appointment_time == dt.time(10, 20)


def test_an_offer_does_not_count_once_another_day_is_chosen(desk, booking, doctor, tomorrow):
    asked = slot_key(tomorrow, dt.time(10, 20), doctor.pk)
    later = (tomorrow + dt.timedelta(days=2)).isoformat()
    page = desk.post(CREATE, booking(date=later, asked=asked, slot=slot_key(tomorrow, dt.time(10, 40), doctor.pk)))
    assert page.status_code == 422
    assert "another day or doctor" in str(page.context["form"].errors["slot"])
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("forged", ["9999-12-31T10:20-{doctor}", "0001-01-01T10:20-{doctor}", "{day}T10:40-xxxxxxxx"])
def test_a_forged_offer_is_refused(desk, booking, doctor, tomorrow, forged):
    asked = slot_key(tomorrow, dt.time(10, 20), doctor.pk)
    page = desk.post(CREATE, booking(asked=asked, slot=forged.format(doctor=doctor.pk, day=tomorrow)))
    assert page.status_code == 422
    assert page.context["form"].errors
    assert not Appointment.objects.exists()


def test_the_refused_time_can_be_overbooked_with_a_reason(desk, booking, doctor, tomorrow):
    clash = AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    page = desk.post(CREATE, booking())
    asked = page.context["form"]["asked"].value()
    offer = page.context["offers"][0].key
    missing = desk.post(CREATE, booking(slot=offer, asked=asked, overbook="on"))
    assert missing.status_code == 422
    assert "overbook_reason" in missing.context["form"].errors
    untold = desk.post(CREATE, booking(slot=offer, asked=asked, overbook_reason="Fever"))
    assert "overbook" in untold.context["form"].errors
    desk.post(CREATE, booking(slot=offer, asked=asked, overbook="on", overbook_reason="Fever since the night"))
    visit = Appointment.objects.exclude(pk=clash.pk).get()
    assert (visit.appointment_time, visit.is_overbooked) == (dt.time(10, 20), True)


def test_a_patient_who_is_elsewhere_is_told_where(desk, booking, patient):
    other = AppointmentFactory(patient=patient, appointment_time=dt.time(10, 20))
    page = desk.post(CREATE, booking())
    assert page.status_code == 409
    assert other.doctor.display_name in page.content.decode()
    assert "already has a visit" in page.content.decode()


def test_a_time_outside_the_hours_is_said_beside_it_with_free_times(desk, booking):
    page = desk.post(CREATE, booking(slot="", time="20:00"))
    assert page.status_code == 422
    assert "does not work then" in str(page.context["form"].errors["time"])
    assert page.context["offers"]


def test_a_day_that_has_passed_is_refused(desk, booking):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    page = desk.post(CREATE, booking(slot="", time="10:00", date=yesterday.isoformat()))
    assert page.status_code == 422
    assert "has passed" in str(page.context["form"].errors["time"])


# ── bad input ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changed",
    [
        {"notes": "x" * 1001},
        {"date": "9999-12-31"},
        {"date": "0001-01-01"},
        {"date": "2026-02-30"},
        {"date": ""},
        {"doctor": "x" * 300},
        {"doctor": ""},
        {"slot": "", "time": ""},
        {"slot": "nonsense"},
        {"slot": "x" * 500},
        {"slot": "9999-12-31T10:20-abc", "asked": "9999-12-31T10:20-abc"},
        {"time": "25:00"},
        {"time": "10:20:30"},
        {"asked": "x" * 500},
        {"overbook": "on", "overbook_reason": "x" * 201},
    ],
)
def test_impossible_input_is_refused_and_kept(desk, booking, changed):
    page = desk.post(CREATE, booking(**changed))
    assert page.status_code == 422
    assert page.context["form"].errors
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"notes": "a\0b"}, 400),
        ({"form_token": ""}, 400),
        ({"form_token": "x" * 25}, 400),
        ({"patient": "x" * 24}, 404),
        ({"patient": ""}, 404),
        ({"patient": "é" * 3000}, 404),
    ],
)
def test_forged_fields_are_a_clear_refusal(desk, booking, changed, status):
    assert desk.post(CREATE, booking(**changed)).status_code == status
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("query", ["doctor=x&date=y&time=z", "date=9999-12-31", "date=0001-01-01&time=99:99"])
def test_nonsense_in_the_address_is_passed_over(desk, patient, query):
    assert desk.get(f"{CREATE}?patient={patient.pk}&{query}").status_code == 200


def test_a_doctor_who_has_left_cannot_be_chosen(desk, booking, doctor):
    doctor.status = "INACTIVE"
    doctor.save()
    page = desk.post(CREATE, booking())
    assert page.status_code == 422
    assert "doctor" in page.context["form"].errors


# ── doctors ────────────────────────────────────────────────────────────────


def test_a_doctor_only_overbooks_own_time_for_a_treated_patient(client_of, doctor, patient, booking, tomorrow):
    client = client_of(doctor)
    assert client.get(f"{CREATE}?patient={patient.pk}").status_code == 404
    AppointmentFactory(patient=patient, doctor=doctor, appointment_time=dt.time(15))
    assert client.get(f"{CREATE}?patient={patient.pk}").status_code == 200
    assert client.post(CREATE, booking()).status_code == 422
    colleague = DoctorFactory().user
    assert client.post(CREATE, booking(doctor=colleague.pk, overbook_reason="Acute")).status_code == 422
    assert client.post(CREATE, booking(overbook_reason="Acute")).status_code == 302
    assert Appointment.objects.filter(doctor=doctor, is_overbooked=True).count() == 1


# ── patients ───────────────────────────────────────────────────────────────


def test_a_patient_asks_for_a_visit(client_of, booking, patient):
    client = client_of(patient.user)
    assert "time" not in client.get(REQUEST).context["form"].fields
    response = client.post(REQUEST, booking(), follow=True)
    visit = Appointment.objects.get()
    assert (visit.status, visit.booked_by) == ("PENDING", patient.user)
    assert "will confirm" in messages_of(response)[0]


def test_a_patient_sees_no_name_of_whoever_has_the_time(client_of, booking, patient, doctor):
    clash = AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    page = client_of(patient.user).post(REQUEST, booking())
    text = page.content.decode()
    assert page.status_code == 409
    assert clash.patient.name not in text
    assert clash.booked_by.get_full_name() not in text
    assert page.context["offers"]


def test_a_patient_asks_for_a_ward_and_for_nobody_else(client_of, booking, patient):
    ward = GuardianFactory(user=patient.user).patient
    client = client_of(patient.user)
    page = client.get(REQUEST, {"patient": ward.pk})
    assert page.context["form"]["patient"].value() == ward.pk
    assert client.get(REQUEST, {"patient": "x" * 99}).context["form"]["patient"].value() in {ward.pk, patient.pk}
    assert client.post(REQUEST, booking(patient=ward.pk)).status_code == 302
    stranger = PatientFactory()
    refused = client.post(REQUEST, booking(patient=stranger.pk))
    assert refused.status_code == 422
    assert stranger.name not in refused.content.decode()
    assert Appointment.objects.get().patient == ward


# ── free slots ─────────────────────────────────────────────────────────────


def test_free_slots_are_a_part_without_names(client_of, patient, receptionist, doctor, tomorrow):
    taken = AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    for person in (receptionist, doctor, patient.user):
        part = client_of(person).get(SLOTS, {"doctor": doctor.pk, "date": tomorrow.isoformat()})
        text = part.content.decode()
        assert part.status_code == 200
        assert slot_key(tomorrow, dt.time(10), doctor.pk) in text
        assert slot_key(tomorrow, dt.time(10, 20), doctor.pk) not in text
        assert taken.patient.name not in text


def test_a_visit_that_moves_does_not_stand_in_its_own_way(desk, doctor, tomorrow):
    visit = AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    part = desk.get(SLOTS, {"doctor": doctor.pk, "date": tomorrow.isoformat(), "visit": visit.pk, "jump": "1"})
    assert slot_key(tomorrow, dt.time(10, 20), doctor.pk) in part.content.decode()
    assert 'hx-swap-oob="true"' in part.content.decode()


@pytest.mark.parametrize("date", ["", "9999-12-31", "0001-01-01", "2026-13-01", "x" * 999])
def test_slots_of_an_impossible_day_are_refused(desk, doctor, date):
    assert desk.get(SLOTS, {"doctor": doctor.pk, "date": date}).status_code == 422
    assert desk.get(SLOTS, {"doctor": "x", "date": timezone.localdate().isoformat()}).status_code == 422


# ── moving ─────────────────────────────────────────────────────────────────


@pytest.fixture
def visit(patient, doctor):
    return AppointmentFactory(patient=patient, doctor=doctor, appointment_time=dt.time(15))


def test_a_visit_moves_once_however_often_the_form_is_sent(desk, booking, visit):
    url = reverse("scheduling:appointment_reschedule", args=[visit.pk])
    assert desk.get(url).status_code == 200
    fields = booking()
    answers = [desk.post(url, fields) for _ in range(12)]
    new = Appointment.objects.get(status="CONFIRMED")
    assert {answer.url for answer in answers} == {reverse("scheduling:appointment_detail", args=[new.pk])}
    visit.refresh_from_db()
    assert (visit.status, visit.rescheduled_to, new.appointment_time) == ("RESCHEDULED", new, dt.time(10, 20))
    assert desk.get(url).status_code == 302
    assert desk.post(url, booking(form_token=new_id())).status_code == 422


def test_a_move_to_a_taken_time_is_a_conflict_that_leaves_the_visit(desk, booking, visit, doctor):
    AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    url = reverse("scheduling:appointment_reschedule", args=[visit.pk])
    page = desk.post(url, booking())
    assert page.status_code == 409
    visit.refresh_from_db()
    assert visit.status == "CONFIRMED"
    desk.post(url, booking(slot=page.context["offers"][0].key, asked=page.context["form"]["asked"].value()))
    assert Appointment.objects.get(rescheduled_from=visit).appointment_time == dt.time(9, 40)


def test_a_patient_moves_an_own_visit_only(client_of, booking, visit):
    url = reverse("scheduling:appointment_reschedule", args=[visit.pk])
    assert client_of(PatientFactory().user).get(url).status_code == 404
    client = client_of(visit.patient.user)
    assert "overbook" not in client.get(url).context["form"].fields
    client.post(url, booking(overbook="on", overbook_reason="Please"))
    new = Appointment.objects.get(rescheduled_from=visit)
    assert (new.status, new.is_overbooked) == ("PENDING", False)
