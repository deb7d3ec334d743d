"""What every test may use: the embedded database, people of each role, a client for each."""

import datetime as dt
import os
import shutil
from contextlib import ExitStack

import pytest

from homeo import postgres

_services = ExitStack()


def pytest_sessionstart(session):
    if not os.environ.get("DATABASE_URL"):
        _services.enter_context(postgres.serving())


def pytest_sessionfinish(session):
    from django.conf import settings

    _services.close()
    shutil.rmtree(settings.SCRATCH, ignore_errors=True)


@pytest.fixture(autouse=True)
def rules_of_the_clinic(request):
    """Make again the row of a migration, which the flush after a test with real transactions takes away."""
    marker = request.node.get_closest_marker("django_db")
    is_flushed = {"transactional_db", "live_server"} & set(request.fixturenames)
    if is_flushed or (marker and marker.kwargs.get("transaction")):
        from scheduling.models import SchedulingRules

        request.getfixturevalue("transactional_db")
        if not SchedulingRules.objects.exists():
            SchedulingRules().save()


@pytest.fixture
def remedies(rules_of_the_clinic, db):
    """The catalogue of remedies, made again where a flush took it away."""
    from accounts.audit import bulk
    from clinical import catalogue
    from clinical.models import Remedy, RemedyRelation

    if not Remedy.objects.exists():
        rows = {row["abbreviation"]: Remedy(**row) for row in catalogue.remedies()}
        bulk.create(list(rows.values()))
        relations = [
            RemedyRelation(remedy=rows[row["remedy"]], kind=row["kind"], other=rows[row["other"]])
            for row in catalogue.relations()
        ]
        bulk.create(relations)
    return Remedy.objects.all()


@pytest.fixture
def admin(db):
    from homeo.demo.factories.accounts import AdminFactory

    return AdminFactory()


@pytest.fixture
def receptionist(db):
    from homeo.demo.factories.accounts import ReceptionistFactory

    return ReceptionistFactory()


@pytest.fixture
def doctor(db):
    """The account of a doctor with a profile, at work every day from 9 to 17."""
    from homeo.demo.factories.scheduling import DoctorFactory

    return DoctorFactory().user


@pytest.fixture
def patient(db):
    """A patient, whose account is `patient.user`."""
    from homeo.demo.factories.patients import PatientFactory

    return PatientFactory()


@pytest.fixture
def client_of(db):
    """A function that returns a test client signed in as a person."""
    from django.test import Client

    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def world(db, admin, receptionist):
    """Rows of one patient, and the people of each column."""
    from django.utils import timezone

    from accounts.models import Role
    from billing.services import take_payment
    from homeo.demo.factories.billing import InvoiceFactory
    from homeo.demo.factories.clinical import (
        ConsultationFactory,
        FollowUpFactory,
        LetterFactory,
        PrescriptionFactory,
        PrescriptionItemFactory,
        SnippetFactory,
        TemplateItemFactory,
    )
    from homeo.demo.factories.patients import MedicalRecordFactory, PatientFactory
    from homeo.demo.factories.scheduling import (
        AppointmentFactory,
        CalendarFeedFactory,
        DoctorFactory,
        HoursExceptionFactory,
        SlotOfferFactory,
        TimeOffFactory,
        VisitSeriesFactory,
        WaitingEntryFactory,
    )

    patient = PatientFactory(user__last_name="Zyxwvut")
    doctor = DoctorFactory().user
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    visit = AppointmentFactory(patient=patient, doctor=doctor, appointment_date=tomorrow)
    series = VisitSeriesFactory(patient=patient, doctor=doctor)
    week = dt.timedelta(weeks=1)
    recurring = AppointmentFactory(patient=patient, doctor=doctor, series=series, appointment_date=tomorrow + week)
    consultation = ConsultationFactory(patient=patient, doctor=doctor)
    arrived = AppointmentFactory(
        patient=patient,
        doctor=doctor,
        appointment_date=timezone.localdate(),
        appointment_time=dt.time(0),
        checked_in_at=timezone.now(),
        token_number=1,
    )
    rows = {
        "patient": patient,
        "visit": visit,
        "arrived": arrived,
        "series": series,
        "recurring": recurring,
        "consultation": consultation,
        "completed": ConsultationFactory(patient=patient, doctor=doctor, completed=True),
        "waiting": ConsultationFactory(patient=patient, doctor=doctor, status="SCHEDULED", appointment=arrived),
        "prescription": PrescriptionItemFactory(
            prescription=PrescriptionFactory(patient=patient, doctor=doctor)
        ).prescription,
        "draft": PrescriptionItemFactory(
            prescription=PrescriptionFactory(patient=patient, doctor=doctor, consultation=consultation, signed_at=None)
        ).prescription,
        "snippet": SnippetFactory(doctor=doctor),
        "note template": SnippetFactory(doctor=doctor, text="", parts={"fields": {"mind": "Calm"}, "rows": []}),
        "template": TemplateItemFactory(template__doctor=doctor).template,
        "letter": LetterFactory(patient=patient, doctor=doctor),
        "follow up": FollowUpFactory(patient=patient, doctor=doctor),
        "record": MedicalRecordFactory(patient=patient, uploaded_by=doctor),
        "picture": MedicalRecordFactory(patient=patient, uploaded_by=doctor, drawn="PNG"),
        "pages": MedicalRecordFactory(patient=patient, uploaded_by=doctor, drawn="TIFF"),
        "invoice": InvoiceFactory(patient=patient),
        "exception": HoursExceptionFactory(doctor=doctor.doctor, date=tomorrow + 2 * week),
        "time off": TimeOffFactory(doctor=doctor.doctor, start_date=tomorrow + 3 * week),
        "feed": CalendarFeedFactory(user=doctor),
        "wish": WaitingEntryFactory(patient=patient),
        "offer": SlotOfferFactory(entry__patient=patient),
        "paid": take_payment(
            actor=receptionist, invoice=InvoiceFactory(patient=patient), amount=600, payment_method="CASH"
        ),
    }
    people = {
        "nobody": None,
        "admin": admin,
        "doctor": doctor,
        "other doctor": DoctorFactory().user,
        "front desk": receptionist,
        "patient": patient.user,
        "other patient": PatientFactory().user,
    }
    assert {p.role for p in people.values() if p} == set(Role.values)
    return rows, people
