"""Complaints as patients tell them, the remedies that belong to them, and how patients come along."""

import csv
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
HIGHER = {"6C": "30C", "30C": "200C", "200C": "1M", "1M": "10M", "6X": "12X", "LM1": "LM2", "LM2": "LM3"}


@dataclass(frozen=True)
class Picture:
    """A complaint with the remedy that a homeopath may think of.

    `whom` it suits is any, adult, woman, man, child or elder.
    """

    whom: str
    is_acute: bool
    short: str
    complaints: str
    diagnosis: str
    remedy: str
    potency: str
    dosage: str
    frequency: str
    duration: str
    advice: str

    @property
    def line(self) -> dict[str, str]:
        """Return the line of a prescription."""
        return {
            "medicine_name": self.remedy,
            "potency": self.potency,
            "form": form_of(self.dosage),
            "dosage": self.dosage,
            "frequency": self.frequency,
            "duration": self.duration,
        }

    def suits(self, *, years: int, gender: str) -> bool:
        """Tell whether a person of this age and gender may have the complaint."""
        match self.whom:
            case "child":
                return years < 13
            case "adult":
                return years >= 16
            case "elder":
                return years >= 55
            case "woman":
                return gender == "FEMALE" and 16 <= years < 56
            case "man":
                return gender == "MALE" and years >= 55
        return True


@dataclass(frozen=True)
class Course:
    """How a patient came along since the last remedy, and what the doctor decides.

    `told` names {short}, {remedy}, {potency} and {percent}; `next` is repeat, wait, higher or none; `response` is a
    number from -3 to 3, `chosen` a decision of the note.
    """

    told: str
    decision: str
    next: str
    response: str
    chosen: str


def form_of(dosage: str) -> str:
    """Return the form that a dose such as "4 globules" is of, as the schema's word."""
    for word in ("globules", "drops", "tablets"):
        if word in dosage:
            return word.upper()
    return "DILUTION"


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PICTURES = [Picture(**row | {"is_acute": row["is_acute"] == "yes"}) for row in _rows("pictures.csv")]
COURSES = [Course(**row) for row in _rows("courses.csv")]
SAC_LAC = {
    "medicine_name": "Sac lac",
    "potency": "",
    "dosage": "4 globules",
    "frequency": "once a day, in the morning",
    "duration": "30 days",
}
