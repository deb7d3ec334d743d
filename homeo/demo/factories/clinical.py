"""Consultations with their notes, prescriptions, remedies, templates and letters."""

import datetime as dt

import factory
from django.utils import timezone

from clinical import durations, potency
from clinical.documents.letter import facts_of, statement_of
from clinical.models import (
    Complaint,
    ComplaintResponse,
    Consultation,
    FollowUp,
    Letter,
    NoteDraft,
    Prescription,
    PrescriptionItem,
    PrescriptionTemplate,
    Remedy,
    RemedyRelation,
    SignedNote,
    Snippet,
    TemplateItem,
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


class RemedyFactory(factory.django.DjangoModelFactory):
    """A remedy that no book knows."""

    class Meta:
        model = Remedy

    abbreviation = factory.Sequence(lambda number: f"rem-{number}.")
    name = factory.Sequence(lambda number: f"Remedium {number}")


class RemedyRelationFactory(factory.django.DjangoModelFactory):
    """Two inimical remedies."""

    class Meta:
        model = RemedyRelation

    remedy = factory.SubFactory(RemedyFactory)
    kind = "INIMICAL"
    other = factory.SubFactory(RemedyFactory)


class LineFactory(factory.django.DjangoModelFactory):
    """A line, with what its words mean; the remedy of the catalogue is the caller's."""

    class Meta:
        abstract = True

    class Params:
        read = factory.LazyAttribute(lambda line: potency.parse(line.potency) if line.potency else None)

    remedy = None
    medicine_name = "Natrum muriaticum"
    potency = "200C"
    potency_scale = factory.LazyAttribute(lambda line: line.read.scale if line.read else "")
    potency_number = factory.LazyAttribute(lambda line: line.read.number if line.read else None)
    potency_method = factory.LazyAttribute(lambda line: line.read.method if line.read else "")
    form = "GLOBULES"
    dosage = "4 globules"
    frequency = "one dose"
    duration = "1 day"
    days = factory.LazyAttribute(lambda line: durations.read(line.duration)[1])


class PrescriptionItemFactory(LineFactory):
    """One line of a prescription."""

    class Meta:
        model = PrescriptionItem

    prescription = factory.SubFactory(PrescriptionFactory)


class PrescriptionTemplateFactory(factory.django.DjangoModelFactory):
    """A template without lines."""

    class Meta:
        model = PrescriptionTemplate

    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    name = factory.Sequence(lambda number: f"Template {number}")


class TemplateItemFactory(LineFactory):
    """One line of a template."""

    class Meta:
        model = TemplateItem

    template = factory.SubFactory(PrescriptionTemplateFactory)


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


class FollowUpFactory(factory.django.DjangoModelFactory):
    """A patient who was to come yesterday."""

    class Meta:
        model = FollowUp

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    since_date = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=31))
    due_date = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=1))
