"""Paper: text in every script, wrapped and shaped, on numbered pages with a letterhead. Lengths are millimetres."""

import datetime as dt
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import Align
from fpdf.fonts import SubsetMap

from homeo.base.fonts import ARABIC, CHINESE, LATIN, SCRIPTS, font_path

POINT = 25.4 / 72
INK, INK_2, INK_3, ACCENT, HAIRLINE, WARM = "#14201e", "#3f4f4b", "#586763", "#0f766e", "#cdd7d4", "#7f3f07"
SIZES = {"A5": (148, 210), "A4": (210, 297)}
MARGINS = {"A5": 13, "A4": 20}
SCALES = {"A5": 1.0, "A4": 1.12}
BOTTOM = 9
# Stands for the number of pages until it is known; of the private use area, so that no text contains it.
TOTAL = "\uf8fa"
# Stands for a sign that no font has: it must not vanish from a prescription.
MISSING = "\ufffd"
INDIC_FIRST, INDIC_LAST = "\u0900", "\u0dff"
# Choose between two looks of the sign before them, and are nothing themselves.
VARIANTS = frozenset({"\ufe0e", "\ufe0f"})
RIGHT_TO_LEFT = frozenset({"R", "AL"})


@dataclass(frozen=True)
class Style:
    """How a text is set; `size` in points."""

    size: float
    bold: bool = False
    colour: str = INK
    leading: float = 1.38

    @property
    def height(self) -> float:
        """Return the height of a line."""
        return self.size * self.leading * POINT

    def scaled(self, factor: float) -> "Style":
        """Return the same style, larger or smaller."""
        return replace(self, size=self.size * factor)


@cache
def family_of(char: str) -> str:
    """Return the family of fonts that has the letters of the script of `char`."""
    code = ord(char)
    for family, ranges in SCRIPTS.items():
        if any(first <= code <= last for first, last in ranges):
            return family
    return LATIN


def runs_right_to_left(text: str) -> bool:
    """Tell whether the first letter of the text belongs to a script written from right to left."""
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind in RIGHT_TO_LEFT for kind in kinds if kind in {"L", *RIGHT_TO_LEFT}), False)


class LetterMap(SubsetMap):
    """Which glyph stands for which letter in Arabic: the body of a letter does, not the dots, which are drawn first.

    A reader that takes the dots for the letter finds a gap where the body stands, and a space in the word.
    """

    held: tuple[int, ...] = ()

    def get_glyph(self, glyph=None, unicode=None, glyph_name=None, glyph_width=None):
        """Return the glyph with its letters; those of a glyph without width go to the next one that has some."""
        if isinstance(unicode, tuple):
            unicode = (*unicode, *self.held)
            self.held = ()
            if glyph_width == 0:
                self.held, unicode = unicode, ()
        return super().get_glyph(glyph, unicode, glyph_name, glyph_width)

    # fpdf2 keeps what its own method returned, and empties that in the end.
    get_glyph.cache_clear = SubsetMap.get_glyph.cache_clear


