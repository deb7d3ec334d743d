"""Offers to the waiting list: held slots, answers, and the pages of both sides."""

import datetime as dt

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLog
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import (
    AppointmentFactory,
    SlotOfferFactory,
    VisitTypeFactory,
    WaitingEntryFactory,
)
from scheduling import services
from scheduling.models import Appointment, SchedulingRules, SlotOffer, WaitingEntry
from scheduling.slots import slot_key
from scheduling.waiting import Opening
from tests.scheduling.offering import text_of, url_of, work_off

pytestmark = pytest.mark.django_db

LIST = reverse("scheduling:waiting_list")
OFFER = reverse("scheduling:offer_create")
TEN = dt.time(10)
MINUTES = 20


# ── offers ─────────────────────────────────────────────────────────────────


def test_an_offer_is_mailed_with_its_link_and_says_nothing_of_an_illness(offered, opening, settings):
    settings.SITE_URL = "https://clinic.example"
    (offer,) = offered(notes="Migraine for weeks")
    work_off()
    (message,) = mail.outbox
    assert message.to == [offer.entry.patient.user.email]
    assert f"https://clinic.example{url_of(offer)}" in message.body
    assert opening.doctor.display_name in message.body
    assert "10:00" in message.body
    assert "Migraine" not in message.body + message.subject


def test_a_childs_offer_goes_to_those_who_look_after_it(offered, opening):
    child = PatientFactory(user__email="child@no-email.invalid", user__first_name="Tara")
    mother = GuardianFactory(patient=child).user
    GuardianFactory(patient=child, user__email="aunt@no-email.invalid")
    offered(patient=child)
    work_off()
    assert [message.to for message in mail.outbox] == [[mother.email]]
    assert f"for {child.name}" in mail.outbox[0].body


def test_an_offer_that_is_over_when_the_mail_is_due_is_not_mailed(offered, receptionist, opening):
    offered()
    services.withdraw_offers(actor=receptionist, opening=opening)
    work_off()
    assert mail.outbox == []


def test_an_offer_holds_the_time_as_long_as_the_rules_say_but_not_beyond_its_start(receptionist, doctor, offered):
    rules = SchedulingRules.objects.current()
    rules.offer_minutes = 30
    rules.save()
    (offer,) = offered()
    assert dt.timedelta(minutes=29) < offer.expires_at - timezone.now() <= dt.timedelta(minutes=30)
    rules.offer_minutes = 7 * 24 * 60
    rules.save()
    (offer,) = offered()
    assert offer.expires_at == offer.starts_at


def test_a_time_on_offer_is_kept_from_everybody_else(offered, receptionist, doctor, tomorrow):
    (offer,) = offered()
    with pytest.raises(services.SlotTakenError) as refused:
        services.book_appointment(
            actor=receptionist,
            patient=PatientFactory(),
            doctor=doctor,
            appointment_date=tomorrow,
            appointment_time=dt.time(10, 10),
        )
    assert refused.value.held_until == offer.expires_at
    assert refused.value.clash is None


def test_nothing_is_offered_that_is_past_taken_or_not_wanted_any_more(receptionist, opening, offered, doctor, tomorrow):
    entry = WaitingEntryFactory()
    past = Opening(doctor, timezone.localdate() - dt.timedelta(days=1), TEN, MINUTES)
    with pytest.raises(services.NotBookableError):
        services.make_offers(actor=receptionist, opening=past, entries=[entry])
    with pytest.raises(DomainError, match="does not wait any more"):
        offered(status="REMOVED")
    (offer,) = offered()
    with pytest.raises(DomainError, match="has this offer already"):
        services.make_offers(actor=receptionist, opening=opening, entries=[entry, offer.entry])
    with pytest.raises(services.SlotTakenError):
        services.make_offers(
            actor=receptionist, opening=Opening(doctor, tomorrow, dt.time(10, 10), MINUTES), entries=[entry]
        )
    assert SlotOffer.objects.count() == 1


