"""A signed prescription on A5 or A4."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.documents.layout import ACCENT, INK_2, INK_3, MARGINS, SCALES, SIZES, WARM, Paper, Style
from clinical.documents.letterhead import Letterhead
from clinical.documents.lines import Line, lines_of
from clinical.documents.parts import (
    SAID,
    SIGNATURE_WIDTH,
    SQUARE,
    draw_person,
    draw_signature,
    draw_square_code,
    signature_height,
)
from clinical.models import Prescription
from homeo.base.templatetags.homeo import clock, day
from scheduling.models import Appointment

TAKE = Style(19, colour=ACCENT, leading=1.1)
NUMBER = Style(10, colour=INK_3)
MEDICINE = Style(11.5, bold=True, leading=1.32)
DIRECTIONS = Style(9.5)
INSTRUCTIONS = Style(8.75, colour=INK_2)
LABEL = Style(7.5, bold=True, colour=INK_3, leading=1.5)
ADVICE = Style(9.25, leading=1.42)
ADDRESS = Style(7.25, colour=INK_2, leading=1.45)
CODE = Style(8.5, bold=True, leading=1.5)
VOID = Style(9.5, bold=True, colour=WARM)
NUMBER_WIDTH = 7
GAP = 3.2


@dataclass(frozen=True)
class Check:
    """Where a pharmacy sees that the prescription is genuine: the code as it is printed, and its address."""

    code: str
    address: str


def prescription_pdf(
    prescription: Prescription, *, check: Check, next_visit: Appointment | None = None, size: str = "A5"
) -> bytes:
    """Return a signed prescription as PDF.

    Args:
        prescription: signed; loaded with its items, the patient's account, the doctor's account and profile.
        next_visit: the visit that follows it, with its doctor.
        size: "A5" or "A4".
    """
    patient, letterhead = prescription.patient, Letterhead.of(prescription.doctor)
    signed_day = timezone.localdate(prescription.signed_at)
    paper = Paper(
        SIZES[size],
        margin=MARGINS[size],
        scale=SCALES[size],
        title=_("Prescription %(number)s, %(day)s") % {"number": patient.file_number, "day": day(signed_day)},
        author=letterhead.doctor,
        made_at=prescription.signed_at,
    )
    paper.continued = f"{patient.name} · {patient.file_number} · {day(signed_day)} · {letterhead.doctor}"
    paper.foot = letterhead.clinic
    paper.add_page()
    letterhead.draw(paper)
    draw_person(
        paper,
        name=patient.name,
        facts=f"{patient.get_gender_display()}, {patient.age_on(signed_day)}",
        number=patient.file_number,
        day=day(signed_day),
    )
    if not prescription.is_valid:
        _draw_void(paper)
    _draw_lines(paper, lines_of(prescription))
    if prescription.notes:
        _draw_words(paper, _("Advice"), prescription.notes)
    if next_visit:
        when = f"{day(next_visit.appointment_date)}, {clock(next_visit.appointment_time)}"
        words = _("%(when)s, %(doctor)s") % {"when": when, "doctor": next_visit.doctor.display_name}
        _draw_words(paper, _("Next visit"), words)
    _draw_end(paper, prescription, check)
    return paper.finished()


def _draw_void(paper):
    paper.write_text(_("Not valid any more."), VOID, x=paper.l_margin, width=paper.epw)
    paper.set_y(paper.get_y() + 2)


def _draw_lines(paper: Paper, lines: list[Line]) -> None:
    paper.write_lines(["℞"], TAKE, x=paper.l_margin, width=paper.epw)
    paper.set_y(paper.get_y() + 1)
    indent = NUMBER_WIDTH * paper.scale
    x, width = paper.l_margin + indent, paper.epw - indent
    for number, line in enumerate(lines, start=1):
        parts = [
            (paper.wrapped(text, style, width), style)
            for text, style in (
                (line.medicine, MEDICINE),
                (" · ".join(filter(None, (line.directions, line.dispense))), DIRECTIONS),
                (line.instructions, INSTRUCTIONS),
            )
        ]
        paper.need(sum(paper.height_of(style, len(rows)) for rows, style in parts))
        y = paper.get_y()
        paper.set_y(y + (paper.height_of(MEDICINE) - paper.height_of(NUMBER)) * 0.6)
        paper.write_lines([f"{number}."], NUMBER, x=paper.l_margin, width=indent)
        paper.set_y(y)
        for rows, style in parts:
            paper.write_lines(rows, style, x=x, width=width)
        paper.set_y(paper.get_y() + GAP * paper.scale)


def _draw_words(paper: Paper, label: str, words: str) -> None:
    """Write a small heading and a text, which may go on on the next page."""
    paper.need(paper.height_of(LABEL) + paper.height_of(ADVICE, 2) + 1)
    paper.set_y(paper.get_y() + 1)
    paper.write_lines([label], LABEL, x=paper.l_margin, width=paper.epw)
    paper.write_prose(words, ADVICE)
    paper.set_y(paper.get_y() + 2)


def _draw_end(paper: Paper, prescription: Prescription, check: Check) -> None:
    """Put the check code and the signature at the foot of the page, or at the head of a page that has nothing else."""
    square = SQUARE * paper.scale
    doctor = prescription.doctor.display_name
    height = max(square, signature_height(paper, doctor))
    pages = paper.page_no()
    paper.need(height + 2)
    top = paper.floor - height if paper.page_no() == pages else paper.get_y()
    draw_square_code(paper, check.address, x=paper.l_margin, y=top + height - square, size=square)
    paper.set_y(top)
    draw_signature(paper, doctor=doctor, signed_at=prescription.signed_at)
    x = paper.l_margin + square + 3
    width = paper.w - paper.r_margin - SIGNATURE_WIDTH * paper.scale - 4 - x
    address = paper.wrapped(check.address.removesuffix(f"{check.code}/").split("//")[-1], ADDRESS, width)
    rows = [(paper.wrapped(_("Genuine? Look it up:"), SAID, width), SAID), (address, ADDRESS), ([check.code], CODE)]
    paper.set_y(top + height - sum(paper.height_of(style, len(lines)) for lines, style in rows))
    for lines, style in rows:
        paper.write_lines(lines, style, x=x, width=width)
