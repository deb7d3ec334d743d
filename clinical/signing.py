"""What is signed: a canonical text of all that a signed note shows, and its SHA-256.

The text is JSON in UTF-8 with sorted keys, no white space and no escapes. It holds the words as they were shown, labels
included, so that the note can be shown as it was signed whatever the labels, the patient's data or the rows are later.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.case import PARTS
from clinical.models import Complaint, ComplaintResponse, Consultation, Prescription, PrescriptionItem, SignedNote
from clinical.readable import case_facts, chosen_facts, facts_of
from clinical.sheet import TEXTS

FORMAT = 1


def canonical(content: dict) -> str:
    """Return the text that is hashed."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a canonical text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def note_content(
    consultation: Consultation,
    *,
    signer: User,
    signed_at: dt.datetime,
    rows: Iterable[Complaint],
    responses: Iterable[ComplaintResponse],
    prescriptions: Iterable[tuple[Prescription, Iterable[PrescriptionItem]]],
) -> dict:
    """Return all that is shown of a note, in the order in which it is shown; prescriptions come with their lines."""
    patient = consultation.patient
    chosen = chosen_facts(consultation)
    return {
        "format": FORMAT,
        "kind": SignedNote.Kind.NOTE.value,
        "consultation": consultation.pk,
        "patient": {
            "id": patient.pk,
            "name": patient.name,
            "file_number": patient.file_number,
            "date_of_birth": patient.date_of_birth.isoformat(),
            "gender": str(patient.get_gender_display()),
        },
        "visit_at": _moment(consultation.scheduled_at),
        "layout": str(consultation.get_layout_display()),
        "texts": [
            {"title": _title(name), "text": consultation.free_text(name)}
            for name in TEXTS
            if consultation.free_text(name).strip()
        ],
        "complaints": [
            {"title": row.title, "facts": [list(fact) for fact in facts_of(row)], "own_words": row.own_words}
            for row in rows
        ],
        "responses": [
            {
                "title": one.complaint.title,
                "value": one.value,
                "sign": one.sign,
                "word": one.word,
                "percent": one.percent,
                "now": one.now,
                "closing": _("Gone: not asked for again") if one.is_closed else "",
            }
            for one in responses
        ],
        "new_symptoms": {"title": str(PARTS["new_symptoms"].label), "text": consultation.case.get("new_symptoms", "")},
        "facts": [list(fact) for fact in (*case_facts(consultation), *chosen.values())],
        "prescriptions": [
            {
                "id": one.pk,
                "advice": one.notes,
                "lines": [
                    {
                        "remedy": item.label,
                        "patient_reads": item.patient_label,
                        "how": ", ".join(filter(None, (item.directions, item.notes))),
                    }
                    for item in items
                ],
            }
            for one, items in prescriptions
        ],
        # What the columns of the schema say: a change of one of them does not match any more.
        "readable": {name: getattr(consultation, name) for name in TEXTS},
        **_signature(signer, signed_at),
    }


def addendum_content(
    consultation: Consultation, *, signer: User, signed_at: dt.datetime, reason: str, text: str, after: str
) -> dict:
    """Return all that is shown of an addendum; `after` is the digest of what it follows."""
    return {
        "format": FORMAT,
        "kind": SignedNote.Kind.ADDENDUM.value,
        "consultation": consultation.pk,
        "reason": reason,
        "text": text,
        "after": after,
        **_signature(signer, signed_at),
    }


def signed(consultation: Consultation, signer: User, signed_at: dt.datetime, content: dict) -> SignedNote:
    """Return the unsaved row of what was signed."""
    text = canonical(content)
    return SignedNote(
        consultation=consultation,
        kind=content["kind"],
        signed_by=signer,
        signed_at=signed_at,
        content=text,
        digest=digest_of(text),
    )


def read(notes: Iterable[SignedNote], consultation: Consultation) -> list[dict]:
    """Return what was signed, in order, each with `shown`, what to show, `born`, the day of birth in it, and
    `is_intact`, whether everything matches.

    A note matches if its text has its digest, names this consultation and the row's signer and time, and the stored
    columns still say what was signed; an addendum if it follows what stands before it.
    """
    found, before = [], ""
    for note in notes:
        shown = json.loads(note.content) if _is_json(note.content) else {}
        is_intact = (
            digest_of(note.content) == note.digest
            and shown.get("consultation") == consultation.pk
            and shown.get("signed_by", {}).get("id") == note.signed_by_id
            and shown.get("signed_at") == _moment(note.signed_at)
        )
        if note.kind == SignedNote.Kind.NOTE:
            is_intact &= shown.get("readable") == {name: getattr(consultation, name) for name in TEXTS}
        else:
            is_intact &= shown.get("after") == before
        born = _day(shown.get("patient", {}).get("date_of_birth"))
        found.append({"note": note, "shown": shown, "born": born, "is_intact": is_intact})
        before = note.digest
    return found


def _signature(signer: User, signed_at: dt.datetime) -> dict:
    profile = getattr(signer, "doctor", None)
    return {
        "signed_by": {
            "id": signer.pk,
            "name": signer.display_name,
            "license_number": profile.license_number if profile else "",
        },
        "signed_at": _moment(signed_at),
    }


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


def _title(name: str) -> str:
    return capfirst(str(Consultation._meta.get_field(name).verbose_name))


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
