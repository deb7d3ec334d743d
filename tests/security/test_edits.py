"""Two tabs with one form: the second save is shown beside what is stored, and nothing of either is lost."""

import pytest
from django.urls import reverse

from billing.models import Invoice
from clinical.models import Consultation
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.scheduling import AppointmentFactory
from patients.models import Patient
from tests.patients.typed import contact_of, edit_of

pytestmark = pytest.mark.django_db


def cases(world):
    """Each edit form: who, where, what one tab types, what the other types, and the field that differs."""
    rows, people = world
    patient, consultation = rows["patient"], rows["consultation"]
    invoice = InvoiceFactory(patient=patient)
    profile = {name: getattr(people["doctor"], name) for name in ("first_name", "last_name", "phone", "avatar")}
    bill = {"amount": "600.00", "description": "Consultation", "due_date": "", "version": invoice.version}
    texts = {"complaints": consultation.complaints, "diagnosis": "", "prescription": "", "notes": ""}
    notes = {"allergies": "", "chronic_diseases": "", "notes": "", "version": patient.version}
    draft = rows["draft"]
    item = draft.items.get()
    names = ("id", "medicine_name", "potency", "dosage", "frequency", "duration", "notes")
    lines = {f"items-0-{name}": getattr(item, name) for name in names}
    lines |= {"items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0, "version": draft.version, "notes": ""}
    return [
        ("front desk", "patients:patient_update", patient, edit_of(patient), "city", Patient),
        ("patient", "patients:patient_contact_update", patient, contact_of(patient), "city", Patient),
        ("front desk", "billing:invoice_update", invoice, bill, "description", Invoice),
        ("doctor", "patients:patient_notes_update", patient, notes, "allergies", Patient),
        ("doctor", "clinical:prescription_update", draft, lines, "notes", type(draft)),
        (
            "doctor",
            "clinical:consultation_update",
            consultation,
            texts | {"version": consultation.version},
            "diagnosis",
            Consultation,
        ),
        ("doctor", "accounts:profile", None, profile | {"version": people["doctor"].version}, "first_name", None),
    ]


@pytest.mark.parametrize("index", range(7))
def test_the_second_save_is_refused_and_shown_beside_the_first(world, client_of, index):
    _rows, people = world
    column, name, row, fields, field, model = cases(world)[index]
    page = client_of(people[column])
    path = reverse(name, args=[row.pk] if row else [])
    model, row = model or type(people[column]), row or people[column]
    assert page.post(path, fields | {field: "Firstword"}).status_code == 302
    stale = page.post(path, fields | {field: "Secondword"})
    assert stale.status_code == 409
    text = stale.content.decode()
    assert text.count("Firstword") >= 1
    assert text.count("Secondword") >= 2
    assert len(stale.context["conflict"]["differences"]) == 1
    assert getattr(model.objects.get(pk=row.pk), field) == "Firstword"
    again = fields | {field: "Secondword", "version": stale.context["form"]["version"].value()}
    assert page.post(path, again).status_code == 302
    assert getattr(model.objects.get(pk=row.pk), field) == "Secondword"


@pytest.mark.parametrize("index", range(7))
def test_saving_twice_with_one_press_is_a_success(world, client_of, index):
    _rows, people = world
    column, name, row, fields, field, _model = cases(world)[index]
    page = client_of(people[column])
    path = reverse(name, args=[row.pk] if row else [])
    row = row or people[column]
    assert [page.post(path, fields | {field: "Firstword"}).status_code for _press in range(2)] == [302, 302]
    assert row.history.filter(**{field: "Firstword"}).count() == 1


@pytest.mark.parametrize("version", ["", "x", "x" * 41, "2026-01-01T00:00:00+00:00"])
def test_a_forged_version_saves_nothing(world, client_of, version):
    rows, people = world
    path = reverse("patients:patient_update", args=[rows["patient"].pk])
    response = client_of(people["front desk"]).post(path, edit_of(rows["patient"], city="Nashik", version=version))
    assert response.status_code == 409
    assert "Nashik" in response.content.decode()
    rows["patient"].refresh_from_db()
    assert rows["patient"].city == "Pune"


def test_completing_from_a_stale_tab_with_the_same_words_completes(world, client_of):
    rows, people = world
    consultation = rows["consultation"]
    page, path = client_of(people["doctor"]), reverse("clinical:consultation_update", args=[consultation.pk])
    fields = {"version": consultation.version, "complaints": "Cough"}
    assert page.post(path, fields).status_code == 302
    assert page.post(path, fields | {"complete": ""}).status_code == 302
    consultation.refresh_from_db()
    assert consultation.status == "COMPLETED"


def test_calling_a_visit_off_twice_is_one_cancelling(world, client_of):
    _rows, people = world
    visit = AppointmentFactory()
    page, path = client_of(people["front desk"]), reverse("scheduling:appointment_cancel", args=[visit.pk])
    fields = {"version": visit.version, "cancel_reason": "ill"}
    assert [page.post(path, fields).status_code for _press in range(2)] == [302, 302]
    assert visit.history.filter(status="CANCELLED").count() == 1
