"""Patients, guardians, documents."""

import datetime as dt

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from homeo.demo.factories.accounts import DoctorUserFactory, UserFactory
from patients.models import Gender, Guardian, MedicalRecord, Patient, RecordType

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class PatientFactory(factory.django.DjangoModelFactory):
    """A patient with an account."""

    class Meta:
        model = Patient

    user = factory.SubFactory(UserFactory)
    date_of_birth = dt.date(1985, 3, 14)
    gender = Gender.FEMALE
    address = "12 Karve Road"
    city = "Pune"
    state = "Maharashtra"
    postal_code = "411038"
    country = "India"
    phone = factory.SelfAttribute("user.phone")


class GuardianFactory(factory.django.DjangoModelFactory):
    """Somebody who looks after a patient."""

    class Meta:
        model = Guardian

    patient = factory.SubFactory(PatientFactory)
    user = factory.SubFactory(UserFactory)
    relationship = "Mother"


class MedicalRecordFactory(factory.django.DjangoModelFactory):
    """A PDF document."""

    class Meta:
        model = MedicalRecord

    patient = factory.SubFactory(PatientFactory)
    title = "Thyroid profile"
    file_url = factory.LazyFunction(lambda: ContentFile(PDF, name="thyroid.pdf"))
    file_name = "thyroid.pdf"
    content_type = "application/pdf"
    file_size = len(PDF)
    record_type = RecordType.LAB_REPORT
    recorded_at = factory.LazyFunction(timezone.now)
    uploaded_by = factory.SubFactory(DoctorUserFactory)
