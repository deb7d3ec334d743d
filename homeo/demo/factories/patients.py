"""Patients, guardians, documents."""

import datetime as dt
import io

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

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


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **options) -> bytes:
    """Return a picture of one colour as a file of a kind of Pillow's: PNG, JPEG, TIFF."""
    output = io.BytesIO()
    Image.new("RGB", size, "teal").save(output, kind, **options)
    return output.getvalue()


class MedicalRecordFactory(factory.django.DjangoModelFactory):
    """A PDF document; with `drawn="PNG"` (JPEG, TIFF) a small picture with its thumbnail."""

    class Meta:
        model = MedicalRecord

    class Params:
        drawn = ""
        content = factory.LazyAttribute(lambda self: picture(self.drawn) if self.drawn else PDF)

    patient = factory.SubFactory(PatientFactory)
    title = "Thyroid profile"
    file_url = factory.LazyAttribute(lambda self: ContentFile(self.content, name=self.file_name))
    thumbnail = factory.LazyAttribute(
        lambda self: ContentFile(picture("JPEG"), name="thumbnail.jpg") if self.drawn else ""
    )
    file_name = factory.LazyAttribute(lambda self: f"scan.{self.drawn.lower()}" if self.drawn else "thyroid.pdf")
    content_type = factory.LazyAttribute(
        lambda self: f"image/{self.drawn.lower()}" if self.drawn else "application/pdf"
    )
    file_size = factory.LazyAttribute(lambda self: len(self.content))
    record_type = RecordType.LAB_REPORT
    recorded_at = factory.LazyFunction(timezone.now)
    uploaded_by = factory.SubFactory(DoctorUserFactory)