def test_the_first_to_accept_has_it_and_the_others_stay_on_the_list(offered, doctor, tomorrow):
    first, second, third = offered(3)
    visit = services.accept_offer(offer=second)
    assert (visit.doctor, visit.appointment_date, visit.appointment_time) == (doctor, tomorrow, TEN)
    assert (visit.patient, visit.status, visit.booked_by) == (
        second.entry.patient,
        "CONFIRMED",
        second.entry.patient.user,
    )
    statuses = dict(SlotOffer.objects.values_list("pk", "status"))
    assert statuses == {first.pk: "WITHDRAWN", second.pk: "ACCEPTED", third.pk: "WITHDRAWN"}
    assert WaitingEntry.objects.get(pk=second.entry_id).status == "BOOKED"
    with pytest.raises(services.OfferOverError, match="somebody else was faster"):
        services.accept_offer(offer=first)
    assert WaitingEntry.objects.get(pk=first.entry_id).is_waiting
    assert services.accept_offer(offer=second) == visit
    assert Appointment.objects.count() == 1


def test_who_takes_one_time_gives_back_the_others(offered, receptionist, doctor, tomorrow):
    (offer,) = offered()
    later = Opening(doctor, tomorrow, dt.time(15), MINUTES)
    (other,) = services.make_offers(actor=receptionist, opening=later, entries=[offer.entry])
    services.accept_offer(offer=other)
    offer.refresh_from_db()
    assert offer.status == "WITHDRAWN"


def test_an_accepted_offer_books_the_kind_of_visit_that_was_wanted(offered):
    kind = VisitTypeFactory(minutes=40, buffer_after=10, is_online=False)
    (offer,) = offered(visit_type=kind)
    visit = services.accept_offer(offer=offer)
    assert (visit.visit_type, visit.duration, visit.buffer_after) == (kind, 40, 10)


def test_an_offer_cannot_be_accepted_after_its_time(offered):
    (offer,) = offered()
    offer.expires_at = timezone.now() - dt.timedelta(seconds=1)
    offer.save()
    with pytest.raises(services.OfferOverError, match="time for an answer is over"):
        services.accept_offer(offer=offer)
    assert services.expire_offers() == 1
    assert services.expire_offers() == 0
    with pytest.raises(services.OfferOverError, match="time for an answer is over"):
        services.accept_offer(offer=offer)
    assert not Appointment.objects.exists()


def test_a_declined_offer_frees_the_time_and_the_patient_stays_on_the_list(offered, opening):
    (offer,) = offered()
    services.decline_offer(offer=offer)
    services.decline_offer(offer=offer)
    assert WaitingEntry.objects.get().is_waiting
    assert not SlotOffer.objects.holding(timezone.now()).exists()
    with pytest.raises(services.OfferOverError):
        services.accept_offer(offer=offer)


def test_taking_somebody_off_the_list_takes_back_the_offer_and_can_be_undone(offered, receptionist):
    (offer,) = offered()
    entry = services.remove_waiting_entry(actor=receptionist, entry=offer.entry)
    with pytest.raises(services.OfferOverError):
        services.accept_offer(offer=offer)
    assert services.return_waiting_entry(actor=receptionist, entry=entry).is_waiting


def test_a_patient_who_has_another_visit_then_is_told_and_the_offer_stays(offered, tomorrow):
    (offer,) = offered()
    AppointmentFactory(patient=offer.entry.patient, appointment_date=tomorrow, appointment_time=TEN)
    with pytest.raises(services.SlotTakenError) as refused:
        services.accept_offer(offer=offer)
    assert refused.value.is_patients
    offer.refresh_from_db()
    assert offer.is_open


# ── the page of the offer ──────────────────────────────────────────────────


def test_somebody_accepts_by_the_link_without_signing_in(offered, client, doctor):
    first, second = offered(2)
    page = client.get(url_of(first))
    text = text_of(page)
    assert doctor.display_name in text
    assert second.entry.patient.name not in text
    assert first.entry.patient.user.last_name not in text
    assert page["Referrer-Policy"] == "same-origin"
    assert not Appointment.objects.exists()
    answers = [client.post(url_of(first), {"accept": "1"}, follow=True) for _ in range(3)]
    assert all("It is yours" in text_of(answer) for answer in answers)
    assert Appointment.objects.get().patient == first.entry.patient
    loser = client.post(url_of(second), {"accept": "1"})
    assert loser.status_code == 409
    assert "You stay on the waiting list, at the same place" in text_of(loser)
    assert first.entry.patient.user.last_name not in text_of(loser)
    assert AuditLog.objects.filter(action="VIEW", patient_id=first.entry.patient_id).exists()


