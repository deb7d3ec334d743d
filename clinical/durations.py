"""How long a remedy is taken: what the doctor wrote, and how many days that is."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

LONGEST = 366
UNITS = {"d": 1, "day": 1, "days": 1, "w": 7, "wk": 7, "week": 7, "weeks": 7, "m": 30, "month": 30, "months": 30}
WORDS = {
    1: ngettext_lazy("%(count)d day", "%(count)d days", "count"),
    7: ngettext_lazy("%(count)d week", "%(count)d weeks", "count"),
    30: ngettext_lazy("%(count)d month", "%(count)d months", "count"),
}
WRITTEN = re.compile(r"\s*(\d{1,3})\s*([a-z]*)\s*\.?\s*", re.ASCII)

DAYS_MAX = 730
DAYS_OF = {"d": 1, "w": 7, "m": 30, "y": 365}
# After the stroke of the shorthand: sevenths are days, fifty-seconds weeks, twelfths months.
STROKES = {"7": 1, "52": 7, "12": 30}
NUMBERS = {
    name: number
    for number, names in enumerate(
        ("a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        start=1,
    )
    for name in names.split()
}
NUMBER = rf"(\d{{1,3}}|{'|'.join(NUMBERS)})"
UNIT = r"(d(?:ays?)?|w(?:(?:ee)?ks?)?|mo?n?ths?|m|y(?:(?:ea)?rs?)?)"
SHORTHAND = re.compile(r"\b(\d{1,2})\s*/\s*(7|52|12)\b")
SPAN = re.compile(rf"\b(?:{NUMBER}\s*(?:-|–|to|or)\s*)?{NUMBER}\s*-?\s*{UNIT}\b")
BARE = re.compile(r"\d{1,3}")


def read(text: str) -> tuple[str, int | None]:
    """Return the words and the number of days; what is no number of days, weeks or months (30 days) stays as it is.

    A number alone is days: "7" is ("7 days", 7), "2 w" is ("2 weeks", 14), "until better" has no number (None).

    Raises:
        ValueError: it is no day at all, or more than 366 days; its text says so.
    """
    match = WRITTEN.fullmatch(text.lower())
    days_each = match and (UNITS.get(match[2]) if match[2] else 1)
    if not days_each:
        return text, None
    count = int(match[1])
    if not 1 <= count * days_each <= LONGEST:
        raise ValueError(_("A remedy is taken for 1 to 366 days."))
    return WORDS[days_each] % {"count": count}, count * days_each


def days_in(text: str) -> int | None:
    """Return the days that a text speaks of, None where it names none or more than two years.

    Of "7 to 10 days" the longer counts; of several spans their sum ("1 week 3 days"); a bare number is days.
    """
    text = text.lower().strip()
    if BARE.fullmatch(text):
        return _within(int(text))
    days = sum(int(number) * STROKES[stroke] for number, stroke in SHORTHAND.findall(text))
    days += sum(_number(number) * DAYS_OF[unit[0]] for _least, number, unit in SPAN.findall(SHORTHAND.sub(" ", text)))
    return _within(days)


def days_of_line(line) -> int | None:
    """Return the days that a line of a prescription covers: its own number of days, else what its text says."""
    return line.days or days_in(line.duration)


def _number(text: str) -> int:
    return NUMBERS.get(text) or int(text)


def _within(days: int) -> int | None:
    return days if 0 < days <= DAYS_MAX else None
