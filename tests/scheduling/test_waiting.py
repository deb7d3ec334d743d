"""The waiting list: who matches a time that became free, offers, answers, and the pages of both."""

import datetime as dt
import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import AuditLog
from homeo.base.errors import DomainError
from homeo.base.fields import new_id
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import (
    AppointmentFactory,
    DoctorFactory,
    SlotOfferFactory,
    VisitTypeFactory,
    WaitingEntryFactory,
)
from scheduling import services
from scheduling.models import Appointment, SchedulingRules, SlotOffer, WaitingEntry, Weekday
from scheduling.slots import slot_key
from scheduling.waiting import Opening, matching_entries

pytestmark = pytest.mark.django_db

LIST = reverse("scheduling:waiting_list")
CREATE = reverse("scheduling:waiting_create")
OFFER = reverse("scheduling:offer_create")
TEN = dt.time(10)
MINUTES = 20


@pytest.fixture
def opening(doctor, tomorrow):
    return Opening(doctor, tomorrow, TEN, MINUTES)


@pytest.fixture
def desk(client_of, receptionist):
    return client_of(receptionist)


@pytest.fixture
def offered(receptionist, opening):
    """A function that offers the time to so many people; returns the offers."""

    def offer(count=1, **changed):
        entries = [WaitingEntryFactory(**changed) for _ in range(count)]
        return services.make_offers(actor=receptionist, opening=opening, entries=entries)

    return offer


def work_off():
    """Do what the worker would do with the mails that are due."""
    for job in ProcrastinateJob.objects.filter(task_name=services.SEND_OFFER).order_by("id"):
        services.send_offer(**job.args)


def url_of(offer):
    return reverse("scheduling:offer_accept", args=[offer.key])


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


# ── who matches ────────────────────────────────────────────────────────────


def test_the_most_urgent_come_first_then_those_who_wait_longest(opening):
    late, early, urgent = WaitingEntryFactory(), WaitingEntryFactory(), WaitingEntryFactory(urgency=3)
    early.created_at -= dt.timedelta(days=3)
    early.save()
    assert list(matching_entries(opening)) == [urgent, early, late]


@pytest.mark.parametrize(
    "wish",
    [
        {"from_time": dt.time(10), "until_time": dt.time(12)},
        {"from_time": dt.time(8)},
        {"until_time": dt.time(10)},
        {"urgency": 2},
    ],
)
def test_a_wish_that_the_time_meets_matches(opening, doctor, tomorrow, wish):
    entry = WaitingEntryFactory(
        doctor=doctor, weekdays=[Weekday.of(tomorrow)], from_date=tomorrow, until_date=tomorrow, **wish
    )
    assert list(matching_entries(opening)) == [entry]


def test_a_wish_that_the_time_does_not_meet_does_not_match(opening, tomorrow):
    day = dt.timedelta(days=1)
    others = [day for day in Weekday.values if day != Weekday.of(tomorrow)]
    WaitingEntryFactory(doctor=DoctorFactory().user)
    WaitingEntryFactory(weekdays=others)
    WaitingEntryFactory(from_time=dt.time(10, 1))
    WaitingEntryFactory(until_time=dt.time(9, 59))
    WaitingEntryFactory(from_date=tomorrow + day)
    WaitingEntryFactory(from_date=tomorrow - day, until_date=tomorrow - day)
    WaitingEntryFactory(status="REMOVED")
    WaitingEntryFactory(patient__archived_at=timezone.now())
    WaitingEntryFactory(visit_type=VisitTypeFactory(minutes=60, is_active=False))
    assert list(matching_entries(opening)) == []


def test_whoever_has_a_visit_then_is_left_out(opening, tomorrow):
    for clock, minutes in ((dt.time(9, 50), 20), (dt.time(10, 10), 20), (dt.time(9), 180)):
        visit = AppointmentFactory(appointment_date=tomorrow, appointment_time=clock, duration=minutes)
        WaitingEntryFactory(patient=visit.patient)
    before = AppointmentFactory(appointment_date=tomorrow, appointment_time=dt.time(9, 40))
    cancelled = AppointmentFactory(appointment_date=tomorrow, status="CANCELLED", cancel_reason="Ill")
    free = [WaitingEntryFactory(patient=visit.patient) for visit in (before, cancelled)]
    assert list(matching_entries(opening)) == free


def test_a_kind_of_visit_matches_if_it_fits_before_the_next_visit(opening, doctor, tomorrow):
    long, short = VisitTypeFactory(minutes=40), VisitTypeFactory(minutes=20, buffer_after=10)
    waiting = WaitingEntryFactory(visit_type=long)
    assert list(matching_entries(opening)) == [waiting]
    AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(10, 30))
    assert list(matching_entries(opening)) == []
    fitting = WaitingEntryFactory(visit_type=short)
    assert list(matching_entries(opening)) == [fitting]


