"""Consultations and prescriptions."""

import factory
from django.utils import timezone

from clinical.models import (
    Complaint,
    ComplaintResponse,
    Consultation,
    NoteDraft,
    Prescription,
    PrescriptionItem,
    SignedNote,
    Snippet,
)
from clinical.signing import digest_of
from homeo.base.fields import new_id
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


class ComplaintFactory(factory.django.DjangoModelFactory):
    """A complaint of a completed note."""

    class Meta:
        model = Complaint

    consultation = factory.SubFactory(ConsultationFactory, completed=True)
    patient = factory.SelfAttribute("consultation.patient")
    name = "Headache"
    location = "over the eyes"
    sensation = "hammering"


class ComplaintResponseFactory(factory.django.DjangoModelFactory):
    """A response, told at another completed note."""

    class Meta:
        model = ComplaintResponse

    complaint = factory.SubFactory(ComplaintFactory)
    consultation = factory.SubFactory(
        ConsultationFactory,
        completed=True,
        patient=factory.SelfAttribute("..complaint.patient"),
        doctor=factory.SelfAttribute("..complaint.consultation.doctor"),
    )
    value = 2
    percent = 60


class NoteDraftFactory(factory.django.DjangoModelFactory):
    """A draft of one window."""

    class Meta:
        model = NoteDraft

    consultation = factory.SubFactory(ConsultationFactory)
    window = factory.LazyFunction(new_id)


class SignedNoteFactory(factory.django.DjangoModelFactory):
    """A signature below a completed note, over hardly anything."""

    class Meta:
        model = SignedNote

    consultation = factory.SubFactory(ConsultationFactory, completed=True)
    signed_by = factory.SelfAttribute("consultation.doctor")
    signed_at = factory.LazyFunction(timezone.now)
    content = "{}"
    digest = factory.LazyAttribute(lambda note: digest_of(note.content))


class SnippetFactory(factory.django.DjangoModelFactory):
    """A snippet of a doctor's."""

    class Meta:
        model = Snippet

    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    title = factory.Sequence(lambda number: f"snippet {number}")
    text = "Chilly, worse from cold air, better from warmth."
