"""A stored note, read as the form of it is made, and the drafts that say something else."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from clinical.courses import Told, mean_of, told
from clinical.models import Complaint, Consultation, NoteDraft, Prescription
from clinical.sheet import Sheet

DRAFTS_READ = 5


@dataclass
class Note:
    """A stored note: `sheet`, `complaints` of earlier notes that are asked for, `prescription` of the visit if any."""

    sheet: Sheet
    complaints: list[Complaint]
    told: Told | None
    prescription: Prescription | None


def read_note(user: User, consultation: Consultation, among: Iterable[Prescription] | None = None) -> Note:
    """Read what the form of a note is made of, one that the person may see.

    Args:
        among: the prescriptions of the patient that are not replaced, with items, where they are loaded already.
    """
    if among is None:
        among = Prescription.objects.for_user(user, consultation.patient_id).active().unreplaced()
        among = among.filter(consultation=consultation).with_items()
    own = [one for one in among if one.consultation_id == consultation.pk]
    prescription = min(own, key=lambda one: (one.created_at, one.pk), default=None)
    rows, asked, responses = [], [], []
    for complaint in Complaint.objects.for_user(user, consultation.patient_id).of_note(consultation):
        (rows if complaint.consultation_id == consultation.pk else asked).append(complaint)
        responses += [one for one in complaint.responses.all() if one.consultation_id == consultation.pk]
    said = told(mean_of(one.value for one in responses), mean_of(one.percent for one in responses))
    return Note(Sheet.of(consultation, rows, responses, prescription), asked, said, prescription)


def unsaved_draft(user: User, consultation: Consultation) -> NoteDraft | None:
    """Return the latest draft of one's own note that says what the note does not say, None where there is none."""
    drafts = list(NoteDraft.objects.for_user(user).filter(consultation=consultation).latest_first()[:DRAFTS_READ])
    stored = read_note(user, consultation).sheet if drafts else None
    return next((one for one in drafts if Sheet.from_post(one.fields).spelled().differences(stored)), None)
