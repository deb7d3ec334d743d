"""Consultations, prescriptions and letters."""

import datetime as dt

import factory
from django.utils import timezone

from clinical.documents.letter import facts_of, statement_of
from clinical.models import Consultation, Letter, Prescription, PrescriptionItem
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


class LetterFactory(factory.django.DjangoModelFactory):
    """A certificate that the patient was seen."""

    class Meta:
        model = Letter

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    kind = Letter.Kind.VISIT
    signed_at = factory.LazyFunction(timezone.now)
    from_date = factory.LazyAttribute(
        lambda letter: None if letter.kind == Letter.Kind.REFERRAL else timezone.localdate(letter.signed_at)
    )
    until_date = factory.LazyAttribute(
        lambda letter: letter.from_date + dt.timedelta(days=2) if letter.kind == Letter.Kind.UNFIT else None
    )
    statement = factory.LazyAttribute(lambda letter: statement_of(Letter(**_columns(letter))))
    facts = factory.LazyAttribute(lambda letter: facts_of(Letter(**_columns(letter))))

    class Params:
        referral = factory.Trait(
            kind=Letter.Kind.REFERRAL,
            addressee="Dr Farida Contractor\nDepartment of Cardiology",
            text="Thank you for seeing this patient with palpitations.",
        )


def _columns(letter) -> dict:
    names = ("patient", "doctor", "kind", "signed_at", "from_date", "until_date")
    return {name: getattr(letter, name) for name in names}
