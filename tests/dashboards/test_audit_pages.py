"""The audit log of admins, and what a patient reads of it."""

import csv
import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditLog
from homeo.demo.factories.accounts import DoctorUserFactory, UserFactory
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from patients import services as patients

LOG = reverse("auditlog_list")
ACCESSES = reverse("access_list")


def entry(**values):
    """Save an entry."""
    values = {"action": "VIEW", "entity": "Patient", "entity_id": "x"} | values
    made = AuditLog(**values)
    made.save(force_insert=True)
    return made


def listed(response):
    return [line.entry for line in response.context["lines"]]


@pytest.fixture
def client(admin, client_of):
    AuditLog.objects.all()._raw_delete("default")
    return client_of(admin)


@pytest.mark.parametrize("role", ["doctor", "receptionist", "patient"])
def test_the_log_is_for_admins(role, request, client_of):
    person = request.getfixturevalue(role)
    client = client_of(getattr(person, "user", person))
    assert client.get(LOG).status_code == 403
    assert client.get(LOG, {"export": "csv"}).status_code == 403
    assert client.post(LOG, {"q": "x"}).status_code == 403


@pytest.mark.parametrize("role", ["doctor", "receptionist", "admin"])
def test_accesses_are_for_patients(role, request, client_of):
    assert client_of(request.getfixturevalue(role)).get(ACCESSES).status_code == 403


def test_changes_are_told_and_clinical_ones_hidden(client, doctor, patient):
    patients.change_profile(actor=doctor, patient=patient, allergies="Secretum", gender="OTHER")
    text = client.get(LOG, {"action": "UPDATE", "entity": "Patient"}).content.decode()
    assert "<dt>Allergies</dt>" in text
    assert "changed, hidden" in text
    assert "Female → Other" in text
    assert "Secretum" not in text
    assert patient.file_number in text


def test_ids_in_changes_are_told_by_name(client, patient, receptionist):
    from homeo.demo.factories.scheduling import AppointmentFactory

    visit = AppointmentFactory(patient=patient, booked_by=receptionist)
    text = client.get(LOG, {"entity": "Appointment"}).content.decode()
    assert f"– → {visit.doctor}" in text
    assert f"– → {patient}" in text
    assert f"– → {receptionist}" in text


def test_a_search_finds_who_did_it_and_whose_it_is(client):
    actor, patient = DoctorUserFactory(last_name="Kulkarni"), PatientFactory(user__last_name="Deshpande")
    by_actor = entry(user=actor, patient_id="somebody")
    about = entry(user=UserFactory(), patient_id=patient.pk)
    other = entry(user=UserFactory())
    for text, found in [
        ("kulkarni", by_actor),
        (actor.email, by_actor),
        ("DESHP", about),
        (patient.file_number, about),
        (f"h{patient.file_no}", about),
    ]:
        response = client.post(LOG, {"q": text})
        assert text.lower() not in response.url.lower()
        entries = listed(client.get(response.url))
        assert found in entries, text
        assert other not in entries, text
    assert listed(client.post(LOG, {"q": "H-99999"}, follow=True)) == []


def test_filters_by_person_action_kind_and_day(client, doctor, receptionist):
    now = timezone.now()
    one = entry(user=doctor, action="SIGN_IN", entity="User")
    old = entry(user=receptionist, action="UPDATE", entity="Invoice", created_at=now - dt.timedelta(days=3))
    today = timezone.localdate()
    for query, found, missed in [
        ({"user": doctor.pk}, one, old),
        ({"action": "UPDATE"}, old, one),
        ({"entity": "Invoice"}, old, one),
        ({"since": today}, one, old),
        ({"until": today - dt.timedelta(days=1)}, old, one),
        ({"since": today - dt.timedelta(days=3), "until": today - dt.timedelta(days=3)}, old, one),
    ]:
        entries = listed(client.get(LOG, query))
        assert found in entries, query
        assert missed not in entries, query


def test_a_day_ends_at_the_midnight_of_the_clinic(client):
    day = timezone.localdate() - dt.timedelta(days=1)
    last = timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))
    inside, outside = entry(created_at=last), entry(created_at=last + dt.timedelta(seconds=1))
    entries = listed(client.get(LOG, {"since": day, "until": day}))
    assert inside in entries
    assert outside not in entries


