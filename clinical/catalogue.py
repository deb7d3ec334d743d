"""The catalogue of remedies that a new clinic starts with: data/remedies.csv and data/relations.csv."""

import csv
from pathlib import Path

DATA = Path(__file__).parent / "data"


def remedies() -> list[dict]:
    """Return the remedies, each the values of a row of `Remedy`."""
    return [row | {"days_of_action": int(row["days_of_action"] or 0) or None} for row in _rows("remedies.csv")]


def relations() -> list[dict]:
    """Return the relations, each with the abbreviations of `remedy` and `other`, and the `kind`."""
    return _rows("relations.csv")


def _rows(name: str) -> list[dict]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