def test_nobody_matches_a_time_that_is_taken_or_outside_the_hours_or_past(doctor, tomorrow):
    WaitingEntryFactory()
    AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=TEN)
    today = timezone.localdate()
    for day, clock in ((tomorrow, TEN), (tomorrow, dt.time(20)), (today, dt.time(0))):
        assert not matching_entries(Opening(doctor, day, clock, MINUTES)).exists()


def test_who_was_offered_the_time_or_let_it_pass_does_not_match_again(opening, offered):
    _open, declined, expired = offered(3)
    services.decline_offer(offer=declined)
    expired.refresh_from_db()
    expired.status = "EXPIRED"
    expired.save()
    assert [entry.pk for entry in matching_entries(opening)] == [expired.entry_id]


def test_matching_asks_four_times_however_many_wait(opening, django_assert_num_queries):
    for count in (1, 50):
        for _ in range(count):
            WaitingEntryFactory()
        with django_assert_num_queries(4):
            assert len({entry.patient.name for entry in matching_entries(opening)}) >= count


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
    with django_assert_num_queries(10):
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


# ── the list ───────────────────────────────────────────────────────────────


@pytest.fixture
def wish(patient):
    def fields(**changed):
        today = timezone.localdate()
        return {
            "form_token": new_id(),
            "patient": patient.pk,
            "doctor": "",
            "visit_type": "",
            "from_date": today.isoformat(),
            "until_date": (today + dt.timedelta(days=14)).isoformat(),
            "weekdays": ["5", "1"],
            "from_time": "9.30",
            "until_time": "1300",
            "urgency": "2",
            "notes": "Works in shifts",
        } | changed

    return fields


def test_the_desk_puts_somebody_on_the_list_once(desk, wish, patient, receptionist, doctor):
    assert desk.get(CREATE).url == f"{reverse('scheduling:patient_choose')}?for=waiting"
    chosen = desk.post(f"{reverse('scheduling:patient_choose')}?for=waiting", {"q": patient.user.last_name})
    assert f"{CREATE}?patient={patient.pk}" in chosen.content.decode()
    page = desk.get(f"{CREATE}?patient={patient.pk}&doctor={doctor.pk}")
    assert page.context["form"]["doctor"].value() == doctor.pk
    fields = wish(doctor=doctor.pk)
    for _ in range(3):
        desk.post(CREATE, fields)
    entry = WaitingEntry.objects.get()
    assert (entry.patient, entry.doctor, entry.created_by) == (patient, doctor, receptionist)
    assert (entry.weekdays, entry.from_time, entry.until_time) == ([1, 5], dt.time(9, 30), dt.time(13))
    assert (entry.urgency, entry.notes) == (2, "Works in shifts")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"until_date": "2020-01-01"}, "until_date"),
        ({"from_date": "9999-01-01"}, "from_date"),
        ({"until_time": "09:00"}, "until_time"),
        ({"until_time": "noon"}, "until_time"),
        ({"weekdays": ["9"]}, "weekdays"),
        ({"urgency": "7"}, "urgency"),
        ({"notes": "x" * 501}, "notes"),
        ({"doctor": "nobody"}, "doctor"),
    ],
)
def test_a_wrong_wish_is_told_beside_its_field_and_kept(desk, wish, changed, field):
    page = desk.post(CREATE, wish(**changed))
    assert page.status_code == 422
    assert page.context["form"].errors[field]
    assert "Works in shifts" in page.content.decode() or field == "notes"
    assert not WaitingEntry.objects.exists()


def test_the_list_is_filtered_searched_sorted_and_exported(desk, doctor):
    urgent = WaitingEntryFactory(urgency=3, doctor=doctor)
    anybody = WaitingEntryFactory(patient__user__last_name="Kulkarni")
    others = WaitingEntryFactory(doctor=DoctorFactory().user)
    gone = WaitingEntryFactory(status="REMOVED")

    def rows(query=""):
        return list(desk.get(f"{LIST}?{query}").context["object_list"])

    assert rows() == [urgent, anybody, others]
    assert rows("ordering=since") == [urgent, anybody, others]
    assert rows("ordering=-since") == [others, anybody, urgent]
    assert rows(f"doctor={doctor.pk}") == [urgent, anybody]
    assert rows("urgency=3") == [urgent]
    assert rows("status=REMOVED") == [gone]
    assert len(rows("status=")) == 4
    found = desk.post(LIST, {"q": "kulkarni"}, follow=True)
    assert list(found.context["object_list"]) == [anybody]
    lines = desk.get(f"{LIST}?export=csv").content.decode().splitlines()
    assert len(lines) == 4
    assert urgent.patient.name in lines[1]


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_asks_as_often_for_one_as_for_fifty(desk, count, django_assert_num_queries):
    for _ in range(count):
        SlotOfferFactory()
        WaitingEntryFactory(doctor=DoctorFactory().user)
    desk.get(LIST)
    with django_assert_num_queries(6):
        desk.get(f"{LIST}?size=100")


