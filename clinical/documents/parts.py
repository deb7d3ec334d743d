"""Parts that several documents share: whom it is about, the signature, the square code."""

import datetime as dt

import segno
from django.utils.translation import gettext as _

from clinical.documents.layout import INK, INK_2, INK_3, Paper, Style
from homeo.base.templatetags.homeo import moment

NAME = Style(11, bold=True)
FACT = Style(8.5, colour=INK_2)
SAID = Style(8, colour=INK_2, leading=1.45)
SIGNATURE = Style(7.5, colour=INK_3)
SIGNATURE_WIDTH = 46
SIGNATURE_ROOM = 11
SQUARE = 19


def draw_person(paper: Paper, *, name: str, facts: str, number: str, day: str) -> None:
    """Write a band with the patient's name and facts at the left, the file number and the day at the right."""
    top, right = paper.get_y(), 34 * paper.scale
    width = paper.epw - right
    paper.write_text(name, NAME, x=paper.l_margin, width=width)
    paper.write_text(facts, FACT, x=paper.l_margin, width=width)
    bottom = paper.get_y()
    # On the base line of the name, although it is smaller.
    paper.set_y(top + (paper.height_of(NAME) - paper.height_of(FACT)) * 0.62)
    paper.write_lines([day, number], FACT, x=paper.w - paper.r_margin - right, width=right, align="R")
    y = max(bottom, paper.get_y()) + 2
    paper.rule(y)
    paper.set_y(y + 4)


def signature_height(paper: Paper, doctor: str) -> float:
    """Return the height of a signature with what is said of it."""
    return SIGNATURE_ROOM + 1 + paper.height_of(SIGNATURE) + paper.height_of(SAID, len(_signed_by(paper, doctor)) + 1)


def draw_signature(paper: Paper, *, doctor: str, signed_at: dt.datetime) -> None:
    """Leave room for a signature at the right, and say who signed and when; the pen ends below it."""
    width = SIGNATURE_WIDTH * paper.scale
    x = paper.w - paper.r_margin - width
    y = paper.get_y() + SIGNATURE_ROOM
    paper.set_draw_color(INK_3)
    paper.set_line_width(0.2)
    paper.line(x, y, x + width, y)
    paper.set_y(y + 1)
    paper.write_lines([_("Signature")], SIGNATURE, x=x, width=width, align="C")
    paper.write_lines([*_signed_by(paper, doctor), moment(signed_at)], SAID, x=x, width=width, align="C")


def _signed_by(paper, doctor) -> list[str]:
    return paper.wrapped(_("Signed by %(who)s") % {"who": doctor}, SAID, SIGNATURE_WIDTH * paper.scale)


def draw_square_code(paper: Paper, text: str, *, x: float, y: float, size: float) -> None:
    """Draw a QR code of `text` that is `size` wide without its white edge."""
    rows = segno.make_qr(text, error="m").matrix
    side = size / len(rows)
    paper.set_fill_color(INK)
    for row_number, row in enumerate(rows):
        column = 0
        while column < len(row):
            run = next((end for end in range(column, len(row)) if not row[end]), len(row)) - column
            if run:
                # A little more than its share: neighbours must not part on the screen.
                paper.rect(x + column * side, y + row_number * side, run * side, side + 0.01, style="F")
            column += max(run, 1)
