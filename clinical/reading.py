"""A stored note, read as the form of it is made, and the drafts that say something else."""

from dataclasses import dataclass

from accounts.models import User
from clinical.courses import Told, mean_of, told
from clinical.models import Complaint, Consultation, NoteDraft
from clinical.sheet import Sheet
from patients.models import Patient

DRAFTS_READ = 5


@dataclass
class Note:
    """A stored note with its rows: `sheet`, and `complaints`, those of earlier notes that are asked for."""

    sheet: Sheet
    complaints: list[Complaint]
    told: Told | None


def read_note(user: User, consultation: Consultation, patient: Patient | None = None) -> Note:
    """Read what the form of a note is made of, in two queries.

    Args:
        patient: the one whom the consultation is about, where it was found that the person treats her.
    """
    rows, asked, responses = [], [], []
    for complaint in Complaint.objects.for_user(user, patient).of_note(consultation):
        (rows if complaint.consultation_id == consultation.pk else asked).append(complaint)
        responses += [one for one in complaint.responses.all() if one.consultation_id == consultation.pk]
    said = told(mean_of(one.value for one in responses), mean_of(one.percent for one in responses))
    return Note(Sheet.of(consultation, rows, responses), asked, said)


def unsaved_draft(user: User, consultation: Consultation) -> NoteDraft | None:
    """Return the latest draft of one's own note that says what the note does not say, None where there is none."""
    drafts = list(NoteDraft.objects.for_user(user).filter(consultation=consultation).latest_first()[:DRAFTS_READ])
    stored = read_note(user, consultation).sheet if drafts else None
    return next((one for one in drafts if Sheet.from_post(one.fields).differences(stored)), None)