def test_a_wish_is_changed_against_its_version(desk, wish, receptionist):
    entry = WaitingEntryFactory(weekdays=[2])
    url = reverse("scheduling:waiting_update", args=[entry.pk])
    assert "checked" in desk.get(url).content.decode()
    fields = wish(version=entry.version)
    assert desk.post(url, fields).status_code == 302
    entry.refresh_from_db()
    assert (entry.weekdays, entry.urgency) == ([1, 5], 2)
    stale = desk.post(url, wish(version=fields["version"], weekdays=["3"], urgency="3"))
    assert stale.status_code == 409
    differences = [(row["typed"], row["stored"]) for row in stale.context["conflict"]["differences"]]
    assert differences == [("Wednesday", "Monday, Friday"), ("Urgent", "Soon")]
    services.remove_waiting_entry(actor=receptionist, entry=entry)
    entry.refresh_from_db()
    refused = desk.post(url, wish(version=entry.version))
    assert refused.status_code == 422
    assert "Taken off" in text_of(refused)


def test_taking_off_asks_first_and_can_be_taken_back(desk):
    entry = WaitingEntryFactory()
    url = reverse("scheduling:waiting_remove", args=[entry.pk])
    assert "Take off the waiting list?" in text_of(desk.get(url))
    page = desk.post(url, follow=True)
    assert "Undo" in text_of(page)
    entry.refresh_from_db()
    assert entry.status == "REMOVED"
    desk.post(reverse("scheduling:waiting_return", args=[entry.pk]))
    entry.refresh_from_db()
    assert entry.is_waiting


def test_the_desk_books_somebody_from_the_list(desk, booking, patient, offered):
    entry = WaitingEntryFactory(patient=patient)
    page = desk.get(f"{reverse('scheduling:appointment_create')}?patient={patient.pk}&waiting={entry.pk}")
    assert "With this visit nobody waits any more." in text_of(page)
    desk.post(reverse("scheduling:appointment_create"), booking(waiting=entry.pk))
    entry.refresh_from_db()
    assert entry.status == "BOOKED"
    assert Appointment.objects.get().patient == patient


# ── the patient's own ──────────────────────────────────────────────────────


def test_a_patient_waits_for_oneself_or_a_ward_with_the_kinds_that_are_online(client_of, patient, wish):
    hidden = VisitTypeFactory(is_online=False)
    ward, stranger = GuardianFactory(user=patient.user).patient, PatientFactory()
    own = client_of(patient.user)
    form = own.get(CREATE).context["form"]
    assert "urgency" not in form.fields
    assert hidden not in form.fields["visit_type"].queryset
    assert own.post(CREATE, wish(visit_type=hidden.pk)).status_code == 422
    assert own.post(CREATE, wish(patient=stranger.pk)).status_code == 422
    own.post(CREATE, wish(patient=ward.pk, urgency="3"))
    entry = WaitingEntry.objects.get()
    assert (entry.patient, entry.urgency, entry.created_by) == (ward, 1, patient.user)
    page = text_of(own.get(reverse("scheduling:appointment_list")))
    assert 'Mon, Fri, <span class="num">09:30–13:00' in page
    assert own.post(reverse("scheduling:waiting_remove", args=[entry.pk]), follow=True).status_code == 200
    entry.refresh_from_db()
    assert entry.status == "REMOVED"
    assert client_of(stranger.user).get(reverse("scheduling:waiting_remove", args=[entry.pk])).status_code == 404


def test_a_patient_has_a_few_wishes_at_most(client_of, patient, wish):
    own = client_of(patient.user)
    most = SchedulingRules.objects.current().max_open_bookings
    for _ in range(most):
        assert own.post(CREATE, wish()).status_code == 302
    refused = own.post(CREATE, wish())
    assert refused.status_code == 422
    assert "on the waiting list already" in text_of(refused)
    assert WaitingEntry.objects.count() == most


