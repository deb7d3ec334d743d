"""The audit trail: who and from where, for every change; no password and no clinical text."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditLog, User
from homeo.base.fields import new_id
from homeo.demo.factories.accounts import PASSWORD, UserFactory
from homeo.demo.factories.patients import PDF
from patients.models import MedicalRecord, Patient
from tests.patients.typed import edit_of, new_patient

pytestmark = pytest.mark.django_db
SECRET = "Secretum magnum"
HERE = {"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": "Browser of the test", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}


def log_text():
    return json.dumps(list(AuditLog.objects.values("changes", "entity_id", "user_agent")))


def test_a_change_leaves_history_and_entry_with_person_and_address(client_of, receptionist):
    client_of(receptionist).post("/patients/new/", new_patient(), **HERE)
    new = Patient.objects.latest("created_at")
    for row in (new, new.user):
        record = row.history.get()
        entry = AuditLog.objects.get(entity_id=row.pk)
        assert (record.history_user, record.history_type) == (receptionist, "+")
        assert (entry.user, entry.action, entry.ip_address) == (receptionist, "CREATE", "203.0.113.7")
        assert entry.user_agent == "Browser of the test"
    assert AuditLog.objects.get(entity_id=new.pk).patient_id == new.pk


def test_clinical_text_is_in_no_entry(world, client_of):
    rows, people = world
    page = client_of(people["doctor"])
    patient, consultation = rows["patient"], rows["consultation"]
    texts = dict.fromkeys(("allergies", "chronic_diseases", "notes"), SECRET)
    path = reverse("patients:patient_notes_update", args=[patient.pk])
    assert page.post(path, texts | {"version": patient.version}).status_code == 302
    texts = dict.fromkeys(("complaints", "diagnosis", "prescription", "notes"), SECRET)
    path = reverse("clinical:consultation_update", args=[consultation.pk])
    assert page.post(path, texts | {"version": consultation.version}).status_code == 302
    line = {f"items-0-{name}": SECRET for name in ("medicine_name", "dosage", "frequency", "duration", "notes")}
    line |= {"items-0-potency": "30C", "items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0, "notes": SECRET}
    path = reverse("clinical:prescription_create", args=[consultation.pk])
    assert page.post(path, line | {"form_token": new_id()}).status_code == 302
    path = reverse("patients:medicalrecord_create", args=[patient.pk])
    document = {"title": SECRET, "description": SECRET, "record_type": "scan", "recorded_on": "2024-02-29"}
    file = SimpleUploadedFile(f"{SECRET}.pdf", PDF)
    assert page.post(path, document | {"file": file, "form_token": new_id()}).status_code == 302
    assert MedicalRecord.objects.latest("created_at").file_name == f"{SECRET}.pdf"
    assert AuditLog.objects.filter(user=people["doctor"], action="CREATE").count() >= 3
    assert SECRET not in log_text()
    for path in ("/audit/", "/audit/?export=csv", "/"):
        assert SECRET not in client_of(people["admin"]).get(path).content.decode()


def test_a_password_is_in_no_entry_and_no_history(client):
    user = UserFactory()
    client.post(reverse("account_login"), {"login": user.email, "password": "wrong but mine"}, **HERE)
    failed = AuditLog.objects.get(action="SIGN_IN_FAILED")
    assert (failed.changes, failed.ip_address, failed.user) == ({"email": user.email}, "203.0.113.7", None)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    new = "three words make one"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
    text = log_text() + json.dumps(list(user.history.values()), default=str)
    for word in ("wrong but mine", PASSWORD, new, user.password, "md5$"):
        assert word not in text
    assert AuditLog.objects.filter(entity="User", entity_id=user.pk, action="UPDATE", user=user).exists()


def test_a_form_that_comes_back_with_the_patients_data_is_an_opening_too(client_of, world):
    rows, people = world
    patient = rows["patient"]
    path = reverse("patients:patient_update", args=[patient.pk])
    for fields, status in (({"version": "x"}, 409), (edit_of(patient, first_name=""), 422)):
        AuditLog._base_manager.all()._raw_delete("default")
        response = client_of(people["front desk"]).post(path, fields, **HERE)
        assert response.status_code == status
        entry = AuditLog.objects.get(action="VIEW")
        assert (entry.user, entry.patient_id, entry.ip_address) == (people["front desk"], patient.pk, "203.0.113.7")


def test_a_page_that_was_refused_is_no_opening(client_of, world):
    rows, people = world
    path = reverse("patients:patient_detail", args=[rows["patient"].pk])
    assert client_of(people["other doctor"]).get(path).status_code == 404
    assert not AuditLog.objects.filter(action="VIEW", user=people["other doctor"]).exists()


def test_a_change_of_access_says_who_changed_it(client_of, admin, receptionist):
    fields = {name: getattr(receptionist, name) for name in ("email", "first_name", "last_name", "phone", "role")}
    path = reverse("admin:accounts_user_change", args=[receptionist.pk])
    stored = User.objects.get(pk=receptionist.pk)
    response = client_of(admin).post(path, fields | {"status": "SUSPENDED", "version": stored.version}, **HERE)
    assert response.status_code == 302
    entry = AuditLog.objects.filter(entity_id=receptionist.pk, action="UPDATE").latest("created_at")
    assert entry.user == admin
    assert entry.changes["status"] == {"old": "ACTIVE", "new": "SUSPENDED"}
