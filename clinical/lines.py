"""What the written lines of a prescription mean: the remedy of the catalogue, the potency, the days."""

from contextlib import suppress

from clinical import durations, potency
from clinical.errors import LinesRefusedError
from clinical.models import Line, Remedy

LINE_PREFIX = "items"
LINE_FIELDS = (*Line.WRITTEN, "override_reason")
NAME_MAX = Line._meta.get_field("medicine_name").max_length
LINES_MAX = 30
LINES_READ = 100


def understood(lines: list[dict]) -> list[dict]:
    """Return the lines in the clinic's spelling, with what they mean beside: `remedy`, `parsed_potency`, `days`.

    "nux-v" becomes Nux vomica, "200 CH" becomes 200C, "2 w" becomes 2 weeks; a remedy that the catalogue does not have
    stays as it is written. What is understood already is not looked up again.

    Raises:
        LinesRefusedError: a potency that is none, a number of days out of bounds.
    """
    unknown = {line["medicine_name"] for line in lines if "remedy" not in line}
    remedies = Remedy.objects.meant(unknown) if unknown else {}
    refused, known = {}, []
    for number, line in enumerate(lines):
        remedy = line["remedy"] if "remedy" in line else remedies.get(line["medicine_name"])
        meant = {"remedy": remedy, "medicine_name": remedy.name if remedy else line["medicine_name"]}
        try:
            meant["parsed_potency"] = potency.parse(line["potency"]) if line["potency"].strip() else None
        except potency.PotencyError as error:
            refused.setdefault(number, {})["potency"] = error.message
        try:
            meant["duration"], meant["days"] = durations.read(line["duration"])
        except ValueError as error:
            refused.setdefault(number, {})["duration"] = str(error)
        known.append(line | meant)
    if refused:
        raise LinesRefusedError(refused)
    return known


def spelled(lines: list[dict]) -> list[dict]:
    """Return the lines as `understood` spells them, as far as they can be read; nothing is refused."""
    names = {line["medicine_name"] for line in lines}
    remedies = Remedy.objects.meant({name for name in names if len(name) <= NAME_MAX}) if names else {}
    read = []
    for line in lines:
        remedy = remedies.get(line["medicine_name"])
        own = {"medicine_name": remedy.name} if remedy else {}
        with suppress(potency.PotencyError):
            own["potency"] = str(potency.parse(line["potency"]))
        with suppress(ValueError):
            own["duration"] = durations.read(line["duration"])[0]
        read.append(line | own)
    return read


def values_of(line: Line) -> dict:
    """Return what is written in a line, and its remedy."""
    return {name: getattr(line, name) for name in (*Line.WRITTEN, "remedy")}