def test_a_patient_sees_the_offer_on_the_page_of_visits(client_of, offered):
    (offer,) = offered()
    page = client_of(offer.entry.patient.user).get(reverse("scheduling:appointment_list"))
    assert url_of(offer) in page.content.decode()


# ── races ──────────────────────────────────────────────────────────────────

LONGEST_WAIT = 3


def run_at_once(calls):
    """Run all calls at the same moment; return what each gave or raised, and how many seconds the slowest took."""
    gate = Barrier(len(calls))

    def run(call):
        gate.wait(timeout=20)
        began = time.monotonic()
        try:
            return call(), time.monotonic() - began
        except DomainError as error:
            return error, time.monotonic() - began
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        results = list(pool.map(run, calls))
    return [result for result, _seconds in results], max(seconds for _result, seconds in results)


def accepting(offer):
    return lambda: services.accept_offer(offer=SlotOffer.objects.with_people().get(pk=offer.pk))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_twenty_who_accept_one_has_it_and_the_others_are_told_kindly(self, offered):
        offers = offered(20)
        results, slowest = run_at_once([accepting(offer) for offer in offers])
        booked = [result for result in results if isinstance(result, Appointment)]
        assert len(booked) == Appointment.objects.count() == 1
        assert sum(isinstance(result, services.OfferOverError) for result in results) == 19
        assert slowest < LONGEST_WAIT
        assert WaitingEntry.objects.filter(status="WAITING").count() == 19
        assert SlotOffer.objects.filter(status="WITHDRAWN").count() == 19

    def test_one_link_opened_twenty_times_gives_one_visit(self, offered):
        (offer,) = offered()
        results, slowest = run_at_once([accepting(offer)] * 20)
        assert {result.pk for result in results} == {Appointment.objects.get().pk}
        assert slowest < LONGEST_WAIT

    def test_people_with_several_offers_each_accept_all_of_them(self, receptionist, doctor, tomorrow):
        other = DoctorFactory().user
        entries = [WaitingEntryFactory() for _ in range(5)]
        openings = [Opening(who, tomorrow, dt.time(hour), MINUTES) for who in (doctor, other) for hour in (10, 11)]
        offers = [
            offer
            for opening in openings
            for offer in services.make_offers(actor=receptionist, opening=opening, entries=entries)
        ]
        results, slowest = run_at_once([accepting(offer) for offer in offers])
        visits = [result for result in results if isinstance(result, Appointment)]
        assert len(visits) == len({visit.patient_id for visit in visits}) == Appointment.objects.count() == 4
        assert slowest < LONGEST_WAIT
        assert not SlotOffer.objects.filter(status="OPEN", entry__status="BOOKED").exists()

    def test_accepting_while_the_desk_books_the_same_time(self, offered, receptionist, doctor, tomorrow):
        offers = offered(5)

        def book(patient):
            return lambda: services.book_appointment(
                actor=receptionist, patient=patient, doctor=doctor, appointment_date=tomorrow, appointment_time=TEN
            )

        desk = [book(PatientFactory()) for _ in range(5)]
        results, slowest = run_at_once([*map(accepting, offers), *desk])
        visits = [result for result in results if isinstance(result, Appointment)]
        assert len(visits) == Appointment.objects.count() == 1
        assert visits[0].patient_id in {offer.entry.patient_id for offer in offers}
        assert slowest < LONGEST_WAIT

    def test_expiry_and_withdrawal_while_somebody_accepts(self, offered, receptionist, opening):
        offers = offered(6)
        for offer in offers[3:]:
            offer.expires_at = timezone.now() - dt.timedelta(seconds=1)
            offer.save()

        def withdraw():
            return services.withdraw_offers(actor=receptionist, opening=opening)

        results, slowest = run_at_once(
            [*map(accepting, offers), services.expire_offers, services.expire_offers, withdraw]
        )
        visits = [result for result in results if isinstance(result, Appointment)]
        accepted = SlotOffer.objects.filter(status="ACCEPTED")
        assert len(visits) == Appointment.objects.count() == accepted.count() <= 1
        assert set(accepted.values_list("pk", flat=True)) <= {offer.pk for offer in offers[:3]}
        assert slowest < LONGEST_WAIT
        services.expire_offers()
        assert not SlotOffer.objects.filter(status="OPEN").exists()

    def test_two_at_the_desk_offer_the_same_time_to_the_same_people(self, receptionist, opening):
        entries = [WaitingEntryFactory() for _ in range(3)]

        def offer():
            return services.make_offers(actor=receptionist, opening=opening, entries=entries)

        results, _slowest = run_at_once([offer] * 6)
        assert sum(isinstance(result, list) for result in results) == 1
        assert SlotOffer.objects.count() == 3
