"""Patients book, move and cancel by themselves: within the clinic's rules, and without a look at anybody else."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.audit import bulk
from homeo.base.fields import new_id
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import (
    AppointmentFactory,
    ClosureFactory,
    DoctorFactory,
    SlotOfferFactory,
    TimeOffFactory,
    VisitTypeFactory,
)
from patients.services import archive_patient
from scheduling.availability import booking_window
from scheduling.free_days import Look, Search, find_month
from scheduling.models import Appointment, SchedulingRules, VisitType
from scheduling.slots import slot_key

pytestmark = pytest.mark.django_db

REQUEST = reverse("scheduling:appointment_request")
LIST = reverse("scheduling:appointment_list")
HTMX = {"HX-Request": "true"}
TEN = dt.time(10)


@pytest.fixture
def rules():
    return SchedulingRules.objects.current()


@pytest.fixture
def own(client_of, patient):
    """The patient's browser."""
    return client_of(patient.user)


@pytest.fixture
def kind():
    """The only kind that can be booked online: 20 minutes."""
    for other in VisitType.objects.all():
        other.is_online = False
        other.save()
    return VisitTypeFactory(name="Talk", minutes=20)


@pytest.fixture
def visit(patient, doctor, tomorrow):
    return AppointmentFactory(patient=patient, doctor=doctor, appointment_date=tomorrow + dt.timedelta(days=3))


def set_rules(rules, **values):
    for name, value in values.items():
        setattr(rules, name, value)
    rules.save()


def move_url(visit):
    return reverse("scheduling:appointment_reschedule", args=[visit.pk])


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def month_of(answer):
    return answer.context["free"]["month"]


def free_of(answer):
    """Return the number of free times of each day that the page shows."""
    return {day.date: day.free for week in month_of(answer).weeks for day in week.days if day and day.free}


def times_of(answer):
    return [str(offer.slot) for offer in month_of(answer).offers]


# ── the month ──────────────────────────────────────────────────────────────


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


# ── moving and cancelling ──────────────────────────────────────────────────


def test_a_move_begins_in_the_month_of_the_visit_and_leaves_out_its_own_time(own, visit, doctor):
    page = own.get(move_url(visit))
    assert month_of(page).first == visit.appointment_date.replace(day=1)
    day = own.get(move_url(visit), {"look": visit.appointment_date.isoformat()})
    assert "10:00" not in times_of(day)
    assert "10:20" in times_of(day)


def test_a_move_keeps_the_kind_and_the_length_whatever_is_sent(own, booking, patient, doctor):
    kind = VisitTypeFactory(minutes=40)
    visit = AppointmentFactory(patient=patient, doctor=doctor, visit_type=kind, duration=40)
    forged = {"visit_type": VisitTypeFactory(minutes=5).pk, "patient": PatientFactory().pk, "notes": "Forged"}
    review = own.post(move_url(visit), booking(pick=booking()["slot"]) | forged)
    assert (review.context["step"], review.context["choice"].minutes) == ("review", 40)
    own.post(move_url(visit), booking() | forged)
    moved = Appointment.objects.get(rescheduled_from=visit)
    assert (moved.visit_type, moved.duration, moved.patient, moved.notes) == (kind, 40, patient, visit.notes)


def test_a_move_to_a_taken_time_leaves_the_visit(own, booking, visit, doctor):
    AppointmentFactory(doctor=doctor, appointment_time=dt.time(10, 20))
    answer = own.post(move_url(visit), booking())
    assert (answer.status_code, answer.context["step"]) == (409, "taken")
    visit.refresh_from_db()
    assert visit.status == "CONFIRMED"


def test_until_when_a_visit_can_be_changed_is_told_at_the_buttons(own, visit, rules, settings):
    until = timezone.localtime(visit.starts_at - dt.timedelta(hours=rules.change_notice_hours))
    said = f"You can move or cancel it here until {until:%a} {until.day} {until:%b %Y, %H:%M}."
    detail = reverse("scheduling:appointment_detail", args=[visit.pk])
    for url in (LIST, detail, reverse("home"), move_url(visit)):
        assert said in text_of(own.get(url)), url
    set_rules(rules, change_notice_hours=24 * 14)
    for url in (LIST, detail, reverse("home")):
        text = text_of(own.get(url))
        assert "It is too late to move or cancel it here." in text, url
        assert f"tel:{settings.CLINIC_PHONE.replace(' ', '')}" in text
        assert move_url(visit) not in text
        assert reverse("scheduling:appointment_cancel", args=[visit.pk]) not in text
    assert own.get(move_url(visit)).url == detail
    assert own.post(move_url(visit), {"form_token": new_id(), "slot": "x"}).status_code == 422


def test_without_a_phone_nobody_is_sent_to_one(own, visit, rules, settings):
    settings.CLINIC_PHONE = ""
    set_rules(rules, change_notice_hours=24 * 14)
    for url in (LIST, REQUEST):
        assert "tel:" not in text_of(own.get(url))


def test_a_kind_that_is_not_online_is_moved_by_the_clinic(own, booking, visit):
    visit.visit_type = VisitType.objects.get(name="Phone")
    visit.save()
    assert "To move it," in text_of(own.get(LIST))
    assert move_url(visit) not in text_of(own.get(LIST))
    assert own.get(move_url(visit)).status_code == 302
    answer = own.post(move_url(visit), booking())
    assert answer.status_code == 422
    assert "Please call the clinic for this kind of visit." in text_of(answer)


def test_a_cancellation_is_undone_only_in_time(own, visit, rules):
    url = reverse("scheduling:appointment_cancel", args=[visit.pk])
    page = own.get(url)
    assert page.context["form"]["cancel_reason"].label == "Why can you not come?"
    own.post(url, {"version": page.context["form"].initial["version"], "cancel_reason": "Away"})
    restore = reverse("scheduling:appointment_restore", args=[visit.pk])
    detail = reverse("scheduling:appointment_detail", args=[visit.pk])
    assert restore in text_of(own.get(detail))
    set_rules(rules, change_notice_hours=24 * 14)
    assert restore not in text_of(own.get(detail))
    own.post(restore)
    visit.refresh_from_db()
    assert visit.status == "CANCELLED"


def test_the_clinic_moves_on_its_own_page(client_of, receptionist, visit):
    page = client_of(receptionist).get(move_url(visit))
    assert page.templates[0].name == "scheduling/appointment_reschedule.html"
    assert "date" in page.context["form"].fields


def test_an_account_without_a_patient_is_told(client_of, patient, admin):
    archive_patient(actor=admin, patient=patient)
    page = client_of(patient.user).get(REQUEST)
    assert "There is no patient file for this account yet." in text_of(page)


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
