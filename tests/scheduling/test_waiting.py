"""The waiting list: who matches a time that became free, and the pages of the list."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

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
from scheduling.models import Appointment, SchedulingRules, WaitingEntry, Weekday
from scheduling.waiting import Opening, matching_entries
from tests.scheduling.offering import text_of, url_of

pytestmark = pytest.mark.django_db

LIST = reverse("scheduling:waiting_list")
CREATE = reverse("scheduling:waiting_create")
TEN = dt.time(10)
MINUTES = 20


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


def test_matching_asks_three_times_however_many_wait(opening, django_assert_num_queries):
    for count in (1, 50):
        for _ in range(count):
            WaitingEntryFactory()
        with django_assert_num_queries(3):
            assert len({entry.patient.name for entry in matching_entries(opening)}) >= count


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