@pytest.mark.parametrize(
    "query",
    [
        "since=9999-12-31",
        "until=0001-01-01",
        "since=x",
        "user=nobody",
        "action=NONE",
        "page=999",
        "search=none",
        "size=7",
    ],
)
def test_odd_addresses_are_answered(client, query):
    assert client.get(f"{LOG}?{query}").status_code == 200


def test_patients_are_not_offered_as_staff(client, patient, doctor):
    offered = client.get(LOG).context["filterset"].form.fields["user"].queryset
    assert doctor in offered
    assert patient.user not in offered


def test_the_log_is_exported(client, patient, doctor):
    entry(user=doctor, patient_id=patient.pk, changes={"page": "patients:patient_detail"}, ip_address="=1+1")
    answer = client.get(LOG, {"export": "csv", "action": "VIEW"})
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert answer["Content-Type"].startswith("text/csv")
    assert (rows[0]["Who"], rows[0]["File number"], rows[0]["Address"]) == (str(doctor), patient.file_number, "'=1+1")


def test_a_deleted_account_and_unknown_kinds_do_no_harm(client):
    entry(user_id="gone0000000000000000gone", entity="Forgotten", action="UPDATE", changes={"x": {"old": 1, "new": 2}})
    text = client.get(LOG).content.decode()
    assert "gone0000000000000000gone" in text
    assert "1 → 2" in text


def test_failed_sign_ins_tell_the_address(client):
    entry(action="SIGN_IN_FAILED", entity="User", entity_id="", changes={"email": "who@homeo.example"})
    assert "who@homeo.example" in client.get(LOG).content.decode()


def test_the_log_costs_the_same_however_long(client, django_assert_num_queries, patient, doctor):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    entry(user=doctor, patient_id=patient.pk)
    client.get(LOG)
    with CaptureQueriesContext(connection) as short:
        client.get(LOG)
    assert len(short) <= 12
    for _number in range(50):
        entry(user=DoctorUserFactory(), patient_id=PatientFactory().pk)
    with django_assert_num_queries(len(short)):
        response = client.get(LOG, {"size": 50})
    assert len(listed(response)) == 50


def test_a_patient_reads_who_opened_the_own_record(patient, doctor, client_of):
    opened = entry(user=doctor, patient_id=patient.pk, changes={"page": "clinical:consultation_detail"})
    own = entry(user=patient.user, patient_id=patient.pk)
    others = entry(user=doctor, patient_id=PatientFactory().pk)
    patients.change_profile(actor=doctor, patient=patient, allergies="Secretum")
    response = client_of(patient.user).get(ACCESSES)
    entries, text = listed(response), response.content.decode()
    assert opened in entries
    assert own not in entries
    assert others not in entries
    assert "Opened: Consultation" in text
    assert doctor.display_name in text
    assert "Allergies" in text
    assert "Secretum" not in text


def test_a_guardian_reads_about_the_wards_until_no_longer_one(doctor, client_of):
    guardian = GuardianFactory()
    about = entry(user=doctor, patient_id=guardian.patient_id)
    client = client_of(guardian.user)
    assert about in listed(client.get(ACCESSES))
    guardian.delete()
    assert listed(client.get(ACCESSES)) == []


def test_accesses_cost_the_same_however_long(patient, doctor, client_of, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(patient.user)
    AuditLog.objects.all()._raw_delete("default")
    entry(user=doctor, patient_id=patient.pk)
    client.get(ACCESSES)
    with CaptureQueriesContext(connection) as short:
        client.get(ACCESSES)
    assert len(short) <= 12
    for _number in range(50):
        entry(user=DoctorUserFactory(), patient_id=patient.pk)
    with django_assert_num_queries(len(short)):
        assert len(listed(client.get(ACCESSES))) == 25


def test_a_patient_filters_and_sorts_the_accesses(patient, doctor, client_of):
    old = entry(user=doctor, patient_id=patient.pk, created_at=timezone.now() - dt.timedelta(days=3))
    changed = entry(user=doctor, patient_id=patient.pk, action="UPDATE")
    client, today = client_of(patient.user), timezone.localdate()
    for query, found in [
        ({"action": "UPDATE"}, [changed]),
        ({"since": today, "action": "VIEW"}, []),
        ({"until": today - dt.timedelta(days=1)}, [old]),
        ({"ordering": "time", "until": today}, [old, changed]),
    ]:
        entries = [one for one in listed(client.get(ACCESSES, query)) if one in (old, changed)]
        assert entries == found, query
