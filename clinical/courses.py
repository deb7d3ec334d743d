"""The course of a treatment: what was given, and how the patient responded to it, as picture and as table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from clinical.case import RESPONSES, signed_number
from clinical.models import Consultation, Prescription

WIDTH, HEIGHT, LEFT, RIGHT, TOP, STEP = 250, 138, 34, 10, 16, 16
LANE, LETTER = 34, 6.4
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
class Stretch:
    """For how long a remedy was given: from one visit to the one at which something else was; `text` as it fits."""

    x: int
    end: int
    title: str
    text: str


@dataclass(frozen=True)
class Picture:
    """The responses over the visits, as places on an SVG canvas; `sentence` says the same in words.

    Below them, where it was asked for, stand the remedies.
    """

    sentence: str
    dots: list[Dot]
    line: str
    rows: list[tuple[int, str, str]]
    labels: list[tuple[int, str, str]]
    width: int = WIDTH
    height: int = HEIGHT
    lane: list[Stretch] = field(default_factory=list)


def picture_of(
    points: Sequence[tuple[str, Told | None]],
    sentence: str,
    *,
    width: int = WIDTH,
    remedies: Sequence[tuple[str, str]] = (),
) -> Picture | None:
    """Draw what was told, (label, told) from the first visit to the last; None for less than two answers.

    Args:
        remedies: what was given at each of the visits, (name, short name), "" for nothing.
    """
    points, remedies = points[-DRAWN_MOST:], remedies[-DRAWN_MOST:]
    answers = [place for place, (_label, one) in enumerate(points) if one]
    if len(answers) < 2:
        return None
    pitch = (width - LEFT - RIGHT) / (len(points) - 1)
    xs = [round(LEFT + pitch * place) for place in range(len(points))]
    dots = [
        Dot(
            xs[place],
            _height_of(points[place][1].value),
            "is-now" if place == answers[-1] else "is-warm" if points[place][1].value < 0 else "",
            f"{points[place][0]}: {points[place][1].sign} {points[place][1].word}",
        )
        for place in answers
    ]
    step = max(-(-len(points) // MONTHS_SHOWN), 1)
    shown = sorted({*range(0, len(points) - step, step), len(points) - 1})
    labels = [
        (xs[place], points[place][0], "start" if place == 0 else "end" if place == len(points) - 1 else "middle")
        for place in shown
    ]
    rows = [(_height_of(value), "ch-zero" if value == 0 else "ch-grid", signed_number(value)) for value in RESPONSES]
    line = " ".join(f"{'L' if place else 'M'}{dot.x} {dot.y}" for place, dot in enumerate(dots))
    height = HEIGHT + LANE * bool(remedies)
    return Picture(sentence, dots, line, rows, labels, width, height, _lane(xs, remedies, width))


def _lane(xs: Sequence[int], remedies: Sequence[tuple[str, str]], width: int) -> list[Stretch]:
    """Return the remedies, what was given again at the next visit as one stretch."""
    stretches = []
    for (title, short), visits in groupby(range(len(remedies)), key=lambda place: remedies[place]):
        first, *others = visits
        following = (others[-1] if others else first) + 1
        end = xs[following] - 5 if following < len(xs) else width
        room = int((end - xs[first]) / LETTER)
        text = short if len(short) <= room else f"{short[: room - 1]}…" if room > 4 else ""
        if title:
            stretches.append(Stretch(xs[first], end, title, text))
    return stretches


def _height_of(value: int) -> int:
    return TOP + (max(RESPONSES) - value) * STEP
