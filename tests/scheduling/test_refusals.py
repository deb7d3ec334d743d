"""A booking form that htmx sends: what it is answered where the time is taken, something is wrong, or all is well."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditLog
from homeo.base.fields import new_id
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory, SlotOfferFactory, TimeOffFactory
from scheduling.models import Appointment
from scheduling.slots import slot_key

pytestmark = pytest.mark.django_db

CREATE = reverse("scheduling:appointment_create")
PART = {"HX-Request": "true", "HX-Target": "refusal"}
WHOLE = {"HX-Request": "true", "HX-Target": "booking"}


@pytest.fixture
def clash(doctor):
    return AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))


def is_part(answer):
    return "<html" not in answer.content.decode() and "HX-Retarget" not in answer.headers


def is_whole_form(answer):
    """Tell whether htmx puts the form of this page in the place of the one that was sent."""
    wanted = {"HX-Retarget": "#booking", "HX-Reselect": "#booking", "HX-Reswap": "outerHTML"}
    return wanted.items() <= answer.headers.items() and 'id="booking"' in answer.content.decode()


def test_a_taken_time_is_answered_with_what_changes(desk, booking, clash, doctor, tomorrow):
    answer = desk.post(CREATE, booking(), headers=PART)
    text = answer.content.decode()
    offers = [slot_key(tomorrow, time, doctor.pk) for time in (dt.time(9, 40), dt.time(10, 0))]
    assert answer.status_code == 409
    assert is_part(answer)
    assert clash.patient.name in text
    assert clash.booked_by.get_full_name() in text
    # The first offer is chosen and has the focus, the taken time is no slot any more.
    assert f'value="{offers[0]}" checked autofocus' in text
    assert f'value="{offers[1]}"' in text
    assert f'value="{slot_key(tomorrow, clash.appointment_time, doctor.pk)}" id="id_asked"' in text
    assert text.count(slot_key(tomorrow, clash.appointment_time, doctor.pk)) == 1
    assert "Book the chosen time" in text
    # What is typed is not sent back: it stays where it is.
    assert "Headaches since Sunday" not in text
    assert Appointment.objects.get() == clash


def test_the_answer_takes_the_place_of_what_is_on_the_page(desk, booking, clash, patient):
    page = desk.get(f"{CREATE}?patient={patient.pk}").content.decode()
    part = desk.post(CREATE, booking(), headers=PART).content.decode()
    swapped = [tag for tag in part.split("<") if "hx-swap-oob" in tag]
    names = {tag.split('id="')[1].split('"')[0] for tag in swapped}
    assert names == {"id_asked", "slots", "typed-time", "send"}
    assert all(f'id="{name}"' in page for name in {"refusal", *names})


def test_what_is_swapped_in_books_the_offer(desk, booking, clash, doctor, tomorrow):
    fields = booking()
    desk.post(CREATE, fields, headers=PART)
    asked = slot_key(tomorrow, dt.time(10, 20), doctor.pk)
    answer = desk.post(CREATE, fields | {"asked": asked, "slot": slot_key(tomorrow, dt.time(9, 40), doctor.pk)})
    visit = Appointment.objects.exclude(pk=clash.pk).get()
    assert (answer.status_code, visit.appointment_time) == (302, dt.time(9, 40))


def test_a_typed_time_that_is_taken_is_cleared(desk, booking, clash):
    text = desk.post(CREATE, booking(slot="", time="10:20"), headers=PART).content.decode()
    typed = text.split('id="typed-time"')[1].split("</div>")[0]
    assert 'name="time"' in typed
    assert 'value="10:20"' not in typed
    assert "You asked for 10:20" in text


def test_an_offer_of_a_colleague_that_is_taken_brings_the_form_of_the_colleague(desk, booking, clash, doctor, tomorrow):
    colleague = DoctorFactory().user
    AppointmentFactory(doctor=colleague, appointment_time=dt.time(10, 20))
    asked = slot_key(tomorrow, dt.time(10, 20), doctor.pk)
    offer = slot_key(tomorrow, dt.time(10, 20), colleague.pk)
    answer = desk.post(CREATE, booking(asked=asked, slot=offer), headers=PART)
    assert answer.status_code == 409
    assert is_whole_form(answer)
    assert answer.context["form"]["doctor"].value() == colleague.pk
    assert "Headaches since Sunday" in answer.content.decode()


def test_an_error_brings_the_whole_form_and_so_does_what_follows(desk, booking, clash):
    wrong = desk.post(CREATE, booking(overbook="on"), headers=PART)
    assert wrong.status_code == 422
    assert is_whole_form(wrong)
    assert 'hx-target="#booking"' in wrong.content.decode()
    # Where errors stand, a part would leave them standing.
    taken = desk.post(CREATE, booking(), headers=WHOLE)
    assert taken.status_code == 409
    assert is_whole_form(taken)
    assert 'hx-target="#refusal"' in taken.content.decode()


def test_a_time_that_cannot_be_booked_is_said_beside_it(desk, booking):
    answer = desk.post(CREATE, booking(slot="", time="20:00"), headers=PART)
    assert answer.status_code == 422
    assert is_whole_form(answer)
    assert "does not work then" in str(answer.context["form"].errors["time"])


def test_without_script_a_page_is_answered_without_instructions(desk, booking, clash):
    answer = desk.post(CREATE, booking())
    assert "<html" in answer.content.decode()
    assert not any(name.startswith("HX-") for name in answer.headers)


def test_a_booking_leads_on_without_a_body_however_often_it_is_sent(desk, booking):
    fields = booking()
    answers = [desk.post(CREATE, fields, headers=PART) for _ in range(3)]
    visit = Appointment.objects.get()
    address = reverse("scheduling:appointment_detail", args=[visit.pk])
    assert {(answer.status_code, answer.headers["HX-Redirect"], answer.content) for answer in answers} == {
        (200, address, b"")
    }
    assert "is booked with" in desk.get(address).content.decode()


def test_a_form_refused_for_what_it_did_itself_is_a_success(desk, booking):
    fields = booking()
    desk.post(CREATE, fields)
    assert desk.post(CREATE, fields, headers=PART).headers["HX-Redirect"]
    assert desk.post(CREATE, fields | {"form_token": new_id()}, headers=PART).status_code == 409


def test_visits_that_recur_are_led_on_to(desk, booking):
    answer = desk.post(CREATE, booking(repeat="1"), headers=PART)
    assert answer.headers["HX-Redirect"].startswith(reverse("scheduling:series_create"))


def test_a_visit_that_moves_is_refused_and_moved_in_the_same_way(desk, booking, clash, patient, doctor, tomorrow):
    visit = AppointmentFactory(patient=patient, doctor=doctor, appointment_time=dt.time(15))
    url = reverse("scheduling:appointment_reschedule", args=[visit.pk])
    refused = desk.post(url, booking(), headers=PART)
    assert refused.status_code == 409
    assert is_part(refused)
    assert "Move to the chosen time" in refused.content.decode()
    moved = desk.post(url, booking(slot=slot_key(tomorrow, dt.time(9, 40), doctor.pk)), headers=PART)
    visit.refresh_from_db()
    assert moved.headers["HX-Redirect"] == reverse("scheduling:appointment_detail", args=[visit.rescheduled_to_id])


def test_a_time_kept_for_the_waiting_list_is_told_without_a_name(desk, booking, doctor, tomorrow):
    SlotOfferFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(10, 20))
    text = desk.post(CREATE, booking(), headers=PART).content.decode()
    assert "offered to somebody on the waiting list" in text


def test_times_beside_a_visit_are_kept_free_without_naming_it(desk, booking, doctor):
    beside = AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 40), buffer_before=15)
    text = desk.post(CREATE, booking(), headers=PART).content.decode()
    assert "This time is kept free." in text
    assert beside.patient.name not in text


def test_the_audit_log_knows_whose_visit_was_shown(desk, booking, clash, receptionist, patient):
    desk.post(CREATE, booking(), headers=PART)
    shown = AuditLog.objects.filter(action="VIEW", user=receptionist).values_list("patient_id", flat=True)
    assert list(shown) == [clash.patient_id]


def test_a_patient_who_is_elsewhere_is_told_where(desk, booking, patient):
    other = AppointmentFactory(patient=patient, appointment_time=dt.time(10, 20))
    text = desk.post(CREATE, booking(), headers=PART).content.decode()
    assert f"{patient.name} already has a visit" in text
    assert other.doctor.display_name in text


def test_nobody_learns_when_a_patient_of_others_is_busy(client_of, booking, doctor, clash):
    stranger = PatientFactory()
    fields = booking(patient=stranger.pk, overbook_reason="Fever")
    answer = client_of(doctor).post(CREATE, fields, headers=PART)
    assert answer.status_code == 404
    assert Appointment.objects.get() == clash


@pytest.mark.parametrize("count", [1, 50])
def test_a_refusal_asks_as_often_for_one_as_for_fifty(desk, booking, clash, patient, doctor, tomorrow, count):
    for n in range(count - 1):
        DoctorFactory()
        AppointmentFactory(patient=patient, doctor=doctor, appointment_date=tomorrow + dt.timedelta(days=n + 1))
    with CaptureQueriesContext(connection) as refused:
        assert desk.post(CREATE, booking(), headers=PART).status_code == 409
    assert sum("SAVEPOINT" not in query["sql"] for query in refused.captured_queries) == 14


def test_the_days_that_are_free_too_are_found_however_late_they_are(desk, booking, clash, doctor, tomorrow):
    first, last = tomorrow + dt.timedelta(days=1), tomorrow + dt.timedelta(days=20)
    TimeOffFactory(doctor=doctor.doctor, start_date=first, end_date=last)
    text = desk.post(CREATE, booking(), headers=PART).content.decode()
    chips = [chip.split("&amp;date=")[1][:10] for chip in text.split('class="chip"')[1:]]
    assert len(chips) == 4
    assert min(chips) > last.isoformat()
