"""What a note is made of: its texts, the parts of the case, complaints and responses."""

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.audit.bulk import Changes
from clinical.case import PARTS
from clinical.models import Complaint, ComplaintResponse, Consultation
from clinical.readable import readable_texts
from clinical.reading import Note
from clinical.sheet import ROW_FIELDS, TEXTS
from homeo.base.errors import DomainError


def write_note(
    *,
    stored: Note,
    consultation: Consultation,
    parts: dict | None = None,
    rows: list[dict] | None = None,
    responses: dict[str, dict] | None = None,
    **columns: str,
) -> Changes:
    """Change a consultation that the caller has locked, and return what is to be written of it; what is not given
    stays as it is.

    Args:
        stored: the note as it is.
        parts: the parts of the case, by the names of `clinical.case.PARTS`.
        rows: the complaints of this note in order, each a dict of Complaint's columns, with `id` where it has one.
        responses: by id of a complaint of the patient's, ComplaintResponse's columns; all empty takes it away.
        columns: free texts (complaints, diagnosis, prescription, notes), the layout and what is chosen from lists.

    Raises:
        DomainError: a response to a complaint that is not the patient's.
    """
    changes = Changes()
    kept_rows = _write_rows(changes, stored, consultation, rows)
    kept_responses = _write_responses(changes, stored, consultation, responses)
    free = {name: columns.pop(name, consultation.free_text(name)) for name in TEXTS}
    for name, value in columns.items():
        setattr(consultation, name, value)
    case = {name: value for name, value in consultation.case.items() if name in PARTS} if parts is None else parts
    consultation.case = {name: value for name, value in case.items() if value}
    texts = readable_texts(consultation, free, kept_rows, kept_responses)
    for name, text in texts.items():
        setattr(consultation, name, text)
    if own := {name: free[name] for name in TEXTS if free[name] != texts[name]}:
        consultation.case["free"] = own
    _check(consultation, "appointment", "patient", "doctor")
    changes.add(consultation)
    return changes


def _write_rows(changes, stored, consultation, rows) -> list[Complaint]:
    if rows is None:
        return sorted(stored.rows, key=lambda row: row.position)
    known, written = {row.pk: row for row in stored.rows}, []
    for position, values in enumerate(rows):
        row = known.pop(values.get("id"), None)
        row = row or Complaint(patient_id=consultation.patient_id, consultation=consultation)
        wanted = {name: values.get(name, getattr(row, name)) for name in ROW_FIELDS} | {"position": position}
        _take(changes, row, wanted, "patient", "consultation")
        written.append(row)
    changes.removed += known.values()
    return written


def _write_responses(changes, stored, consultation, responses) -> list[ComplaintResponse]:
    if responses is None:
        return stored.responses
    known, new = {one.complaint_id: one for one in stored.responses}, []
    complaints = {one.pk: one for one in stored.complaints}
    others = [pk for pk in responses if pk not in complaints]
    complaints |= Complaint.objects.filter(patient_id=consultation.patient_id).in_bulk(others)
    if any(pk not in complaints for pk in responses):
        raise DomainError(_("This complaint belongs to somebody else. Open the page again."))
    for pk, values in responses.items():
        response = known.get(pk)
        # Nought is an answer: the same as before.
        if all(value is None or value is False or value == "" for value in values.values()):
            if known.pop(pk, None):
                changes.removed.append(response)
            continue
        if response is None:
            new.append(response := ComplaintResponse(consultation=consultation, complaint=complaints[pk]))
        _take(changes, response, values, "consultation", "complaint")
    return [*known.values(), *new]


def _take(changes: Changes, row: Model, values: dict, *relations: str) -> None:
    """Set the values of a row, and add it to the changes if it is new or says something else."""
    if not row._state.adding and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    _check(row, *relations)
    changes.add(row)


def _check(row: Model, *relations: str) -> None:
    """Check what is written in a row; its relations were looked up, and the database asks its constraints itself."""
    row.full_clean(exclude=relations, validate_unique=False, validate_constraints=False)
