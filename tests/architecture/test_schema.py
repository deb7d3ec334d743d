"""The tables mirror the schema, and docs/schema.md says so column by column."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

PAGE = Path(settings.BASE_DIR, "docs", "schema.md").read_text()

TIMES = ["createdAt", "updatedAt"]
SCHEMA = {
    "User": ["id", "email", "password", "firstName", "lastName", "phone", "avatar", "role", "status", *TIMES],
    "Patient": [
        *["id", "userId", "dateOfBirth", "gender", "bloodGroup", "address", "city", "state", "postalCode", "country"],
        *["phone", "emergencyContact", "allergies", "chronicDiseases", "notes", *TIMES],
    ],
    "Doctor": [
        *["id", "userId", "specialization", "licenseNumber", "yearsExperience", "qualifications", "clinicAddress"],
        *["consultationFee", "bio", *TIMES],
    ],
    "DoctorAvailability": ["id", "doctorId", "dayOfWeek", "startTime", "endTime", "isAvailable", *TIMES],
    "Appointment": [*["id", "patientId", "doctorId", "appointmentDate", "appointmentTime", "status", "notes", *TIMES]],
    "Consultation": [
        *["id", "appointmentId", "patientId", "doctorId", "scheduledAt", "duration", "status", "complaints"],
        *["diagnosis", "prescription", "notes", *TIMES],
    ],
    "Prescription": ["id", "consultationId", "patientId", "doctorId", "notes", *TIMES],
    "PrescriptionItem": [
        *["id", "prescriptionId", "medicineName", "potency", "dosage", "frequency", "duration", "notes", *TIMES]
    ],
    "MedicalRecord": ["id", "patientId", "title", "description", "fileUrl", "recordType", "recordedAt", *TIMES],
    "Invoice": [
        *["id", "patientId", "consultationId", "amount", "description", "paymentStatus", "dueDate", "paidDate", *TIMES]
    ],
    "AuditLog": [*["id", "userId", "action", "entity", "entityId", "changes", "ipAddress", "userAgent", "createdAt"]],
}
ENUMS = {
    ("User", "role"): "ADMIN DOCTOR PATIENT RECEPTIONIST",
    ("User", "status"): "ACTIVE INACTIVE SUSPENDED",
    ("Patient", "gender"): "MALE FEMALE OTHER",
    ("Patient", "blood_group"): (
        "O_POSITIVE O_NEGATIVE A_POSITIVE A_NEGATIVE B_POSITIVE B_NEGATIVE AB_POSITIVE AB_NEGATIVE"
    ),
    ("Appointment", "status"): "PENDING CONFIRMED COMPLETED CANCELLED RESCHEDULED",
    ("Consultation", "status"): "SCHEDULED IN_PROGRESS COMPLETED CANCELLED NO_SHOW",
    ("Invoice", "payment_status"): "PENDING COMPLETED FAILED REFUNDED",
}
UNIQUE = {"User": "email", "Patient": "user_id", "Doctor": "license_number", "Consultation": "appointment_id"}
INDEXED = {
    "Appointment": ["appointment_date"],
    "Consultation": ["patient", "doctor", "status"],
    "Prescription": ["patient", "doctor", "consultation"],
    "PrescriptionItem": ["prescription"],
    "MedicalRecord": ["patient", "record_type"],
    "Invoice": ["patient", "payment_status"],
    "AuditLog": ["user", "entity", "created_at"],
}
MODELS = {model._meta.object_name: model for model in apps.get_models()}


def snake(name):
    return re.sub(r"([A-Z])", lambda m: f"_{m[1].lower()}", name)


def documented(name):
    section = re.search(rf"^## {name}: `(\w+)`$(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| (.+?) \| (.*?) \|$", section[2], re.M)
    return section[1], rows


@pytest.mark.parametrize("name", SCHEMA)
def test_every_column_of_the_schema_is_there(name):
    columns = {field.column for field in MODELS[name]._meta.concrete_fields}
    assert {snake(column) for column in SCHEMA[name]} <= columns


@pytest.mark.parametrize("name", SCHEMA)
def test_the_page_lists_every_column_and_why_it_was_added(name):
    table, rows = documented(name)
    meta = MODELS[name]._meta
    assert table == meta.db_table
    assert [row[0] for row in rows] == [field.column for field in meta.concrete_fields]
    assert [row[1] for row in rows if row[1] != "—"] == [
        name_ for row in rows for name_ in SCHEMA[name] if snake(name_) == row[0]
    ]
    assert [row[0] for row in rows if row[1] == "—" and not row[3].strip()] == []


@pytest.mark.parametrize(("place", "words"), ENUMS.items(), ids=str)
def test_enums_speak_the_words_of_the_schema(place, words):
    model, field = place
    assert [value for value, _label in MODELS[model]._meta.get_field(field).choices] == words.split()


@pytest.mark.parametrize(("name", "column"), UNIQUE.items())
def test_unique_columns_are_unique(name, column):
    assert next(f for f in MODELS[name]._meta.concrete_fields if f.column == column).unique


@pytest.mark.parametrize(("name", "fields"), INDEXED.items())
def test_indexed_columns_lead_an_index(name, fields):
    meta = MODELS[name]._meta
    leading = {index.fields[0].removeprefix("-") for index in meta.indexes if index.fields}
    leading |= {field.name for field in meta.concrete_fields if field.db_index}
    assert set(fields) <= leading


def test_defaults_stand_in_the_database_too():
    columns = [
        ("User", "status", "ACTIVE"),
        ("Doctor", "consultation_fee", 0),
        ("DoctorAvailability", "is_available", True),
        ("Appointment", "status", "PENDING"),
        ("Consultation", "status", "SCHEDULED"),
        ("Invoice", "payment_status", "PENDING"),
    ]
    for name, field, value in columns:
        assert MODELS[name]._meta.get_field(field).db_default == value
    for name in SCHEMA:
        assert MODELS[name]._meta.get_field("created_at").has_db_default(), name
