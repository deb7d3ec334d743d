"""Patients book by themselves: within the clinic's rules, and without a look at anybody else."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.audit import bulk
from homeo.base.fields import new_id
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory, SlotOfferFactory, TimeOffFactory
from scheduling.availability import booking_window
from scheduling.free_days import Search, find_month
from scheduling.models import Appointment, SchedulingRules, VisitType
from scheduling.slots import slot_key
from tests.scheduling.offering import text_of
from tests.scheduling.own_booking import HTMX, LIST, REQUEST, TEN, month_of, move_url, set_rules, times_of

pytestmark = pytest.mark.django_db


# ── nobody else's data ─────────────────────────────────────────────────────


def test_a_doctor_who_takes_no_visits_is_not_looked_at(own, doctor, receptionist, patient):
    gone, stranger = DoctorFactory().user, PatientFactory().user
    gone.status = "INACTIVE"
    gone.save()
    for pk in (gone.pk, receptionist.pk, stranger.pk, "x" * 24, "x" * 999):
        DoctorFactory()
        answer = own.get(REQUEST, {"doctor": pk}, headers=HTMX)
        assert "This doctor takes no visits" in text_of(answer)
        assert "month" not in answer.context["free"]
        assert gone.get_full_name() not in text_of(answer)


def test_somebody_else_s_visit_is_no_way_to_free_times(own, doctor, tomorrow):
    other = AppointmentFactory(doctor=doctor, patient__user__last_name="Zyxwvut")
    for url in (move_url(other), f"{move_url(other)}?look={tomorrow}"):
        for answer in (own.get(url), own.get(url, headers=HTMX), own.post(url, {"look": f"{tomorrow}"})):
            assert answer.status_code == 404
            assert "Zyxwvut" not in text_of(answer)
    assert own.get(reverse("scheduling:appointment_reschedule", args=[new_id()])).status_code == 404


def test_somebody_else_cannot_be_named_as_the_patient(own, patient, doctor, booking):
    other = PatientFactory(user__last_name="Zyxwvut")
    AppointmentFactory(patient=other, status="COMPLETED")
    for answer in (
        own.get(REQUEST, {"patient": other.pk}),
        own.get(REQUEST, {"patient": other.pk}, headers=HTMX),
        own.post(REQUEST, booking(patient=other.pk, look="")),
        own.post(REQUEST, booking(patient=other.pk, pick=booking()["slot"])),
        own.post(REQUEST, booking(patient=other.pk)),
    ):
        assert answer.status_code in {200, 422}
        assert "Zyxwvut" not in text_of(answer)
    assert not Appointment.objects.filter(booked_by=patient.user).exists()


def test_why_a_time_is_gone_is_never_told(own, booking, doctor, kind, tomorrow):
    AppointmentFactory(doctor=doctor, appointment_time=dt.time(9), patient__user__last_name="Zyxwvut")
    SlotOfferFactory(doctor=doctor, appointment_time=TEN)
    TimeOffFactory(doctor=doctor.doctor, start_time=dt.time(11), end_time=dt.time(12), reason="Zyxwvut's hearing")
    page = own.get(REQUEST, {"look": tomorrow.isoformat()})
    assert not {"09:00", "10:00", "11:00"} & set(times_of(page))
    answers = []
    for hour in (9, 10, 11):
        slot = slot_key(tomorrow, dt.time(hour), doctor.pk)
        answer = own.post(REQUEST, booking(slot=slot, visit_type=kind.pk))
        assert answer.status_code == 409
        assert f"{hour:02}:00 with {escape(doctor.display_name)}" in text_of(answer)
        said = re.search(r'<div class="clash-say">.*?</div></div>', text_of(answer)).group()
        answers.append(said.replace(f"{hour:02}:00", "at"))
        for word in ("Zyxwvut", "kept free", "waiting list", "does not work", "already has a visit"):
            assert word not in text_of(answer)
    assert len(set(answers)) == 1


def test_the_day_part_of_the_desk_shows_a_patient_the_same_bounds(own, doctor, rules):
    beyond = timezone.localdate() + dt.timedelta(days=rules.horizon_days + 5)
    answer = own.get(reverse("scheduling:slot_list"), {"doctor": doctor.pk, "date": beyond.isoformat()})
    assert "Nothing is free on this day." in text_of(answer)


@pytest.mark.parametrize("role", ["receptionist", "doctor", "admin"])
def test_the_clinic_does_not_use_the_patients_page(role, request, client_of, doctor):
    assert client_of(request.getfixturevalue(role)).get(REQUEST).status_code == 403


# ── one step after the other ───────────────────────────────────────────────


def test_a_time_is_picked_then_said_yes_to(own, booking, patient, doctor, kind, tomorrow):
    slot = slot_key(tomorrow + dt.timedelta(days=2), TEN, doctor.pk)
    fields = booking(visit_type=kind.pk, notes="", slot="")
    review = own.post(REQUEST, fields | {"pick": slot})
    text = text_of(review)
    assert review.context["step"] == "review"
    assert f'name="slot" value="{slot}"' in text
    assert "You can move or cancel it here until" in text
    assert "20 minutes" in text
    assert not Appointment.objects.exists()
    hidden = {name: review.context["form"][name].value() for name in ("form_token", "patient", "visit_type", "doctor")}
    done = own.post(REQUEST, hidden | {"slot": slot, "notes": "Sleeps badly"})
    assert done.url == LIST
    visit = Appointment.objects.get()
    assert (visit.patient, visit.doctor, visit.visit_type, visit.notes) == (patient, doctor, kind, "Sleeps badly")
    assert visit.status == "PENDING"


def test_looking_for_another_time_keeps_what_was_typed(own, booking, tomorrow):
    typed = "Sleeps badly\n<b>since</b> “Sunday” 李"
    page = own.post(REQUEST, booking(look=tomorrow.isoformat(), notes=typed))
    assert page.context["step"] == "find"
    assert f'name="notes" value="{escape(typed)}"' in page.content.decode()
    review = own.post(REQUEST, booking(pick=booking()["slot"], notes=typed))
    assert escape(typed) in review.content.decode()
    assert not Appointment.objects.exists()


def test_too_long_a_text_is_said_beside_it_and_kept(own, booking):
    answer = own.post(REQUEST, booking(notes="x" * 1001))
    assert (answer.status_code, answer.context["step"]) == (422, "review")
    assert "notes" in answer.context["form"].errors
    assert "x" * 1001 in text_of(answer)


@pytest.mark.parametrize(
    "pick", ["", "nonsense", "x" * 500, "9999-12-31T10:20-{doctor}", "0001-01-01T10:20-{doctor}", "{day}T10:20-xxxx"]
)
def test_a_forged_pick_is_refused(own, booking, doctor, tomorrow, pick):
    for fields in (
        {"pick": pick.format(doctor=doctor.pk, day=tomorrow)},
        {"slot": pick.format(doctor=doctor.pk, day=tomorrow)},
    ):
        answer = own.post(REQUEST, booking(**fields))
        assert (answer.status_code, answer.context["step"]) == (422, "find")
    assert not Appointment.objects.exists()


def test_a_visit_too_soon_to_be_changed_says_so_before_the_yes(own, booking, doctor, rules, settings):
    set_rules(rules, change_notice_hours=24 * 5)
    text = text_of(own.post(REQUEST, booking(pick=booking()["slot"])))
    assert "you cannot move or cancel it here" in text
    assert f"tel:{settings.CLINIC_PHONE.replace(' ', '')}" in text


def test_a_time_taken_meanwhile_offers_the_nearest_and_keeps_the_text(own, booking, patient, doctor, tomorrow):
    AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    answer = own.post(REQUEST, booking())
    assert (answer.status_code, answer.context["step"]) == (409, "taken")
    assert "Headaches since Sunday" in text_of(answer)
    offer = answer.context["offers"][0]
    review = own.post(REQUEST, booking(pick=offer.key))
    assert review.context["step"] == "review"
    assert own.post(REQUEST, booking(slot=offer.key)).status_code == 302


def test_a_time_against_the_rules_is_refused_with_the_rule(own, booking, doctor, rules, tomorrow):
    set_rules(rules, min_notice_hours=24 * 4)
    answer = own.post(REQUEST, booking())
    assert (answer.status_code, answer.context["step"]) == (422, "taken")
    assert "at least 96 hours ahead" in text_of(answer)
    beyond = slot_key(tomorrow + dt.timedelta(days=200), TEN, doctor.pk)
    assert "at most 90 days ahead" in text_of(own.post(REQUEST, booking(slot=beyond)))
    assert not Appointment.objects.exists()


def test_a_time_at_which_one_is_elsewhere_is_said(own, booking, patient):
    AppointmentFactory(patient=patient, appointment_time=dt.time(10, 20))
    answer = own.post(REQUEST, booking())
    assert answer.status_code == 409
    assert "The patient already has a visit at that time." in text_of(answer)


def test_names_are_shown_as_they_are(client_of, booking, tomorrow):
    odd = PatientFactory(user__first_name="李", user__last_name="<b>Bold</b>")
    ward = PatientFactory(user__first_name="<script>alert(1)</script>", user__last_name="Ng")
    GuardianFactory(patient=ward, user=odd.user)
    doctor = DoctorFactory(user__first_name="<i>", user__last_name="Müller-Østergård" * 2).user
    own = client_of(odd.user)
    slot = slot_key(tomorrow + dt.timedelta(days=1), TEN, doctor.pk)
    for answer in (
        own.get(REQUEST),
        own.post(REQUEST, booking(patient=ward.pk, doctor=doctor.pk, pick=slot)),
        own.post(REQUEST, booking(patient=odd.pk, doctor=doctor.pk, slot=slot), follow=True),
    ):
        assert answer.status_code == 200
        assert not re.search(r"<b>Bold|<script>alert|<i>", text_of(answer))
        assert escape("<i>") in text_of(answer)


# ── the limit ──────────────────────────────────────────────────────────────


def fill(patient, doctor, count):
    today = timezone.localdate()
    return [
        AppointmentFactory(patient=patient, doctor=doctor, appointment_date=today + dt.timedelta(days=n))
        for n in range(4, 4 + count)
    ]


def test_the_limit_is_told_before_the_form_and_held_after_it(own, booking, patient, doctor, rules, settings):
    visits = fill(patient, doctor, rules.max_open_bookings)
    for answer in (own.get(REQUEST), own.get(REQUEST, headers=HTMX)):
        text = text_of(answer)
        assert "You have 3 visits booked, and that is as many as can be booked here." in text
        assert reverse("scheduling:waiting_create") in text
        assert f"tel:{settings.CLINIC_PHONE.replace(' ', '')}" in text
        assert 'name="pick"' not in text
    refused = own.post(REQUEST, booking())
    assert (refused.status_code, refused.context["step"]) == (422, "find")
    assert Appointment.objects.count() == len(visits)


def test_the_limit_of_a_ward_is_the_ward_s_own(own, booking, patient, doctor, rules):
    ward = GuardianFactory(user=patient.user).patient
    fill(ward, doctor, rules.max_open_bookings)
    text = text_of(own.get(REQUEST, {"patient": ward.pk}))
    assert escape(f"{ward.user.get_short_name()} has 3 visits booked") in text
    assert own.get(REQUEST, {"patient": patient.pk}).context["free"]["month"]
    assert own.post(REQUEST, booking(patient=ward.pk)).status_code == 422
    assert own.post(REQUEST, booking(patient=patient.pk)).status_code == 302


def test_an_undone_cancellation_counts_towards_the_limit(own, patient, doctor, rules):
    visit, *_others = fill(patient, doctor, rules.max_open_bookings)
    cancel = reverse("scheduling:appointment_cancel", args=[visit.pk])
    own.post(cancel, {"version": visit.version, "cancel_reason": "Away"})
    AppointmentFactory(patient=patient, doctor=doctor, appointment_date=timezone.localdate() + dt.timedelta(days=30))
    answer = own.post(reverse("scheduling:appointment_restore", args=[visit.pk]), follow=True)
    assert "call the clinic for more" in text_of(answer)
    assert Appointment.objects.get(pk=visit.pk).status == "CANCELLED"


def test_a_move_does_not_count_towards_the_limit(own, booking, patient, doctor, rules):
    visit, *_others = fill(patient, doctor, rules.max_open_bookings)
    page = own.get(move_url(visit))
    assert month_of(page).free_days
    assert own.post(move_url(visit), booking()).status_code == 302
    assert Appointment.objects.filter(patient=patient).occupying().count() == rules.max_open_bookings


@pytest.mark.parametrize("status", ["CANCELLED", "COMPLETED"])
def test_visits_that_are_over_do_not_count_towards_the_limit(own, patient, doctor, rules, status):
    for visit in fill(patient, doctor, rules.max_open_bookings):
        visit.status, visit.cancel_reason = status, "Ill" if status == "CANCELLED" else ""
        visit.save()
    assert "month" in own.get(REQUEST).context["free"]


# ── cost ───────────────────────────────────────────────────────────────────


def book_many(patient, doctor, receptionist, count):
    """Book visits of the doctor, one of them the patient's."""
    start = timezone.localdate() + dt.timedelta(days=2)
    others = [PatientFactory() for _ in range(min(count - 1, 3))]
    bulk.create(
        [
            Appointment(
                patient=others[n % 3] if n else patient,
                doctor=doctor,
                appointment_date=start + dt.timedelta(days=n // 10),
                appointment_time=dt.time(9 + n % 10 // 3, 20 * (n % 10 % 3)),
                duration=20,
                status="CONFIRMED",
                booked_by=receptionist,
            )
            for n in range(count)
        ]
    )


@pytest.mark.parametrize("count", [1, 50])
def test_the_pages_ask_as_often_for_one_visit_as_for_fifty(
    own, patient, doctor, receptionist, count, django_assert_num_queries
):
    book_many(patient, doctor, receptionist, count)
    look = (timezone.localdate() + dt.timedelta(days=32)).replace(day=1)
    query = {"patient": patient.pk, "doctor": doctor.pk, "look": f"{look:%Y-%m}"}
    query["visit_type"] = VisitType.objects.filter(is_online=True).first().pk
    with django_assert_num_queries(9):
        assert own.get(REQUEST, query, headers=HTMX).status_code == 200
    with django_assert_num_queries(10):
        assert own.get(REQUEST).status_code == 200
    visit = Appointment.objects.get(patient=patient)
    with django_assert_num_queries(8):
        assert own.get(move_url(visit), {"look": f"{look:%Y-%m}"}).status_code == 200


@pytest.mark.parametrize("count", [1, 5])
def test_any_doctor_asks_as_often_for_one_as_for_five(own, patient, count, django_assert_num_queries):
    doctors = [DoctorFactory().user for _ in range(count)]
    search = Search(doctors, patient, booking_window(SchedulingRules.objects.current()))
    with django_assert_num_queries(2):
        month = find_month(search, None)
    assert {offer.doctor for offer in month.offers} == set(doctors)