def test_looking_or_a_strange_post_never_accepts(offered, client, client_of):
    (offer,) = offered()
    for _ in range(3):
        client.get(url_of(offer))
    assert client.get(reverse("scheduling:offer_accept", args=["x" * 24])).status_code == 404
    assert client.get(reverse("scheduling:offer_accept", args=["x" * 300])).status_code == 404
    assert Client(enforce_csrf_checks=True).post(url_of(offer), {"accept": "1"}).status_code == 403
    offer.refresh_from_db()
    assert offer.is_open


def test_no_thank_you_and_too_late_are_told_kindly(offered, client):
    declined, late = offered(2)
    page = client.post(url_of(declined), {"decline": "1"}, follow=True)
    assert "Thank you for telling us" in text_of(page)
    late.expires_at = timezone.now() - dt.timedelta(minutes=1)
    late.save()
    page = client.post(url_of(late), {"accept": "1"})
    assert page.status_code == 409
    assert "The time for an answer is over" in text_of(page)
    assert "stay on the waiting list" in text_of(page)


def test_a_visit_that_the_clinic_changed_after_it_was_taken_is_told(offered, client, receptionist):
    (offer,) = offered()
    visit = services.accept_offer(offer=offer)
    services.cancel_appointment(actor=receptionist, appointment=visit, reason="Doctor is ill")
    assert "This visit was changed" in text_of(client.get(url_of(offer)))


def test_a_refusal_of_the_diary_is_told_on_the_page(offered, client, tomorrow):
    (offer,) = offered()
    AppointmentFactory(patient=offer.entry.patient, appointment_date=tomorrow, appointment_time=TEN)
    page = client.post(url_of(offer), {"accept": "1"})
    assert page.status_code == 409
    assert "already has a visit at that time" in text_of(page)


# ── the desk offers ────────────────────────────────────────────────────────


def test_after_a_cancellation_the_desk_sees_who_waits_and_offers_the_time(desk, doctor, tomorrow):
    visit = AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=TEN)
    urgent, other = WaitingEntryFactory(urgency=3), WaitingEntryFactory()
    WaitingEntryFactory(until_date=timezone.localdate())
    cancel = reverse("scheduling:appointment_cancel", args=[visit.pk])
    page = desk.post(cancel, {"version": visit.version, "cancel_reason": "Has a cold"}, follow=True)
    text = text_of(page)
    assert "These people wait for such a time" in text
    section = page.context["section"]
    assert [(entry, chosen) for entry, _is_written_to, chosen in section["matches"]] == [(urgent, True), (other, False)]
    fields = {"form_token": section["form"]["form_token"].value(), "entries": [urgent.pk, other.pk]}
    url = f"{OFFER}?{section['opening'].query}"
    answers = [desk.post(url, fields, follow=True) for _ in range(3)]
    assert SlotOffer.objects.count() == 2
    assert "The time is offered to 2 people." in text_of(answers[0])
    assert text_of(answers[-1]).count("No answer yet") == 2


def test_the_page_that_cancels_shows_who_waits_for_the_time(desk, client_of, doctor, tomorrow):
    visit = AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=TEN)
    urgent, other = WaitingEntryFactory(urgency=3), WaitingEntryFactory()
    WaitingEntryFactory(until_date=timezone.localdate())
    cancel = reverse("scheduling:appointment_cancel", args=[visit.pk])
    page = desk.get(cancel)
    assert page.context["waiting"] == [urgent, other]
    assert urgent.patient.name in text_of(page)
    for user in (doctor, visit.patient.user):
        assert urgent.patient.name not in text_of(client_of(user).get(cancel))


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_that_cancels_asks_as_often_for_a_long_list(desk, doctor, tomorrow, count, django_assert_num_queries):
    visit = AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=TEN)
    for _ in range(count):
        WaitingEntryFactory()
    with django_assert_num_queries(7):
        desk.get(reverse("scheduling:appointment_cancel", args=[visit.pk]))


def test_after_a_move_the_desk_sees_who_waits_for_the_old_time(desk, doctor, tomorrow, receptionist):
    visit = AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=TEN)
    entry = WaitingEntryFactory()
    moved = services.reschedule_appointment(
        actor=receptionist, appointment=visit, doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(15)
    )
    page = desk.get(reverse("scheduling:appointment_detail", args=[moved.pk]))
    assert page.context["section"]["opening"] == Opening(doctor, tomorrow, TEN, visit.duration)
    assert entry.patient.name in text_of(page)


