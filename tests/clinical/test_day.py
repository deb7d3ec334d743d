"""The clinic's day through its services, from the booking to the payment."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import AuditLog
from billing import services as billing
from billing.models import Invoice
from clinical import services as clinical
from clinical.models import Consultation
from homeo.base.errors import DomainError
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import services as scheduling
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(patient, receptionist):
    """A confirmed visit today, with a doctor who works the whole day."""
    doctor = DoctorFactory(hours=(dt.time(0), dt.time(23, 59))).user
    return AppointmentFactory(
        patient=patient,
        doctor=doctor,
        booked_by=receptionist,
        appointment_date=timezone.localdate(),
        appointment_time=dt.time(0),
    )


def test_a_visit_goes_from_the_desk_to_the_paid_invoice(visit, receptionist):
    scheduling.check_in_appointment(actor=receptionist, appointment=visit)
    consultation = Consultation.objects.get(appointment=visit)
    assert consultation.status == "SCHEDULED"

    doctor = visit.doctor
    clinical.start_consultation(actor=doctor, consultation=consultation)
    visit.refresh_from_db()
    assert visit.state == "in-consultation"
    clinical.write_consultation(actor=doctor, consultation=consultation, complaints="Headache", diagnosis="Migraine")
    prescription = clinical.write_prescription(
        actor=doctor,
        patient=visit.patient,
        consultation=consultation,
        items=[
            {
                "medicine_name": "Natrum muriaticum",
                "potency": "200C",
                "dosage": "4 globules",
                "frequency": "one dose",
                "duration": "1 day",
                "notes": "",
            }
        ],
    )
    assert not prescription.is_signed
    clinical.complete_consultation(actor=doctor, consultation=consultation)

    prescription.refresh_from_db()
    visit.refresh_from_db()
    invoice = Invoice.objects.get(consultation=consultation)
    assert prescription.is_signed
    assert visit.status == Appointment.Status.COMPLETED
    assert (invoice.amount, invoice.payment_status) == (600, "PENDING")

    billing.take_payment(actor=receptionist, invoice=invoice, amount=invoice.amount, payment_method="CASH")
    invoice.refresh_from_db()
    assert invoice.payment_status == "COMPLETED"
    assert invoice.paid_date is not None
    with pytest.raises(DomainError):
        billing.take_payment(actor=receptionist, invoice=invoice, amount=invoice.amount, payment_method="CASH")


def test_the_audit_log_hides_clinical_text_and_tells_the_rest(visit, receptionist):
    scheduling.check_in_appointment(actor=receptionist, appointment=visit)
    consultation = Consultation.objects.get(appointment=visit)
    clinical.start_consultation(actor=visit.doctor, consultation=consultation)
    clinical.write_consultation(actor=visit.doctor, consultation=consultation, complaints="A secret")

    entries = AuditLog.objects.filter(entity="Consultation", entity_id=consultation.pk).order_by("created_at")
    assert [entry.action for entry in entries] == ["CREATE", "UPDATE", "UPDATE"]
    assert entries[1].changes == {
        "status": {"old": "SCHEDULED", "new": "IN_PROGRESS"},
        "layout": {"old": "", "new": "FIRST"},
    }
    assert entries[2].changes == {"complaints": {"hidden": True}}
    assert "A secret" not in str([entry.changes for entry in entries])
