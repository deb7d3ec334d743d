"""Who is due: days out of words, what a prescription expects, the worklist of calls."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinical import services
from clinical.durations import days_in, days_of_line
from clinical.models import FollowUp, PrescriptionItem
from homeo.demo.factories.clinical import ConsultationFactory, FollowUpFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory

LIST = "clinical:follow_up_list"


# ── Days out of words ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("10 days", 10),
        ("10days", 10),
        ("10 d", 10),
        ("1 day", 1),
        ("2 weeks", 14),
        ("2 wks", 14),
        ("1 month", 30),
        ("3 months", 90),
        ("2 mths", 60),
        ("1 year", 365),
        ("for a week", 7),
        ("for two weeks, then wait", 14),
        ("7-10 days", 10),
        ("7 to 10 days", 10),
        ("one or two weeks", 14),
        ("1 week 3 days", 10),
        ("10", 10),
        (" 30 ", 30),
        ("5/7", 5),
        ("2/52", 14),
        ("1/12", 30),
        ("15-day course", 15),
        ("TEN DAYS", 10),
        ("3 doses over 5 days", 5),
        ("", None),
        ("until better", None),
        ("as needed", None),
        ("0 days", None),
        ("0", None),
        ("3 doses", None),
        ("999 years", None),
        ("9 dates", None),
        ("5 minutes", None),
        ("3 mornings", None),
        ("1/2 tablet", None),
    ],
)
def test_days_are_read_as_doctors_write_them(text, days):
    assert days_in(text) == days


@given(st.integers(1, 100), st.sampled_from([("day", 1), ("week", 7), ("month", 30)]))
def test_number_and_unit_are_read_at_any_place(number, unit):
    word, length = unit
    expected = number * length if number * length <= 730 else None
    assert days_in(f"Take for {number} {word}{'s' if number > 1 else ''}, then stop.") == expected


@given(st.text(max_size=60))
def test_any_text_is_days_or_nothing(text):
    assert days_in(text) is None or 0 < days_in(text) <= 730


def test_the_number_of_a_line_counts_before_its_words():
    line = PrescriptionItem(duration="10 days")
    assert days_of_line(line) == 10
    line.days = 21
    assert days_of_line(line) == 21


# ── What a prescription expects ─────────────────────────────────────────────


def prescribe(doctor, patient, *durations, consultation=None):
    line = {"medicine_name": "Sepia", "potency": "200C", "dosage": "4 globules", "frequency": "daily", "notes": ""}
    items = [line | {"duration": duration} for duration in durations]
    return services.write_prescription(actor=doctor, patient=patient, items=items, consultation=consultation)


@pytest.mark.django_db
def test_a_signed_prescription_expects_the_patient_when_its_longest_line_ends(doctor, patient):
    prescribe(doctor, patient, "1 day", "2 weeks", "until better")
    follow_up = FollowUp.objects.get()
    today = timezone.localdate()
    assert (follow_up.patient, follow_up.doctor) == (patient, doctor)
    assert (follow_up.since_date, follow_up.due_date) == (today, today + dt.timedelta(days=14))


@pytest.mark.django_db
def test_one_that_replaces_another_expects_anew(doctor, patient):
    old = prescribe(doctor, patient, "10 days")
    line = {"medicine_name": "Sepia", "potency": "200C", "dosage": "4 globules", "frequency": "daily", "notes": ""}
    services.replace_prescription(actor=doctor, prescription=old, items=[line | {"duration": "3 w"}], reason="Slip")
    assert FollowUp.objects.open().get().due_date == timezone.localdate() + dt.timedelta(days=21)


@pytest.mark.django_db
def test_a_draft_expects_nobody_until_it_is_signed(doctor, patient):
    consultation = ConsultationFactory(doctor=doctor, patient=patient)
    prescribe(doctor, patient, "10 days", consultation=consultation)
    assert not FollowUp.objects.exists()
    services.complete_consultation(actor=doctor, consultation=consultation)
    assert FollowUp.objects.get().due_date == timezone.localdate() + dt.timedelta(days=10)


@pytest.mark.django_db
def test_the_next_prescription_takes_its_place_and_words_without_days_expect_nothing(doctor, patient):
    prescribe(doctor, patient, "10 days")
    prescribe(doctor, patient, "until better")
    prescribe(doctor, patient, "1 month")
    assert FollowUp.objects.count() == 2
    assert FollowUp.objects.open().get().due_date == timezone.localdate() + dt.timedelta(days=30)


@pytest.mark.django_db
def test_the_doctor_says_when(doctor, patient, client_of):
    ConsultationFactory(doctor=doctor, patient=patient)
    client = client_of(doctor)
    url = reverse("clinical:follow_up_create", args=[patient.pk])
    token = client.get(url).context["form"]["form_token"].value()
    for days in ("0", "731", "x", "-5", ""):
        answer = client.post(url, {"form_token": token, "days": days})
        assert answer.status_code == 422
        assert answer.context["form"].errors["days"]
    for _ in range(2):
        assert client.post(url, {"form_token": token, "days": "45"}).status_code == 302
    due = FollowUp.objects.get().due_date
    assert due == timezone.localdate() + dt.timedelta(days=45)
    page = client.get(reverse("patients:patient_detail", args=[patient.pk])).content.decode()
    assert "not booked yet" in page


# ── The worklist ────────────────────────────────────────────────────────────


def listed(client, **query):
    return list(client.get(reverse(LIST), query).context["page_obj"])


@pytest.mark.django_db
def test_whoever_is_due_and_not_booked_is_listed(doctor, receptionist, client_of):
    today = timezone.localdate()

    def due(days, **fields):
        return FollowUpFactory(
            doctor=doctor, since_date=today - dt.timedelta(days=200), due_date=today + dt.timedelta(days=days), **fields
        )

    due_today, late, soon, long_ago = due(0), due(-20), due(5), due(-100)
    due(20)
    due(-1, closed_at=timezone.now())
    due(-1, patient=PatientFactory(archived_at=timezone.now()))
    declined = due(-2, declined_at=timezone.now())
    client = client_of(receptionist)
    assert listed(client) == [late, due_today]
    assert listed(client, due="soon") == [late, due_today, soon]
    assert listed(client, due="ever") == [long_ago, late, due_today]
    assert listed(client, answer="declined") == [declined]
    assert listed(client, doctor=DoctorFactory().user.pk) == []
    assert listed(client, doctor=doctor.pk, ordering="-due") == [due_today, late]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("visit", "is_met"),
    [
        ({}, True),
        ({"status": "PENDING"}, True),
        ({"status": "CANCELLED", "cancel_reason": "Away"}, False),
        ({"no_show_at": "now", "appointment_date": -3}, False),
        ({"appointment_date": -3}, True),
        ({"appointment_date": -31}, False),
        ({"doctor": "other"}, False),
    ],
)
def test_a_visit_with_the_doctor_after_the_prescription_meets_it(visit, is_met, doctor, receptionist, client_of):
    follow_up = FollowUpFactory(doctor=doctor)
    today = timezone.localdate()
    fields = {"appointment_date": 4, "doctor": doctor, "status": "CONFIRMED"} | visit
    fields["appointment_date"] = today + dt.timedelta(days=fields["appointment_date"])
    if fields["doctor"] == "other":
        fields["doctor"] = DoctorFactory().user
    if "no_show_at" in fields:
        fields["no_show_at"] = timezone.now()
    AppointmentFactory(patient=follow_up.patient, **fields)
    assert listed(client_of(receptionist)) == ([] if is_met else [follow_up])


@pytest.mark.django_db
def test_a_consultation_without_a_visit_meets_it_too(doctor, receptionist, client_of):
    follow_up = FollowUpFactory(doctor=doctor)
    ConsultationFactory(
        doctor=doctor,
        patient=follow_up.patient,
        completed=True,
        scheduled_at=timezone.now() - dt.timedelta(days=31),
    )
    assert listed(client_of(receptionist)) == [follow_up]
    ConsultationFactory(doctor=doctor, patient=follow_up.patient, completed=True)
    assert listed(client_of(receptionist)) == []


@pytest.mark.django_db
def test_what_came_of_a_call_is_kept_and_taken_back(doctor, receptionist, client_of):
    follow_up = FollowUpFactory(doctor=doctor)
    client = client_of(receptionist)

    def act(name):
        page = client.post(reverse(f"clinical:follow_up_{name}", args=[follow_up.pk]), follow=True)
        follow_up.refresh_from_db()
        return page.content.decode()

    page = act("unanswered")
    assert "did not answer" in page
    assert reverse("clinical:follow_up_forget_unanswered", args=[follow_up.pk]) in page
    act("unanswered")
    assert len(follow_up.unanswered_at) == 2
    act("forget_unanswered")
    assert len(follow_up.unanswered_at) == 1
    page = act("decline")
    assert reverse("clinical:follow_up_return", args=[follow_up.pk]) in page
    assert listed(client) == []
    act("return")
    assert listed(client) == [follow_up]
    follow_up.closed_at = timezone.now()
    follow_up.save()
    assert "prescribed anew" in act("decline")
    assert follow_up.declined_at is None


@pytest.mark.django_db
def test_the_list_says_nothing_clinical_and_each_sees_ones_own(doctor, receptionist, client_of):
    patient = PatientFactory(allergies="Penicillin", notes="Silent grief")
    prescribe(doctor, patient, "10 days")
    FollowUp.objects.get()
    other = FollowUpFactory()
    client = client_of(receptionist)
    page = client.get(reverse(LIST), {"due": "soon"}).content.decode()
    assert patient.phone not in page  # due in ten days
    follow_up = FollowUp.objects.get(patient=patient)
    follow_up.since_date, follow_up.due_date = (timezone.localdate() - dt.timedelta(days=n) for n in (12, 2))
    follow_up.save()
    for address in (reverse(LIST), reverse(LIST) + "?export=csv"):
        answer = client.get(address)
        page = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert patient.phone in page
        for word in ("Sepia", "200C", "globules", "Penicillin", "grief", "10 days"):
            assert word not in page
    booking = f"{reverse('scheduling:appointment_create')}?patient={patient.pk}&amp;doctor={doctor.pk}"
    assert booking in client.get(reverse(LIST)).content.decode()
    assert listed(client_of(doctor)) == [follow_up]
    assert listed(client_of(other.doctor)) == [other]


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_for_many(rows, receptionist, doctor, client_of, django_assert_num_queries):
    for _ in range(rows):
        FollowUpFactory(doctor=doctor)
    client = client_of(receptionist)
    with django_assert_num_queries(5):
        client.get(reverse(LIST), {"size": "50"})