def test_only_the_desk_sees_who_waits(client_of, doctor, tomorrow):
    visit = AppointmentFactory(doctor=doctor, appointment_date=tomorrow, status="CANCELLED", cancel_reason="Has a cold")
    name = WaitingEntryFactory().patient.name
    for user in (doctor, visit.patient.user):
        page = client_of(user).get(reverse("scheduling:appointment_detail", args=[visit.pk]))
        assert name not in text_of(page)


@pytest.mark.parametrize("count", [1, 30])
def test_a_cancelled_visit_with_a_long_list_asks_as_often_as_with_a_short_one(
    desk, doctor, tomorrow, count, django_assert_num_queries
):
    visit = AppointmentFactory(doctor=doctor, appointment_date=tomorrow, status="CANCELLED", cancel_reason="Has a cold")
    for _ in range(count):
        WaitingEntryFactory()
    for _ in range(min(count, 5)):
        SlotOfferFactory(doctor=doctor, appointment_date=tomorrow)
    with django_assert_num_queries(9):
        desk.get(reverse("scheduling:appointment_detail", args=[visit.pk]))


def test_choosing_nobody_or_somebody_who_waits_no_more_is_told(desk, opening, receptionist):
    entry = WaitingEntryFactory()
    url = f"{OFFER}?{opening.query}"
    nobody = desk.post(url, {"form_token": new_id()})
    assert nobody.status_code == 422
    assert "Choose at least one person." in text_of(nobody)
    services.remove_waiting_entry(actor=receptionist, entry=entry)
    WaitingEntryFactory()
    gone = desk.post(url, {"form_token": new_id(), "entries": [entry.pk]})
    assert gone.status_code == 422
    assert "does not wait for this time any more" in text_of(gone)
    assert not SlotOffer.objects.exists()


def test_whoever_has_no_e_mail_is_called_and_booked_by_the_desk(desk, offered, opening):
    (first,) = offered(patient=PatientFactory(user__email="x@no-email.invalid"))
    (second,) = offered()
    page = desk.get(f"{OFFER}?{opening.query}")
    text = text_of(page)
    assert "No e-mail: please call" in text
    assert first.entry.patient.phone in text
    answer = desk.post(reverse("scheduling:offer_book", args=[first.pk]), follow=True)
    assert f"{first.entry.patient.name} is booked with" in text_of(answer)
    second.refresh_from_db()
    assert second.status == "WITHDRAWN"
    refused = desk.post(reverse("scheduling:offer_book", args=[second.pk]), follow=True)
    assert "somebody else was faster" in text_of(refused)
    assert Appointment.objects.get().booked_by.role == "RECEPTIONIST"


def test_the_desk_takes_offers_back_and_books_the_time(desk, offered, booking, doctor, tomorrow):
    offer, _other = offered(2)
    held = desk.post(reverse("scheduling:appointment_create"), booking(slot="", time="10:00"))
    assert held.status_code == 409
    assert "It is offered to somebody on the waiting list until" in text_of(held)
    page = desk.get(LIST)
    assert offer.entry.patient.name in text_of(page)
    assert "On offer now" in text_of(page)
    desk.post(reverse("scheduling:offer_withdraw", args=[offer.pk]))
    assert set(SlotOffer.objects.values_list("status", flat=True)) == {"WITHDRAWN"}
    assert desk.post(reverse("scheduling:appointment_create"), booking(slot="", time="10:00")).status_code == 302


def test_a_patient_is_not_told_of_the_waiting_list_of_others(client_of, offered, patient, booking, doctor, tomorrow):
    offered()
    page = client_of(patient.user).post(
        reverse("scheduling:appointment_request"), booking(slot=slot_key(tomorrow, TEN, doctor.pk))
    )
    assert page.status_code in {409, 422}
    assert "waiting list until" not in text_of(page)


@pytest.mark.parametrize("query", ["", "doctor=x", "date=2026-13-40", "time=aa", "minutes=0", "minutes=9999"])
def test_an_address_that_names_no_time_is_404(desk, opening, query):
    good = dict(part.split("=") for part in opening.query.split("&"))
    bad = dict(part.split("=") for part in query.split("&") if part)
    fields = good | bad if query else {}
    assert desk.get(OFFER, {name: value.replace("%3A", ":") for name, value in fields.items()}).status_code == 404
