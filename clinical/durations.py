"""How many days a remedy is prescribed for, as doctors write it: "10 days", "2 weeks", "for a month", "5/7"."""

import re

DAYS_MAX = 730
UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}
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


def days_in(text: str) -> int | None:
    """Return the days that a text speaks of, None where it names none or more than two years.

    Of "7 to 10 days" the longer counts; of several spans their sum ("1 week 3 days"); a bare number is days.
    """
    text = text.lower().strip()
    if BARE.fullmatch(text):
        return _within(int(text))
    days = sum(int(number) * STROKES[stroke] for number, stroke in SHORTHAND.findall(text))
    days += sum(_number(number) * UNITS[unit[0]] for _least, number, unit in SPAN.findall(SHORTHAND.sub(" ", text)))
    return _within(days)


def days_of_line(line) -> int | None:
    """Return the days that a line of a prescription covers: its own number of days, else what its text says."""
    return getattr(line, "days", None) or days_in(line.duration)


def _number(text: str) -> int:
    return NUMBERS.get(text) or int(text)


def _within(days: int) -> int | None:
    return days if 0 < days <= DAYS_MAX else None
