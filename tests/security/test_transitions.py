"""Forged steps: what the table of transitions does not allow is refused with a message and changes nothing."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from clinical import services as clinical
from clinical.models import Consultation
from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory
from homeo.demo.factories.scheduling import AppointmentFactory
from patients import services as patients
from scheduling import services as scheduling
from scheduling.models import Appointment
from scheduling.slots import slot_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client_of, receptionist):
    return client_of(receptionist)


@pytest.fixture
def room(client_of, doctor):
    return client_of(doctor)


def press(page, name, row, **fields):
    """Press a button and say what was answered."""
    response = page.post(reverse(name, args=[row.pk]), fields, follow=True)
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


@pytest.fixture
def today(doctor, patient, receptionist):
    now = timezone.localtime()
    return AppointmentFactory(
        doctor=doctor,
        patient=patient,
        appointment_date=now.date(),
        appointment_time=dt.time(now.hour, now.minute),
        is_overbooked=True,
        overbook_reason="test",
    )


def test_a_visit_of_yesterday_or_tomorrow_is_not_checked_in(desk):
    for days in (-1, 1):
        visit = AppointmentFactory(appointment_date=timezone.localdate() + dt.timedelta(days=days))
        ((tag, _text),) = press(desk, "scheduling:appointment_check_in", visit)
        assert tag == "error"
        assert not Consultation.objects.exists()


def test_a_visit_that_has_begun_is_neither_called_off_nor_moved(desk, doctor, receptionist, today):
    scheduling.check_in_appointment(actor=receptionist, appointment=today)
    clinical.start_consultation(actor=doctor, consultation=Consultation.objects.get())
    today.refresh_from_db()
    path = reverse("scheduling:appointment_cancel", args=[today.pk])
    assert desk.post(path, {"version": today.version, "cancel_reason": "x"}).status_code == 422
    day = timezone.localdate() + dt.timedelta(days=1)
    fields = {"form_token": new_id(), "doctor": doctor.pk, "date": day, "slot": slot_key(day, dt.time(11), doctor.pk)}
    assert desk.post(reverse("scheduling:appointment_reschedule", args=[today.pk]), fields).status_code == 422
    for name in ("check_in", "no_show", "restore", "confirm"):
        ((tag, _text),) = press(desk, f"scheduling:appointment_{name}", today)
        assert tag == "error", name
    today.refresh_from_db()
    assert today.state == "in-consultation"


def test_a_completed_consultation_is_neither_completed_nor_written_nor_put_away(room, doctor, patient):
    consultation = ConsultationFactory(doctor=doctor, patient=patient)
    clinical.complete_consultation(actor=doctor, consultation=consultation)
    consultation.refresh_from_db()
    ((tag, _text),) = press(room, "clinical:consultation_complete", consultation)
    assert tag == "error"
    ((tag, _text),) = press(room, "clinical:consultation_start", consultation)
    assert tag == "error"
    fields = {"version": consultation.version, "complaints": "forged"}
    assert room.post(reverse("clinical:consultation_update", args=[consultation.pk]), fields).status_code == 422
    fields = {"form_token": new_id()}
    assert room.post(reverse("clinical:consultation_archive", args=[consultation.pk]), fields).status_code == 422
    line = {"medicine_name": "x", "potency": "x", "dosage": "x", "frequency": "x", "duration": "x"}
    fields |= {f"items-0-{name}": value for name, value in line.items()}
    fields |= {"items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0}
    assert room.post(reverse("clinical:prescription_create", args=[consultation.pk]), fields).status_code == 422
    stored = Consultation.objects.get()
    assert (stored.status, stored.complaints) == ("COMPLETED", consultation.complaints)
    assert Invoice.objects.count() == 1


def test_a_signed_prescription_is_neither_changed_nor_put_away(world, client_of):
    rows, people = world
    page, signed = client_of(people["doctor"]), rows["prescription"]
    fields = {"version": signed.version, "items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0, "notes": "forged"}
    line = {"medicine_name": "x", "potency": "x", "dosage": "x", "frequency": "x", "duration": "x"}
    fields |= {f"items-0-{name}": value for name, value in line.items()}
    assert page.post(reverse("clinical:prescription_update", args=[signed.pk]), fields).status_code == 422
    path = reverse("clinical:prescription_archive", args=[signed.pk])
    assert page.post(path, {"form_token": new_id()}).status_code == 422
    signed.refresh_from_db()
    assert (signed.notes, signed.is_archived) == ("", False)


def test_a_paid_invoice_is_neither_paid_nor_changed_nor_archived(world, client_of):
    rows, people = world
    desk, paid = client_of(people["front desk"]), rows["paid"]
    for name, fields in (("pay", {"amount": "600", "payment_method": "CARD"}), ("archive", {})):
        path = reverse(f"billing:invoice_{name}", args=[paid.pk])
        assert desk.post(path, fields | {"form_token": new_id()}).status_code == 422
    fields = {"amount": "1", "description": "x", "version": paid.version}
    assert desk.post(reverse("billing:invoice_update", args=[paid.pk]), fields).status_code == 422
    path = reverse("billing:invoice_refund", args=[rows["invoice"].pk])
    assert desk.post(path, {"form_token": new_id()}).status_code == 422
    stored = Invoice.objects.get(pk=paid.pk)
    assert (stored.payment_status, stored.payment_method, stored.amount) == ("COMPLETED", "CASH", paid.amount)


def test_nobody_books_for_an_archived_patient_or_with_a_closed_doctor(desk, admin, doctor, patient, receptionist):
    visit = AppointmentFactory(doctor=doctor, patient=patient)
    patients.archive_patient(actor=admin, patient=patient)
    day = timezone.localdate() + dt.timedelta(days=2)
    fields = {"patient": patient.pk, "doctor": doctor.pk, "date": day, "slot": slot_key(day, dt.time(11), doctor.pk)}
    path = reverse("scheduling:appointment_create")
    assert desk.post(path, fields | {"form_token": new_id()}).status_code == 422
    path = reverse("scheduling:appointment_reschedule", args=[visit.pk])
    assert desk.post(path, fields | {"form_token": new_id()}).status_code == 422
    patients.restore_patient(actor=admin, patient=patient)
    doctor.status = "INACTIVE"
    doctor.save()
    assert desk.post(path, fields | {"form_token": new_id()}).status_code == 422
    assert list(Appointment.objects.all()) == [visit]


@pytest.mark.parametrize("time", ["24:00", "10:00:30", "25:61", "9999", "-1:00", "x" * 500, "1e3"])
def test_a_time_that_there_is_not(desk, doctor, patient, time):
    day = timezone.localdate() + dt.timedelta(days=2)
    fields = {"form_token": new_id(), "patient": patient.pk, "doctor": doctor.pk, "date": day, "time": time}
    response = desk.post(reverse("scheduling:appointment_create"), fields)
    assert response.status_code == 422
    assert response.context["form"].errors["time"]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "1900-01-01", "2023-02-29", "", "tomorrow"])
def test_a_day_that_cannot_be_booked(desk, doctor, patient, date):
    fields = {"form_token": new_id(), "patient": patient.pk, "doctor": doctor.pk, "date": date, "time": "10:00"}
    reason = {"overbook": "on", "overbook_reason": "x"}
    response = desk.post(reverse("scheduling:appointment_create"), fields | reason)
    assert response.status_code == 422
    assert response.context["form"].errors["date"]
    fields = {"doctor": doctor.pk, "date": date}
    assert desk.get(reverse("scheduling:slot_list"), fields).status_code == 422


@pytest.mark.parametrize("time", ["00:00", "23:59"])
def test_a_visit_at_the_edge_of_a_day_shows_everywhere(desk, room, doctor, patient, time):
    day = timezone.localdate() + dt.timedelta(days=2)
    fields = {"form_token": new_id(), "patient": patient.pk, "doctor": doctor.pk, "date": day, "time": time}
    reason = {"overbook": "on", "overbook_reason": "x"}
    response = desk.post(reverse("scheduling:appointment_create"), fields | reason)
    assert response.status_code == 302
    for page in (desk, room):
        for path in (f"/day/?day={day}", reverse("scheduling:appointment_list"), "/", response["Location"]):
            assert page.get(path).status_code == 200
    slots = {"doctor": doctor.pk, "date": day}
    assert desk.get(reverse("scheduling:slot_list"), slots).status_code == 200


def test_a_consultation_that_was_put_away_can_be_begun_again(desk, room, doctor, receptionist, today):
    scheduling.check_in_appointment(actor=receptionist, appointment=today)
    consultation = Consultation.objects.get()
    press(room, "clinical:consultation_start", consultation)
    room.post(reverse("clinical:consultation_archive", args=[consultation.pk]), {"form_token": new_id()})
    today.refresh_from_db()
    assert today.state == "arrived"
    assert press(room, "clinical:consultation_start", consultation)[-1][0] == "success"
    consultation.refresh_from_db()
    assert (consultation.status, consultation.is_archived) == ("IN_PROGRESS", False)
