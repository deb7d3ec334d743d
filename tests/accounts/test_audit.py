"""The audit trail: what a change costs and what it leaves."""

import pytest
from django.utils import timezone

from accounts.audit import bulk
from accounts.models import AuditLog, User
from homeo.demo.factories.accounts import UserFactory
from homeo.demo.factories.patients import GuardianFactory, MedicalRecordFactory, PatientFactory

pytestmark = pytest.mark.django_db


def test_a_change_costs_an_update_a_history_row_and_an_entry(patient, django_assert_num_queries):
    patient = type(patient).objects.get(pk=patient.pk)
    patient.city = "Nashik"
    with django_assert_num_queries(3):
        patient.save()
    entry = AuditLog.objects.filter(entity="Patient", action="UPDATE").get()
    assert entry.changes == {"city": {"old": "Pune", "new": "Nashik"}}
    assert entry.patient_id == patient.pk


def test_the_next_change_is_compared_with_the_last(patient):
    for city in ("Nashik", "Mumbai"):
        patient.city = city
        patient.save()
    entries = AuditLog.objects.filter(entity="Patient", action="UPDATE").order_by("created_at")
    assert [entry.changes["city"]["old"] for entry in entries] == ["Pune", "Nashik"]


def test_a_refreshed_row_is_compared_with_what_it_was_refreshed_to(patient):
    other = type(patient).objects.get(pk=patient.pk)
    other.city = "Nashik"
    other.save()
    patient.refresh_from_db()
    patient.state = "Goa"
    patient.save()
    latest = AuditLog.objects.filter(entity="Patient", action="UPDATE").latest("created_at")
    assert latest.changes == {"state": {"old": "Maharashtra", "new": "Goa"}}


def test_a_password_leaves_no_trace_in_log_or_history(db):
    user = UserFactory()
    user.set_password("a-new-password")
    user.save()
    assert "password" not in str(list(AuditLog.objects.values_list("changes", flat=True)))
    assert not hasattr(user.history.latest(), "password")


def test_clinical_fields_are_told_without_their_text(patient):
    patient.allergies = "Penicillin"
    patient.save()
    entry = AuditLog.objects.filter(entity="Patient", action="UPDATE").get()
    assert entry.changes == {"allergies": {"hidden": True}}


def test_bulk_writes_are_recorded_row_by_row(admin):
    users = bulk.create([UserFactory.build(first_name=f"N{n}") for n in range(3)], actor=admin)
    assert User.history.filter(history_type="+", history_user=admin).count() == 3
    changed = bulk.update(User.objects.filter(pk__in=[u.pk for u in users]), actor=admin, phone="1")
    assert changed == 3
    entries = AuditLog.objects.filter(action="UPDATE", user=admin)
    assert {entry.changes["phone"]["new"] for entry in entries} == {"1"}
    assert entries.count() == User.history.filter(history_type="~", history_user=admin).count() == 3


def test_rows_of_several_models_are_written_by_one_statement(admin, patient, django_assert_num_queries):
    records = [MedicalRecordFactory.build(patient=patient, uploaded_by=admin) for _n in range(2)]
    guardian = GuardianFactory.build(patient=patient, user=UserFactory())
    with django_assert_num_queries(1):
        bulk.create([*records, guardian], actor=admin)
    for row in (*records, guardian):
        stored = type(row).objects.get(pk=row.pk)
        record = stored.history.get()
        assert (record.history_type, record.history_user, record.updated_at) == ("+", admin, stored.updated_at)
        entry = AuditLog.objects.get(entity_id=row.pk)
        assert (entry.action, entry.user, entry.patient_id) == ("CREATE", admin, patient.pk)
        row.save()
        assert AuditLog.objects.get(entity_id=row.pk, action="UPDATE").changes == {}


def test_what_the_database_makes_is_in_the_history(admin):
    user = UserFactory()
    (new,) = bulk.create([PatientFactory.build(user=user)], actor=admin)
    assert new.history.get().file_no == new.file_no == type(new).objects.get(pk=new.pk).file_no


def test_bulk_update_costs_the_same_for_many_rows(admin, django_assert_max_num_queries):
    users = bulk.create([UserFactory.build() for _n in range(50)], actor=admin)
    with django_assert_max_num_queries(3):
        bulk.update(User.objects.filter(pk__in=[u.pk for u in users]), actor=admin, phone="1")


def test_a_page_about_a_patient_is_written_down_with_its_origin(receptionist, patient, client_of):
    response = client_of(receptionist).get(
        f"/patients/{patient.pk}/", headers={"User-Agent": "A browser"}, REMOTE_ADDR="10.0.4.12"
    )
    assert response.status_code == 200
    entry = AuditLog.objects.get(action="VIEW")
    assert (entry.user, entry.patient_id) == (receptionist, patient.pk)
    assert (entry.ip_address, entry.user_agent) == ("10.0.4.12", "A browser")


def test_a_page_that_was_refused_is_not_written_down_as_opened(patient, client_of):
    assert client_of(PatientFactory().user).get(f"/patients/{patient.pk}/").status_code == 404
    assert not AuditLog.objects.filter(action="VIEW").exists()


def test_a_request_names_its_actor_in_log_and_history(receptionist, client_of):
    client_of(receptionist).post("/accounts/theme/", {"theme": "dark", "next": "/"})
    receptionist.refresh_from_db()
    assert receptionist.history.latest().history_user == receptionist
    assert AuditLog.objects.get(action="UPDATE").user == receptionist
    assert receptionist.updated_at <= timezone.now()
