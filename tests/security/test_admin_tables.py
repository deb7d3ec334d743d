"""The Django admin: forged addresses and forms give an admin nothing that access.md withholds."""

import pytest
from django.apps import apps
from django.contrib import admin as tables
from django.urls import reverse

from accounts.models import User
from homeo.base.fields import new_id
from homeo.base.models import Submission
from patients.models import MedicalRecord, Patient

pytestmark = pytest.mark.django_db
OURS = [model for model in tables.site._registry if model.__module__.split(".")[0] != "django"]
CLINICAL = sorted(
    (model._meta.label, field) for model in OURS for field in getattr(model, "clinical_fields", frozenset())
)


def changelist(label):
    return reverse(f"admin:{label.lower().replace('.', '_')}_changelist")


@pytest.fixture
def page(client_of, admin):
    return client_of(admin)


def test_no_address_asks_for_clinical_text(page):
    assert CLINICAL
    for label, field in CLINICAL:
        for lookup in ("", "__contains", "__startswith", "__isnull"):
            assert page.get(changelist(label), {f"{field}{lookup}": "a"}).status_code == 400, (label, field, lookup)


@pytest.mark.parametrize(
    ("label", "lookup"),
    [
        ("accounts.User", "password__startswith"),
        ("accounts.User", "id__regex"),
        ("scheduling.Appointment", "doctor__password__startswith"),
        ("scheduling.Appointment", "patient__allergies__contains"),
        ("scheduling.Appointment", "consultation__diagnosis__contains"),
        ("scheduling.Doctor", "user__password__startswith"),
        ("clinical.PrescriptionItem", "prescription__notes__contains"),
        ("base.Submission", "message__contains"),
        ("billing.Invoice", "consultation__notes__contains"),
        ("accounts.AuditLog", "changes__contains"),
    ],
)
def test_no_address_asks_for_what_the_page_does_not_offer(page, label, lookup):
    assert page.get(changelist(label), {lookup: "a"}).status_code == 400


@pytest.mark.parametrize(
    ("label", "query", "status"),
    [
        ("accounts.User", "role__exact=DOCTOR&status__exact=ACTIVE", 200),
        (
            "accounts.User",
            "created_at__gte=2026-01-01+00:00:00%2B05:30&created_at__lt=2026-02-01+00:00:00%2B05:30",
            200,
        ),
        ("patients.Patient", "archived=yes&gender__exact=MALE", 200),
        ("scheduling.Appointment", "appointment_date__year=2026&appointment_date__month=2", 200),
        ("scheduling.Doctor", "user__status__exact=ACTIVE", 200),
        ("accounts.User", "created_at__gte=9999-12-31", 400),
        ("accounts.User", "created_at__gte=0001-01-01", 400),
        ("accounts.User", "created_at__gte=", 400),
        ("scheduling.Appointment", "appointment_date__year=9999", 400),
        ("scheduling.Appointment", "appointment_date__year=99999", 400),
        ("scheduling.Appointment", "appointment_date__year=abc", 400),
        ("scheduling.Appointment", "appointment_date__year=2026&appointment_date__month=13", 302),
        (
            "scheduling.Appointment",
            "appointment_date__year=2026&appointment_date__month=2&appointment_date__day=31",
            302,
        ),
        ("accounts.User", "p=99999999999", 200),
        ("accounts.User", "p=-1&o=99.-99.x&all=", 200),
        ("accounts.User", "_to_field=password", 400),
    ],
)
def test_filters_of_the_page_work_and_nonsense_is_refused(page, doctor, label, query, status):
    assert page.get(f"{changelist(label)}?{query}").status_code == status


def test_a_forged_form_changes_neither_own_role_nor_status_nor_password(page, admin):
    before = User.objects.get(pk=admin.pk)
    fields = {"email": admin.email, "first_name": "Root", "last_name": "", "phone": "", "version": before.version}
    forged = {"role": "DOCTOR", "status": "SUSPENDED", "password": "x", "is_staff": "", "access_changed_at": "x"}
    assert page.post(reverse("admin:accounts_user_change", args=[admin.pk]), fields | forged).status_code == 302
    after = User.objects.get(pk=admin.pk)
    assert after.first_name == "Root"
    assert (after.role, after.status, after.password) == (before.role, before.status, before.password)
    assert page.get("/admin/").status_code == 200


def test_a_forged_form_writes_no_clinical_text(page, patient):
    patient.allergies = "Penicillin"
    patient.save()
    names = ("date_of_birth", "gender", "address", "city", "state", "postal_code", "country", "phone", "version")
    fields = {name: getattr(patient, name) for name in names} | {"city": "Nashik"}
    forged = {"allergies": "none", "chronic_diseases": "none", "notes": "none", "user": new_id(), "archived_at": "2026"}
    path = reverse("admin:patients_patient_change", args=[patient.pk])
    assert page.post(path, fields | forged).status_code == 302
    stored = Patient.objects.get(pk=patient.pk)
    assert (stored.city, stored.allergies, stored.notes) == ("Nashik", "Penicillin", "")
    assert (stored.user_id, stored.archived_at) == (patient.user_id, None)


def test_nothing_is_deleted_and_clinical_rows_are_not_changed(page, world):
    rows, _people = world
    for model in OURS:
        row = model._base_manager.first()
        if row is None or model._meta.app_label not in {"accounts", "patients", "scheduling", "clinical", "billing"}:
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        count = model._base_manager.count()
        assert page.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        assert page.post(changelist(model._meta.label), action).status_code in {200, 302, 403}
        assert model._base_manager.count() == count, name
    for kind in ("consultation", "prescription"):
        path = reverse(f"admin:clinical_{kind}_change", args=[rows[kind].pk])
        assert page.post(path, {"notes": "forged", "complaints": "forged"}).status_code == 403
        assert page.post(reverse(f"admin:clinical_{kind}_add"), {"notes": "forged"}).status_code == 403


def test_what_a_doctor_was_told_about_a_document_is_not_shown(page, world):
    rows, people = world
    record = MedicalRecord.objects.get(pk=rows["record"].pk)
    told = f"“{record.title}” is in the chart"
    submission = Submission.objects.create(pk=new_id(), user_id=people["doctor"].pk, path="/", message=told)
    for name in ("change", "history"):
        response = page.get(reverse(f"admin:base_submission_{name}", args=[submission.pk]))
        assert record.title not in response.content.decode()
    assert record.title not in page.get(changelist("base.Submission")).content.decode()


def test_nobody_else_gets_in(client_of, world):
    _rows, people = world
    for column in ("doctor", "front desk", "patient"):
        page = client_of(people[column])
        for path in ("/admin/", "/admin/autocomplete/", "/admin/jsi18n/", changelist("patients.Patient"), "/admin/x/"):
            response = page.get(path)
            assert response.status_code == 403
            assert page.post(path, {}).status_code == 403
            assert "Zyxwvut" not in response.content.decode()


def test_every_model_of_ours_is_meant():
    labels = {"base", "accounts", "patients", "scheduling", "clinical", "billing"}
    assert {model._meta.label for model in OURS if model._meta.app_label in labels} == {
        model._meta.label
        for label in labels
        for model in apps.get_app_config(label).get_models()
        if not model.__name__.startswith("Historical")
    }
