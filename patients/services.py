"""Changes of patients: registration, contact, clinical notes, documents, archive."""

import datetime as dt
from difflib import SequenceMatcher

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import Role, User
from homeo.base.errors import DomainError
from patients import files
from patients.models import RECORDS_FOLDER, Guardian, MedicalRecord, Patient

DUPLICATES_MAX = 5
ALIKE = 0.75
ORPHAN_AGE = dt.timedelta(days=1)


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


def add_medical_record(
    *,
    actor: User,
    patient: Patient,
    file: File,
    record_type: str,
    recorded_at: dt.datetime,
    title: str = "",
    description: str = "",
) -> MedicalRecord:
    """Keep a document of a patient, its kind found out by its content; without a title it is called as its file is.

    The files are written before the row: should the process die between the two, `clear_orphan_files` removes them.

    Raises:
        DomainError: the file is not taken, see `files.examine`.
    """
    examined = files.examine(file)
    record = MedicalRecord(
        patient=patient,
        title=title or files.title_of(examined.name),
        description=description,
        record_type=record_type,
        recorded_at=recorded_at,
        uploaded_by=actor,
        file_url=file,
        thumbnail=examined.thumbnail,
        file_name=examined.name,
        content_type=examined.content_type,
        file_size=file.size,
    )
    record.full_clean()
    try:
        with transaction.atomic():
            record.save()
    except BaseException:
        for kept in (record.file_url, record.thumbnail):
            if kept and kept._committed:
                kept.storage.delete(kept.name)
        raise
    return record


@transaction.atomic
def archive_medical_record(*, actor: User, record: MedicalRecord) -> MedicalRecord:
    """Put a document away; its file stays."""
    record = MedicalRecord.objects.select_for_update(no_key=True).get(pk=record.pk)
    record.archived_at = record.archived_at or timezone.now()
    record.save(update_fields=["archived_at", "updated_at"])
    return record


@transaction.atomic
def restore_medical_record(*, actor: User, record: MedicalRecord) -> MedicalRecord:
    """Take a document back out of the archive."""
    record = MedicalRecord.objects.select_for_update(no_key=True).get(pk=record.pk)
    record.archived_at = None
    record.save(update_fields=["archived_at", "updated_at"])
    return record


def clear_orphan_files(*, now: dt.datetime) -> int:
    """Delete the files of documents that belong to no row and are a day old; return how many.

    A younger one may belong to an upload that is not committed yet.
    """
    storage = MedicalRecord._meta.get_field("file_url").storage
    cleared = 0
    for folder in _listed(storage, RECORDS_FOLDER)[0]:
        paths = [f"{RECORDS_FOLDER}/{folder}/{name}" for name in _listed(storage, f"{RECORDS_FOLDER}/{folder}")[1]]
        rows = MedicalRecord.objects.filter(patient_id=folder).values_list("file_url", "thumbnail")
        for path in set(paths).difference(*rows):
            if storage.get_modified_time(path) < now - ORPHAN_AGE:
                storage.delete(path)
                cleared += 1
    return cleared


def _listed(storage, folder: str) -> tuple[list[str], list[str]]:
    """Return the folders and the files of a folder of the store, none where it is not there yet."""
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []
