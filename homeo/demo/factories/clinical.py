"""Consultations and prescriptions."""

import datetime as dt

import factory
from django.utils import timezone

from clinical.models import Consultation, FollowUp, Prescription, PrescriptionItem
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import DoctorFactory


class ConsultationFactory(factory.django.DjangoModelFactory):
    """A consultation that is being written, without an appointment; `doctor` is an account with a profile."""

    class Meta:
        model = Consultation

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    scheduled_at = factory.LazyFunction(timezone.now)
    duration = 20
    status = Consultation.Status.IN_PROGRESS
    complaints = "Headache over the eyes, worse from sun"

    class Params:
        completed = factory.Trait(status=Consultation.Status.COMPLETED, completed_at=factory.LazyFunction(timezone.now))


class PrescriptionFactory(factory.django.DjangoModelFactory):
    """A signed prescription without lines."""

    class Meta:
        model = Prescription

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    signed_at = factory.LazyFunction(timezone.now)


class PrescriptionItemFactory(factory.django.DjangoModelFactory):
    """One line."""

    class Meta:
        model = PrescriptionItem

    prescription = factory.SubFactory(PrescriptionFactory)
    medicine_name = "Natrum muriaticum"
    potency = "200C"
    dosage = "4 globules"
    frequency = "one dose"
    duration = "1 day"


class FollowUpFactory(factory.django.DjangoModelFactory):
    """A patient who was to come yesterday."""

    class Meta:
        model = FollowUp

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    since_date = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=31))
    due_date = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=1))
