"""The demo clinic: whole, lively at any hour, and kept away from real ones."""

import datetime as dt
import io
import random

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import AuditLog, User
from billing.models import Invoice, PaymentStatus
from clinical import evidence
from clinical.models import Consultation, Prescription, PrescriptionItem
from homeo.demo.diary import Diary
from homeo.demo.ledger import Ledger
from homeo.demo.people import Register, around
from homeo.demo.remedies import PICTURES
from patients import files
from patients.models import Guardian, MedicalRecord, Patient
from scheduling.models import Appointment, Doctor, DoctorAvailability

pytestmark = pytest.mark.django_db
SIGN_INS = {"admin": "ADMIN", "doctor": "DOCTOR", "reception": "RECEPTIONIST", "patient": "PATIENT"}


def seed() -> str:
    out = io.StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def states_on(day) -> dict[str, int]:
    states = [visit.state for visit in Appointment.objects.on(day)]
    return {state: states.count(state) for state in states}


def test_a_real_clinic_gets_no_demo(settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(CommandError, match="HOMEO_DEMO=1"):
        seed()
    assert not User.objects.exists()


def test_a_clinic_in_use_stays_as_it_is(settings, receptionist):
    settings.DEMO = True
    assert "There is a clinic already" in seed()
    assert list(User.objects.all()) == [receptionist]


def test_the_clinic_is_whole(settings):
    settings.DEMO = True
    assert "6 doctors and 300 patients" in seed()
    today = timezone.localdate()

    check_people()
    check_visits(today)
    check_consultations_and_invoices(today)
    check_asha(today)
    check_evidence()
    check_records()
    check_times()


def check_people():
    assert Doctor.objects.count() == 6
    assert len(set(Doctor.objects.values_list("slot_minutes", flat=True))) > 3
    assert User.objects.filter(role="RECEPTIONIST").count() == 4
    assert Patient.objects.count() == 300
    assert Guardian.objects.count() >= 40
    for name, role in SIGN_INS.items():
        user = User.objects.get(email=f"{name}@homeo.example", role=role)
        assert user.check_password("homeo-demo")


def check_visits(today):
    assert Appointment.objects.count() > 2000
    assert Appointment.objects.earliest("appointment_date").appointment_date < today - dt.timedelta(days=350)
    assert Appointment.objects.filter(appointment_date__gt=today).count() > 100
    assert set(Appointment.objects.values_list("status", flat=True)) == set(Appointment.Status.values)
    assert not Appointment.objects.filter(status="COMPLETED", consultation__isnull=True).exists()
    assert not Appointment.objects.filter(status="RESCHEDULED", rescheduled_to__status="RESCHEDULED").exists()
    assert {"cancelled", "in-consultation", "arrived"} <= set(states_on(today))
    check_tokens(today)


def check_tokens(day):
    """Each day's arrivals are numbered from 1 in their order, and somebody has just been called."""
    arrived = Appointment.objects.on(day).exclude(checked_in_at=None).order_by("checked_in_at", "token_number")
    assert [visit.token_number for visit in arrived] == list(range(1, len(arrived) + 1))
    assert not Appointment.objects.filter(checked_in_at=None).exclude(token_number=None).exists()
    called = Appointment.objects.exclude(called_at=None).get()
    assert (called.appointment_date, called.state) == (day, "arrived")
    assert called.called_at >= called.checked_in_at


def check_consultations_and_invoices(today):
    unclosed = Consultation.objects.filter(status="COMPLETED").filter(Q(complaints="") | Q(invoices__isnull=True))
    assert not unclosed.exists()
    assert not Prescription.objects.annotate(lines=Count("items")).filter(lines=0).exists()
    assert set(Invoice.objects.values_list("payment_status", flat=True)) == set(PaymentStatus.values)
    assert Invoice.objects.filter(payment_status="PENDING", due_date__lt=today).exists()
    assert Invoice.objects.filter(archived_at__isnull=False).exists()


def check_asha(today):
    asha = Patient.objects.get(user__email="patient@homeo.example")
    assert "Penicillin" in asha.allergies
    assert asha.consultations.filter(status="COMPLETED").count() >= 9
    assert asha.consultations.filter(status="IN_PROGRESS").count() == 1
    assert asha.appointments.filter(appointment_date__gt=today, status="CONFIRMED").count() == 1
    assert [invoice.is_open for invoice in asha.invoices.all()].count(True) == 1
    assert asha.medical_records.count() == 6


def check_evidence():
    """The doctor has enough outcomes of several remedies, good and bad ones, to look at."""
    doctor = User.objects.get(email="doctor@homeo.example")
    lines = PrescriptionItem.objects.given_by(doctor)
    for by in (evidence.REMEDY, evidence.COMPLAINT):
        groups = evidence.read_evidence(doctor, lines, by=by).groups
        assert sum(not group.told.says_little for group in groups) >= 8
        assert {value for group in groups for value, count in group.told.counts.items() if count} >= {
            -2,
            -1,
            0,
            1,
            2,
            3,
        }


def check_records():
    for model in (User, Patient, Doctor, Appointment, Consultation, Prescription, Invoice, MedicalRecord):
        assert model.history.count() == model.objects.count()
        written = AuditLog.objects.filter(action="CREATE", entity=model._meta.object_name)
        assert written.count() == model.objects.count()
    for record in MedicalRecord.objects.all():
        with record.file_url.open() as file:
            assert files.examine(file).content_type == record.content_type
        assert bool(record.thumbnail) == (record.content_type == files.PNG)


def check_times():
    now = timezone.now()
    for model in (User, Patient, Appointment, Consultation, Prescription, Invoice, MedicalRecord, AuditLog):
        assert not model.objects.filter(created_at__gt=now).exists()
    assert not Appointment.history.filter(history_date__gt=now).exists()
    assert not Consultation.objects.filter(completed_at__gt=now).exists()
    assert not Consultation.objects.filter(completed_at__lt=F("appointment__started_at")).exists()
    assert not Appointment.objects.filter(started_at__lt=F("checked_in_at")).exists()
    assert not Invoice.objects.filter(paid_date__lt=F("created_at")).exists()


@pytest.mark.parametrize(
    "moment", ["2026-11-24 00:05", "2026-11-24 02:40", "2026-11-22 11:00", "2026-11-24 20:15", "2026-11-24 23:55"]
)
def test_the_day_is_lively_at_any_hour(moment):
    now = timezone.make_aware(dt.datetime.fromisoformat(moment))
    rng = random.Random(7)
    people = Register(rng, now).fill()
    ledger = Ledger(rng, now, people.desk)
    Diary(rng, now, people, ledger).fill_today()
    ledger.save()

    states = states_on(now.date())
    assert states["in-consultation"] >= 3
    assert states["arrived"] >= 5
    assert sum(states.values()) >= 40
    assert Appointment.objects.on(now.date()).filter(is_overbooked=True).count() == 1
    for visit in Appointment.objects.filter(checked_in_at__isnull=False):
        assert visit.checked_in_at <= now
        assert visit.started_at is None or visit.checked_in_at <= visit.started_at <= now
    for weekday in range(7):
        assert DoctorAvailability.objects.filter(day_of_week=weekday, is_available=True).count() >= 4


@pytest.mark.parametrize(
    ("minute", "expected"), [(0, (0, 540)), (720, (540, 1080)), (545, (450, 990)), (1439, (885, 1425))]
)
def test_hours_move_around_the_present_time(minute, expected):
    assert around((540, 1080), minute) == expected


def test_everybody_may_have_some_complaint():
    for gender in ("FEMALE", "MALE", "OTHER"):
        for years in range(100):
            for is_acute in (True, False):
                assert any(p.suits(years=years, gender=gender) for p in PICTURES if p.is_acute == is_acute) or (
                    13 <= years < 16
                )
