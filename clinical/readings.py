"""How the lines on a prescription's form read: what each means, what is new about it, what to think twice about."""

from dataclasses import dataclass, field

from clinical import durations, potency
from clinical.cautions import Caution, cautions_of
from clinical.changes import Change, compared
from clinical.models import Line, Prescription, Remedy
from clinical.potency import Potency
from patients.models import Patient


@dataclass(frozen=True)
class Reading:
    """What a line means as far as it is written; `change` is None where nothing was prescribed before."""

    remedy: Remedy | None = None
    is_unknown: bool = False
    potency: Potency | None = None
    change: Change | None = None
    cautions: list[Caution] = field(default_factory=list)


def read_lines(
    lines: list[dict], *, patient: Patient, last: Prescription | None, besides: Prescription | None = None
) -> tuple[list[Reading], list[Line]]:
    """Return the reading of each line, and the lines of `last` that are not among them.

    Args:
        lines: the written columns as they stand in the form, right or wrong, with `remedy`.
        last: the prescription that the lines are compared with, its lines loaded.
        besides: the prescription that this one replaces.
    """
    potencies = [_potency(line["potency"]) for line in lines]
    changes, dropped = [None] * len(lines), []
    if last is not None:
        written = [_in_print(line, read) for line, read in zip(lines, potencies, strict=True)]
        changes, dropped = compared(written, list(last.items.all()))
    cautions = cautions_of(patient, [line["remedy"] for line in lines], besides=besides)
    readings = [
        Reading(
            remedy=line["remedy"],
            is_unknown=bool(line["medicine_name"].strip()) and line["remedy"] is None,
            potency=read,
            change=change,
            cautions=own,
        )
        for line, read, change, own in zip(lines, potencies, changes, cautions, strict=True)
    ]
    return readings, dropped


def _potency(text: str) -> Potency | None:
    try:
        return potency.parse(text)
    except potency.PotencyError:
        return None


def _in_print(line, read) -> dict:
    """Return the line in the clinic's spelling, as far as it can be read."""
    try:
        duration = durations.read(line["duration"])[0]
    except ValueError:
        duration = line["duration"]
    return line | {"potency": str(read) if read else line["potency"], "duration": duration}
