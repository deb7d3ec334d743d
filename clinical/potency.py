"""Potencies as homeopaths write them: every spelling in, one printed form out.

A potency is a scale with its number: X or D (1:10), C or CH (1:100, after Hahnemann), K or CK (1:100, after Korsakov),
LM or Q (1:50,000), or the mother tincture. A number alone is C; thousands are written 1M, 10M, 50M, CM (100,000C).
"""

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

POTENCY_MAX_LENGTH = 30
TINCTURE = "Ø"


class Scale(TextChoices):
    """By how much each step dilutes."""

    X = "X", _("decimal")
    C = "C", _("centesimal")
    LM = "LM", _("fifty-millesimal")
    MT = "MT", _("mother tincture")


class Method(TextChoices):
    """How the steps are made: in a new vessel each, or in the same one."""

    HAHNEMANN = "HAHNEMANN", _("Hahnemann")
    KORSAKOV = "KORSAKOV", _("Korsakov")


HIGHEST = {Scale.X: 1_000, Scale.C: 1_000_000, Scale.LM: 120}
"""The largest number of each scale; the mother tincture has none."""

THOUSANDS = {"M": 1_000, "XM": 10_000, "CM": 100_000, "DM": 500_000, "MM": 1_000_000}
PRINTED = {number: word for word, number in THOUSANDS.items() if word in {"CM", "DM", "MM"}}
TINCTURES = frozenset({TINCTURE, "∅", "⌀", "Θ", "Φ", "MT", "TM", "MOTHERTINCTURE"})
SCALES = {
    "": (Scale.C, Method.HAHNEMANN),
    "C": (Scale.C, Method.HAHNEMANN),
    "CH": (Scale.C, Method.HAHNEMANN),
    "K": (Scale.C, Method.KORSAKOV),
    "CK": (Scale.C, Method.KORSAKOV),
    "X": (Scale.X, Method.HAHNEMANN),
    "D": (Scale.X, Method.HAHNEMANN),
    "DH": (Scale.X, Method.HAHNEMANN),
    "LM": (Scale.LM, Method.HAHNEMANN),
    "Q": (Scale.LM, Method.HAHNEMANN),
    "0/": (Scale.LM, Method.HAHNEMANN),
}
ROMAN = {
    tens + ones: 10 * len(tens) + number
    for tens in ("", "X", "XX", "XXX")
    for number, ones in enumerate(["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"])
    if tens + ones
}

# The scale stands behind the number, or before it; LM may have a stroke, and Roman numbers.
BEHIND = re.compile(r"(\d+)(CH|CK|C|K|X|DH|D|LM)?", re.ASCII)
BEFORE = re.compile(r"(CH|CK|C|K|X|DH|D|LM/?|Q/?|0/)(\d+)", re.ASCII)
IN_ROMAN = re.compile(r"(?:LM|Q)/?([IVX]+)")
IN_THOUSANDS = re.compile(r"(\d*)(M|XM|CM|DM|MM)(?:CH|C|(K|CK))?", re.ASCII)


class PotencyError(ValueError):
    """The text is no potency; `message` says why, and what to write."""

    def __init__(self, message: str | Promise):
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Potency:
    """A potency; `number` is None for the mother tincture only, KORSAKOV a method of the scale C only.

    Raises:
        PotencyError: there is no such potency.
    """

    scale: Scale
    number: int | None
    method: Method = Method.HAHNEMANN

    def __post_init__(self):
        if self.scale == Scale.MT:
            if self.number is not None or self.method != Method.HAHNEMANN:
                raise PotencyError(_("A mother tincture has no number."))
            return
        highest = HIGHEST[self.scale]
        if self.number is None or not 1 <= self.number <= highest:
            message = _("A potency on this scale (%(scale)s) has a number from 1 to %(highest)s.")
            raise PotencyError(message % {"scale": self.scale.label, "highest": f"{highest:,}"})
        if self.method == Method.KORSAKOV and self.scale != Scale.C:
            raise PotencyError(_("Korsakov’s method goes with the centesimal scale only."))

    def __str__(self):
        match self.scale:
            case Scale.MT:
                return TINCTURE
            case Scale.LM:
                return f"LM{self.number}"
            case Scale.X:
                return f"{self.number}X"
        suffix = "K" if self.method == Method.KORSAKOV else ""
        if self.number in PRINTED:
            return PRINTED[self.number] + suffix
        if self.number % 1_000 == 0:
            return f"{self.number // 1_000}M{suffix}"
        return f"{self.number}{suffix or 'C'}"

    @property
    def in_words(self) -> str:
        """Return what the printed form leaves unsaid: the scale, and how many steps."""
        words = str(self.scale.label)
        if self.method == Method.KORSAKOV:
            words += f", {self.method.label}"
        if self.scale == Scale.C and self.number >= 1_000:
            words += f", {self.number:,}C"
        return words


def parse(text: str) -> Potency:
    """Return the potency that a person wrote, in any spelling.

    Raises:
        PotencyError: it is none, or one of two: a bare Q or LM.
    """
    word = _simplified(text)
    if word in TINCTURES:
        return Potency(Scale.MT, None)
    if word == "Q":
        raise PotencyError(
            _("Q alone has two readings: write Ø for the mother tincture, or LM1, LM2 … for the LM (Q) potency.")
        )
    if word == "LM":
        raise PotencyError(_("LM alone has two readings: write LM1, LM2 … with its number, or 50M for 50,000C."))
    if match := IN_THOUSANDS.fullmatch(word):
        digits, thousands, korsakov = match.groups()
        # CM and its like are numbers of their own; only M is counted.
        if thousands == "M" or int(digits or 1) == 1:
            number = int(digits or 1) * THOUSANDS[thousands]
            return Potency(Scale.C, number, Method.KORSAKOV if korsakov else Method.HAHNEMANN)
    elif match := BEHIND.fullmatch(word):
        return _of(match[2] or "", int(match[1]))
    elif match := BEFORE.fullmatch(word):
        return _of(match[1], int(match[2]))
    elif (match := IN_ROMAN.fullmatch(word)) and match[1] in ROMAN:
        return _of("LM", ROMAN[match[1]])
    raise PotencyError(_("This is no potency. Write it like 30C, 200C, 1M, 6X, LM1, 30K or Ø."))


def _of(word: str, number: int) -> Potency:
    scale, method = SCALES[word if word == "0/" else word.rstrip("/")]
    return Potency(scale, number, method)


def _simplified(text: str) -> str:
    """Return the text in capitals, without spaces, dots behind letters, and commas between thousands."""
    if len(text) > POTENCY_MAX_LENGTH:
        return ""
    word = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    word = re.sub(r"(?<=[^\W\d])\.", "", word)
    return re.sub(r"^(\d{1,3}(?:,\d{3})+)(?!\d|,)", lambda match: match[1].replace(",", ""), word, flags=re.ASCII)
