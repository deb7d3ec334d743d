"""Patients move and cancel their visits by themselves."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeo.base.fields import new_id
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, VisitTypeFactory
from patients.services import archive_patient
from scheduling.models import Appointment, VisitType
from tests.scheduling.offering import text_of
from tests.scheduling.own_booking import LIST, REQUEST, month_of, move_url, set_rules, times_of

pytestmark = pytest.mark.django_db


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
