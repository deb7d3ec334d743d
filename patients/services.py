"""Changes of patients: registration, contact, clinical notes, documents, archive."""

import datetime as dt
from difflib import SequenceMatcher
from pathlib import PurePath

import puremagic
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import Role, User
from homeo.base.errors import DomainError
from patients.models import Guardian, MedicalRecord, Patient

DUPLICATES_MAX = 5
ALIKE = 0.75
FILE_STEM_MAX = 190

RECORD_TYPES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
}


@transaction.atomic
def register_patient(
    *,
    actor: User,
    site: str,
    account: dict,
    profile: dict,
    guardian: dict | None = None,
) -> Patient:
    """Make a patient's account and profile, and invite the person by e-mail where there is an address.

    Args:
        site: scheme and host for the link in the invitation.
        account: first_name, last_name, phone, and email ("" for a person without).
        profile: the columns of Patient.
        guardian: email, name and relationship of somebody who looks after the patient; an account with the address
            is taken, else one is made and invited.

    Raises:
        DomainError: the address is in use.
    """
    user = accounts.create_user(actor=actor, site=site, role=Role.PATIENT, **account)
    patient = Patient(user=user, **profile)
    patient.full_clean(exclude=["file_no"])
    patient.save()
    if guardian and guardian.get("email"):
        add_guardian(actor=actor, site=site, patient=patient, **guardian)
    return patient


@transaction.atomic
def add_guardian(
    *, actor: User, site: str, patient: Patient, email: str, name: str = "", relationship: str = ""
) -> Guardian:
    """Let the person with this address look after the patient; make and invite an account where there is none.

    Raises:
        DomainError: the address belongs to staff or to the patient, the person looks after the patient already, or the
            name for a new account is missing.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    user = User.objects.filter(email=email).first()
    if user is None:
        if not name.strip():
            raise DomainError(_("Enter the name of the person who looks after the patient."), field="guardian_name")
        first_name, _space, last_name = name.strip().rpartition(" ")
        user = accounts.create_user(
            actor=actor,
            site=site,
            email=email,
            role=Role.PATIENT,
            first_name=first_name or last_name,
            last_name=last_name if first_name else "",
        )
    elif user.role != Role.PATIENT:
        raise DomainError(_("This address belongs to a member of staff; use a private one."), field="guardian_email")
    elif user.pk == patient.user_id:
        raise DomainError(_("This is the patient's own address."), field="guardian_email")
    elif patient.guardians.filter(user=user).exists():
        raise DomainError(_("This person already looks after the patient."), field="guardian_email")
    guardian = Guardian(patient=patient, user=user, relationship=relationship)
    guardian.full_clean()
    guardian.save()
    return guardian


@transaction.atomic
def change_patient(*, actor: User, site: str, patient: Patient, account: dict, profile: dict) -> Patient:
    """Change identity and contact of a patient, in the account and in the profile.

    Args:
        site: scheme and host for the link, should the person be invited at a new address.
        account: first_name, last_name, phone, and email ("" for a person without).
        profile: columns of Patient.

    Raises:
        DomainError: the address is in use, or the account is one of the staff.
    """
    patient = change_profile(actor=actor, patient=patient, **profile)
    patient.user = accounts.change_identity(actor=actor, user=patient.user, site=site, **account)
    return patient


@transaction.atomic
def change_profile(*, actor: User, patient: Patient, **profile) -> Patient:
    """Change columns of a patient's profile."""
    patient = Patient.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=patient.pk)
    for name, value in profile.items():
        setattr(patient, name, value)
    patient.full_clean()
    patient.save(update_fields=[*profile, "updated_at"])
    return patient


def change_clinical_notes(*, actor: User, patient: Patient, **notes: str) -> Patient:
    """Change allergies, chronic diseases and clinical notes."""
    return change_profile(actor=actor, patient=patient, **notes)


@transaction.atomic
def archive_patient(*, actor: User, patient: Patient) -> Patient:
    """Put a patient away; nothing is deleted, and no visit can be booked."""
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    patient.archived_at = timezone.now()
    patient.save(update_fields=["archived_at", "updated_at"])
    return patient


@transaction.atomic
def restore_patient(*, actor: User, patient: Patient) -> Patient:
    """Take a patient back out of the archive."""
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    patient.archived_at = None
    patient.save(update_fields=["archived_at", "updated_at"])
    return patient


def likely_duplicates(*, first_name: str, last_name: str, date_of_birth: dt.date, phone: str) -> list[Patient]:
    """Return patients who may be the same person: a name alike with the same birthday or the same phone."""
    name = f"{first_name} {last_name}".strip()
    digits = "".join(filter(str.isdecimal, phone))
    alike = Patient.objects.active().found(name).with_account()[:50]
    return [
        patient
        for patient in alike
        if patient.date_of_birth == date_of_birth
        or (digits and patient.phone_digits[-9:] == digits[-9:])
        or (
            SequenceMatcher(None, patient.name.lower(), name.lower()).ratio() > ALIKE
            and abs(patient.date_of_birth - date_of_birth) < dt.timedelta(days=366)
        )
    ][:DUPLICATES_MAX]


@transaction.atomic
def add_medical_record(
    *,
    actor: User,
    patient: Patient,
    file: File,
    title: str,
    record_type: str,
    recorded_at: dt.datetime,
    description: str = "",
) -> MedicalRecord:
    """Keep a document of a patient, its kind found out by its content.

    Raises:
        DomainError: it is empty, too large, or no PDF, JPEG or PNG.
    """
    content_type = content_type_of(file)
    record = MedicalRecord(
        patient=patient,
        title=title,
        description=description,
        record_type=record_type,
        recorded_at=recorded_at,
        uploaded_by=actor,
        file_url=file,
        # Under the ending of what it is, so that it opens as nothing else once it is downloaded.
        file_name=PurePath(file.name).stem[:FILE_STEM_MAX] + RECORD_TYPES[content_type],
        content_type=content_type,
        file_size=file.size,
    )
    record.full_clean()
    record.save()
    return record


def content_type_of(file: File) -> str:
    """Return the type of an uploaded file by its first bytes.

    Raises:
        DomainError: it is empty, too large, or of a kind that is not taken.
    """
    if not file.size:
        raise DomainError(_("The file is empty."), field="file")
    if file.size > settings.MEDICAL_RECORD_MAX_BYTES:
        limit = settings.MEDICAL_RECORD_MAX_BYTES // (1024 * 1024)
        raise DomainError(_("The file is larger than %(limit)d MB.") % {"limit": limit}, field="file")
    file.seek(0)
    head = file.read(2048)
    file.seek(0)
    try:
        found = {match.mime_type for match in puremagic.magic_string(head)}
    except puremagic.PureError:
        found = set()
    for content_type in RECORD_TYPES:
        if content_type in found:
            return content_type
    raise DomainError(_("This is no PDF, JPEG or PNG file, whatever its name says."), field="file")