class Paper(FPDF):
    """A document on one size of paper; fonts are opened when a text first needs them.

    `foot` stands beside the page number at the foot of every page, `continued` at the head of all but the first.
    """

    def __init__(
        self, size: tuple[float, float], *, margin: float, title: str, author: str, made_at: dt.datetime, scale=1.0
    ):
        super().__init__(format=size, unit="mm")
        self.scale = scale
        self.foot = self.continued = ""
        self.is_numbered = True
        self.last_script = LATIN
        self.set_margin(margin)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.alias_nb_pages(TOTAL)
        self.set_title(title)
        self.set_author(author)
        self.set_creator("Homeo")
        self.set_producer("Homeo")
        self.set_lang("en-GB")
        self.set_creation_date(made_at)
        self.set_text_shaping(True)
        self.open_font(LATIN, "")
        self.open_font(LATIN, "B")
        self.set_font(LATIN)

    # ── Fonts ───────────────────────────────────────────────────────────────
    def get_fallback_font(self, char: str, style: str = "") -> str | None:
        """Return the font for a letter that Noto Sans lacks, opening it; joiners go with the letters before them."""
        family = family_of(char)
        if family == LATIN:
            family = self.last_script
        if family == LATIN:
            return None
        self.last_script = family
        style = "" if family == CHINESE else style
        key = f"{family.lower()}{style}"
        if key not in self.fonts:
            self.open_font(family, style)
        return key

    def open_font(self, family: str, style: str) -> None:
        """Open a font under a name that its other weight does not have: printers keep fonts by their names."""
        path = font_path(family, style)
        self.add_font(family, style, path)
        font = self.fonts[f"{family.lower()}{style}"]
        font.name = path.stem
        if family == ARABIC:
            font.subset = LetterMap(font)

    def _render_styled_text_line(self, text_line, *args, **kwargs):
        """Say beside a line in an Indic script what it says.

        Such letters are drawn in another order than they are written, and a reader of the file that goes by the
        pictures gets that order. Readers turn such a note round in scripts from right to left, which need none.
        """
        text = "".join(fragment.string for fragment in text_line.fragments)
        is_noted = any(INDIC_FIRST <= char <= INDIC_LAST for char in text) and not any(
            unicodedata.bidirectional(char) in RIGHT_TO_LEFT for char in text
        )
        if is_noted:
            self._out(f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex()}>>> BDC")
        broke = super()._render_styled_text_line(text_line, *args, **kwargs)
        if is_noted:
            self._out("EMC")
        return broke

    # ── Text ────────────────────────────────────────────────────────────────
    def use(self, style: Style) -> None:
        """Take a style for what is measured and written next."""
        self.last_script = LATIN
        self.set_font(LATIN, "B" if style.bold else "", style.size * self.scale)
        self.set_text_color(style.colour)

    def readable(self, text: str) -> str:
        """Return the text with a mark for each sign that no font has."""
        return "".join(char if self._has(char) else MISSING for char in text)

    def _has(self, char: str) -> bool:
        if ord(char) in self.fonts[LATIN.lower()].cmap or char == TOTAL:
            return True
        if char.isspace() or unicodedata.category(char) == "Cf" or char in VARIANTS:
            return True
        family = family_of(char)
        if family == LATIN:
            return False
        if family.lower() not in self.fonts:
            self.open_font(family, "")
        return ord(char) in self.fonts[family.lower()].cmap

    def height_of(self, style: Style, lines: int = 1) -> float:
        """Return the height of some lines of a style."""
        return style.height * self.scale * lines

    def width_of(self, text: str, style: Style) -> float:
        """Return the width of a text on one line."""
        self.use(style)
        return self.get_string_width(self.readable(text))

    def wrapped(self, text: str, style: Style, width: float) -> list[str]:
        """Break a text at its line ends and spaces into lines no wider than `width`; too long words are broken too."""
        self.use(style)
        space = self.get_string_width(" ")
        lines = []
        for paragraph in self.readable(text).strip().splitlines():
            if self.get_string_width(paragraph) <= width:
                lines.append(" ".join(paragraph.split()))
                continue
            line, used = [], 0.0
            for word in self._words(paragraph, width):
                needed = self.get_string_width(word)
                if line and used + space + needed > width:
                    lines.append(" ".join(line))
                    line, used = [], 0.0
                used += needed + (space if line else 0)
                line.append(word)
            lines.append(" ".join(line))
        return lines

    def _words(self, paragraph: str, width: float) -> Iterable[str]:
        for word in paragraph.split():
            rest = word
            while len(rest) > 1 and self.get_string_width(rest) > width:
                cut = max(1, int(len(rest) * width / self.get_string_width(rest)))
                while cut > 1 and self.get_string_width(rest[:cut]) > width:
                    cut -= 1
                # A mark belongs to the letter before it.
                while cut > 1 and unicodedata.category(rest[cut]).startswith("M"):
                    cut -= 1
                yield rest[:cut]
                rest = rest[cut:]
            yield rest

    def write_lines(self, lines: Iterable[str], style: Style, *, x: float, width: float, align: str = "L") -> None:
        """Write lines below each other from where the pen is."""
        self.use(style)
        height = self.height_of(style)
        for line in lines:
            self.set_x(x)
            self.cell(width, height, self.readable(line), align=Align[align])
            self.set_y(self.get_y() + height)

    def write_text(self, text: str, style: Style, *, x: float, width: float, align: str = "L") -> None:
        """Wrap a text and write it from where the pen is."""
        self.write_lines(self.wrapped(text, style, width), style, x=x, width=width, align=align)

    def write_prose(self, text: str, style: Style) -> None:
        """Wrap a text to the width of the page and write it, onto further pages where it must; it begins at the side
        where its script does."""
        for line in self.wrapped(text, style, self.epw):
            self.need(self.height_of(style))
            align = "R" if runs_right_to_left(line) else "L"
            self.write_lines([line], style, x=self.l_margin, width=self.epw, align=align)

    # ── Pages ───────────────────────────────────────────────────────────────
    @property
    def floor(self) -> float:
        """Return where the text of a page ends."""
        return self.h - self.b_margin - (BOTTOM if self.is_numbered else 0)

    def need(self, height: float) -> None:
        """Begin a page where less than `height` is left of this one."""
        if self.get_y() + height > self.floor:
            self.add_page()

    def rule(self, y: float, *, colour: str = HAIRLINE, width: float = 0.2) -> None:
        """Draw a line over the width of the text."""
        self.set_draw_color(colour)
        self.set_line_width(width)
        self.line(self.l_margin, y, self.w - self.r_margin, y)

    def header(self) -> None:
        """Say on every page but the first whose document it is."""
        if self.page_no() == 1 or not self.continued:
            return
        self.set_y(self.t_margin)
        self.write_text(self.continued, CONTINUED, x=self.l_margin, width=self.epw)
        self.rule(self.get_y() + 1.2)
        self.set_y(self.get_y() + 5)

    def footer(self) -> None:
        """Number the page."""
        if not self.is_numbered:
            return
        y = self.h - self.b_margin - self.height_of(FOOT)
        self.rule(y - 1.2)
        self.set_y(y)
        self.write_lines([self.foot], FOOT, x=self.l_margin, width=self.epw)
        self.set_y(y)
        number = _("Page %(number)s of %(total)s") % {"number": self.page_no(), "total": TOTAL}
        self.write_lines([number], FOOT, x=self.l_margin, width=self.epw, align="R")

    def finished(self) -> bytes:
        """Return the document."""
        return bytes(self.output())


CONTINUED = Style(8, colour=INK_2)
FOOT = Style(7, colour=INK_3)
