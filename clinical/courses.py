"""The course of a treatment: what was given, and how the patient responded to it, as picture and as table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clinical.case import RESPONSES, signed_number
from clinical.models import Consultation, Prescription

WIDTH, HEIGHT, LEFT, RIGHT, TOP, STEP = 250, 138, 34, 10, 16, 16
DRAWN_MOST = 24
MONTHS_SHOWN = 4


@dataclass(frozen=True)
class Told:
    """What a patient told about all complaints together: the mean response, rounded, and the mean percentage."""

    value: int
    percent: int | None = None

    @property
    def sign(self) -> str:
        """Return the response with its sign."""
        return signed_number(self.value)

    @property
    def word(self) -> str:
        """Return the response in a word."""
        return str(RESPONSES[self.value])


def mean_of(values: Iterable[int | None]) -> float | None:
    """Return the mean of those that are known."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def told(response: float | None, percent: float | None) -> Told | None:
    """Return the means as what was told, None where nobody answered."""
    if response is None:
        return None
    return Told(round(float(response)), None if percent is None else round(float(percent)))


@dataclass
class Step:
    """One visit of the course: what was told, what was given, and what the next answer said about that."""

    consultation: Consultation
    told: Told | None
    answer: Told | None
    prescriptions: list[Prescription] = field(default_factory=list)


def steps_of(
    consultations: Sequence[Consultation], prescriptions: Iterable[Prescription] = (), *, later=None
) -> list[Step]:
    """Return the visits of a patient as they come, `with_answers()`; `later` is what was told after all of them.

    The response to a remedy is what the patient told at the next visit at which anybody asked.
    """
    given = {}
    for prescription in prescriptions:
        given.setdefault(prescription.consultation_id, []).append(prescription)
    said = {one.pk: told(one.response, one.percent) for one in consultations}
    answers = {one.answers_later + 1: said[one.pk] for one in consultations if said[one.pk]}
    return [
        Step(one, said[one.pk], answers.get(one.answers_later, later), given.get(one.pk, [])) for one in consultations
    ]


@dataclass(frozen=True)
class Dot:
    """A visit in the picture."""

    x: int
    y: int
    look: str
    title: str


@dataclass(frozen=True)
class Picture:
    """The responses over the visits, as places on an SVG canvas; `sentence` says the same in words."""

    sentence: str
    dots: list[Dot]
    line: str
    rows: list[tuple[int, str, str]]
    labels: list[tuple[int, str, str]]
    width: int = WIDTH
    height: int = HEIGHT


def picture_of(points: Sequence[tuple[str, Told]], sentence: str, *, width: int = WIDTH) -> Picture | None:
    """Draw what was told, (label, told) from the first visit to the last; None for less than two."""
    if len(points) < 2:
        return None
    points = points[-DRAWN_MOST:]
    pitch = (width - LEFT - RIGHT) / (len(points) - 1)
    dots = [
        Dot(
            round(LEFT + pitch * place),
            _height_of(one.value),
            "is-now" if place == len(points) - 1 else "is-warm" if one.value < 0 else "",
            f"{label}: {one.sign} {one.word}",
        )
        for place, (label, one) in enumerate(points)
    ]
    step = max(-(-len(points) // MONTHS_SHOWN), 1)
    shown = sorted({*range(0, len(points) - step, step), len(points) - 1})
    labels = [
        (dots[place].x, points[place][0], "start" if place == 0 else "end" if place == len(points) - 1 else "middle")
        for place in shown
    ]
    rows = [(_height_of(value), "ch-zero" if value == 0 else "ch-grid", signed_number(value)) for value in RESPONSES]
    line = " ".join(f"{'L' if place else 'M'}{dot.x} {dot.y}" for place, dot in enumerate(dots))
    return Picture(sentence, dots, line, rows, labels, width)


def _height_of(value: int) -> int:
    return TOP + (max(RESPONSES) - value) * STEP
