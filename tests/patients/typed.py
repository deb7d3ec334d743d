"""What people type into the forms of the register."""

from django.urls import reverse

from homeo.base.fields import new_id
from patients.models import Patient


def url(name, patient) -> str:
    """The address of a page about the patient."""
    return reverse(f"patients:{name}", args=[patient.pk])


def new_patient(**changes) -> dict:
    """What the front desk types for a new patient."""
    return {
        "form_token": new_id(),
        "first_name": "Ravi",
        "last_name": "Iyer",
        "email": "",
        "date_of_birth": "1980-02-29",
        "gender": "MALE",
        "blood_group": "",
        "phone": "99887 76655",
        "address": "4 Law College Road",
        "city": "Pune",
        "state": "Maharashtra",
        "postal_code": "411004",
        "country": "India",
        "emergency_contact": "",
    } | changes


def edit_of(patient, **changes) -> dict:
    """What the edit form of the patient carries."""
    patient = Patient.objects.with_account().get(pk=patient.pk)
    names = ("gender", "phone", "address", "city", "state", "postal_code", "country", "emergency_contact")
    return (
        {name: getattr(patient, name) for name in names}
        | {
            "version": patient.version,
            "first_name": patient.user.first_name,
            "last_name": patient.user.last_name,
            "email": patient.user.email if patient.user.has_email else "",
            "date_of_birth": patient.date_of_birth.isoformat(),
            "blood_group": patient.blood_group or "",
        }
        | changes
    )


def contact_of(patient, **changes) -> dict:
    """What the form of a patient's own contact carries."""
    patient = Patient.objects.with_account().get(pk=patient.pk)
    names = ("phone", "address", "city", "state", "postal_code", "country", "emergency_contact")
    return {name: getattr(patient, name) for name in names} | {"version": patient.version} | changes


def guardian_typed(**changes) -> dict:
    """What the front desk types for somebody who looks after a patient."""
    return {
        "guardian_email": "mum@homeo.example",
        "guardian_name": "Leela Rao",
        "guardian_relationship": "Mother",
    } | changes
