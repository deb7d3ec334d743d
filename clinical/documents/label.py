"""Labels for the bottles of a prescription, one a page, on the usual dispensing label of 70 by 37 mm."""

from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.documents.layout import ACCENT, INK_2, INK_3, Paper, Style
from clinical.documents.letterhead import Letterhead
from clinical.documents.lines import Line, lines_of
from clinical.models import Prescription
from homeo.base.templatetags.homeo import day

SIZE = (70, 37)
MARGIN = 3
MEDICINE = Style(11, bold=True, leading=1.25)
DIRECTIONS = Style(8.5, leading=1.3)
INSTRUCTIONS = Style(7.25, colour=INK_2, leading=1.3)
PERSON = Style(7.75, bold=True, leading=1.35)
STORAGE = Style(5.75, colour=INK_2, leading=1.3)
SENDER = Style(5.75, colour=INK_3, leading=1.3)
# Long texts are set smaller, down to what can be read; what does not fit even then stands on the prescription.
SCALES = (1.0, 0.92, 0.84, 0.76, 0.7)
ELLIPSIS = "…"


def labels_pdf(prescription: Prescription) -> bytes:
    """Return the labels of a signed prescription as PDF, a page for each line.

    Args:
        prescription: signed; loaded with its items, the patient's account, the doctor's account and profile.
    """
    patient, letterhead = prescription.patient, Letterhead.of(prescription.doctor)
    signed_day = timezone.localdate(prescription.signed_at)
    paper = Paper(
        SIZE,
        margin=MARGIN,
        title=_("Labels %(number)s, %(day)s") % {"number": patient.file_number, "day": day(signed_day)},
        author=letterhead.doctor,
        made_at=prescription.signed_at,
    )
    paper.is_numbered = False
    for line in lines_of(prescription):
        paper.scale = 1.0
        paper.add_page()
        top = _draw_foot(paper, patient.name, f"{patient.file_number} · {day(signed_day)}", letterhead)
        _draw_line(paper, line, room=top - MARGIN - 1)
    return paper.finished()


def _draw_line(paper: Paper, line: Line, *, room: float) -> None:
    """Write what to take and how, as large as the room allows."""
    for scale in SCALES:
        paper.scale = scale
        parts = [
            [paper.wrapped(text, style, paper.epw), style]
            for text, style in (
                (line.medicine, MEDICINE),
                (line.directions, DIRECTIONS),
                (line.instructions, INSTRUCTIONS),
            )
        ]
        if sum(paper.height_of(style, len(rows)) for rows, style in parts) <= room:
            break
    paper.set_y(MARGIN)
    for rows, style in parts:
        left = max(int((MARGIN + room - paper.get_y()) / paper.height_of(style) + 1e-6), 0)
        shown = rows[:left]
        if shown and len(rows) > left:
            shown[-1] += ELLIPSIS
        paper.write_lines(shown, style, x=MARGIN, width=paper.epw)


def _draw_foot(paper: Paper, name: str, about: str, letterhead: Letterhead) -> float:
    """Write the patient, how to store it and who made it at the foot; return where it begins."""
    storage = paper.wrapped(
        _("Keep dry and cool, away from light and strong smells. Keep out of the reach of children."),
        STORAGE,
        paper.epw,
    )
    sender = paper.wrapped(f"{letterhead.clinic} · {letterhead.phone} · {letterhead.doctor}", SENDER, paper.epw)[:1]
    about_width = paper.width_of(about, STORAGE) + 2
    person = paper.wrapped(name, PERSON, paper.epw - about_width)[:2]
    top = (
        paper.h
        - MARGIN
        - paper.height_of(SENDER, len(sender))
        - paper.height_of(STORAGE, len(storage))
        - paper.height_of(PERSON, len(person))
        - 0.8
    )
    paper.rule(top, colour=ACCENT, width=0.3)
    paper.set_y(top + 0.8)
    paper.write_lines(person, PERSON, x=MARGIN, width=paper.epw)
    bottom = paper.get_y()
    paper.set_y(top + 0.8 + (paper.height_of(PERSON) - paper.height_of(STORAGE)) * 0.7)
    paper.write_lines([about], STORAGE, x=MARGIN, width=paper.epw, align="R")
    paper.set_y(bottom)
    paper.write_lines(storage, STORAGE, x=MARGIN, width=paper.epw)
    paper.write_lines(sender, SENDER, x=MARGIN, width=paper.epw)
    return top
