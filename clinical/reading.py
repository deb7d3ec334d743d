"""A stored note, read as the form of it is made, and the drafts that say something else."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.db.models import prefetch_related_objects

from accounts.models import User
from clinical.courses import Told, mean_of, told
from clinical.models import Complaint, ComplaintResponse, Consultation, NoteDraft, Prescription
from clinical.sheet import Sheet
from homeo.base.statements import Statement
from patients.chart import StandIns

DRAFTS_READ = 5


@dataclass
class Note:
    """A stored note: `sheet`, its complaints (`rows`), `responses` to earlier ones, those `complaints` that are asked
    for, `told`, what the responses say together, and the `prescription` of the visit if any.
    """

    sheet: Sheet
    rows: list[Complaint]
    responses: list[ComplaintResponse]
    complaints: list[Complaint]
    told: Told | None
    prescription: Prescription | None


CONSULTATION, WINDOW, DRAFT = ":consultation", ":window", ":draft"
SEEN = dt.datetime.min.replace(tzinfo=dt.UTC)
"""Stand-ins, see `homeo.base.statements`."""


def being_written(doctor: User, pk: str) -> Consultation | None:
    """Return a consultation that the doctor is writing, with its patient; None where it is none of hers."""
    found = _being_written(doctor.role).objects(StandIns.values(doctor, "") | {CONSULTATION: pk})
    for one in found:
        one.doctor = doctor
    return found[0] if found else None


@cache
def _being_written(role: str) -> Statement:
    own = Consultation.objects.being_written_by(StandIns.of(role).user).select_related("patient__user")
    return Statement(own.filter(pk=CONSULTATION))


def read_note(user: User, consultation: Consultation, among: Iterable[Prescription] | None = None) -> Note:
    """Read what the form of a note is made of, one that the person may see.

    Args:
        among: the prescriptions of the patient that are not replaced, with items, where they are loaded already.
    """
    values = StandIns.values(user, consultation.patient_id) | {CONSULTATION: consultation.pk}
    if among is None:
        among = _prescriptions(user.role).objects(values)
        prefetch_related_objects(among, "items__remedy")
    own = [one for one in among if one.consultation_id == consultation.pk]
    prescription = min(own, key=lambda one: (one.created_at, one.pk), default=None)
    complaints = _complaints(user.role).objects(values)
    prefetch_related_objects(complaints, "responses")
    rows, asked, responses = [], [], []
    for complaint in complaints:
        (rows if complaint.consultation_id == consultation.pk else asked).append(complaint)
        responses += [one for one in complaint.responses.all() if one.consultation_id == consultation.pk]
    for one in (*rows, *responses):
        one.consultation = consultation
    said = told(mean_of(one.value for one in responses), mean_of(one.percent for one in responses))
    sheet = Sheet.of(consultation, rows, responses, prescription)
    return Note(sheet, rows, responses, asked, said, prescription)


@cache
def _prescriptions(role: str) -> Statement:
    standing = StandIns.of(role)
    seen = Prescription.objects.for_user(standing.user, standing.patient).active().unreplaced()
    return Statement(seen.filter(consultation=CONSULTATION).with_items())


@cache
def _complaints(role: str) -> Statement:
    standing = StandIns.of(role)
    consultation = Consultation(pk=CONSULTATION, patient=standing.patient)
    return Statement(Complaint.objects.for_user(standing.user, standing.patient).of_note(consultation))


def unseen_drafts(
    user: User, consultation: Consultation, *, window: str, adopted: str, seen: dt.datetime | None
) -> list[NoteDraft]:
    """Return the latest drafts of one's own note that other windows have sent since.

    Args:
        adopted: the draft out of which the page was filled, "" for none.
        seen: until when the page knows the others' drafts, None for never.
    """
    values = StandIns.values(user, "") | {CONSULTATION: consultation.pk, WINDOW: window, DRAFT: adopted}
    return _unseen_drafts(user.role).objects(values | {SEEN: seen or SEEN})


@cache
def _unseen_drafts(role: str) -> Statement:
    own = NoteDraft.objects.for_user(StandIns.of(role).user).filter(consultation=CONSULTATION, updated_at__gt=SEEN)
    return Statement(own.exclude(window=WINDOW).exclude(pk=DRAFT).latest_first()[:DRAFTS_READ])


def unsaved_draft(user: User, consultation: Consultation) -> NoteDraft | None:
    """Return the latest draft of one's own note that says what the note does not say, None where there is none."""
    drafts = list(NoteDraft.objects.for_user(user).filter(consultation=consultation).latest_first()[:DRAFTS_READ])
    stored = read_note(user, consultation).sheet if drafts else None
    return next((one for one in drafts if Sheet.from_post(one.fields).spelled().differences(stored)), None)
