"""Geometry of the charts: numbers in, places on an SVG canvas out. Templates draw them, classes colour them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

AXIS_WIDTH = 36
LABEL_HEIGHT = 28
WORD_WIDTH = 60
HEADROOM = 18
GAP = 2
STEPS = (1, 2, 5)
MOST_LINES = 4


@dataclass(frozen=True)
class Bar:
    """A bar; `look` is its class of the style sheet."""

    x: int
    y: int
    width: int
    height: int
    look: str


@dataclass(frozen=True)
class Mark:
    """A word at a place: a value beside a grid line, a label below the axis."""

    x: int
    y: int
    text: str


@dataclass(frozen=True)
class Chart:
    """Everything that is drawn; `sentence` says the same in words."""

    width: int
    height: int
    sentence: str
    lines: list[Mark]
    labels: list[Mark]
    bars: Sequence[Bar] = ()
    line: str = ""
    area: str = ""
    quiet_line: str = ""
    dot: Mark | None = None

    @property
    def ends_at_edge(self) -> bool:
        """Tell whether the word beside the last value has no room to its right."""
        return self.dot is not None and self.dot.x > self.width - WORD_WIDTH


def steps_up_to(highest: float) -> list[int]:
    """Return round values from 0 to at least `highest`, at most five of them."""
    step = next(base * 10**power for power in range(15) for base in STEPS if base * 10**power * MOST_LINES >= highest)
    return list(range(0, step * max(math.ceil(highest / step), 1) + 1, step))


def _scale(height: int, highest: float):
    values = steps_up_to(highest)
    room = height - LABEL_HEIGHT - HEADROOM

    def y_of(value: float) -> int:
        return round(height - LABEL_HEIGHT - value / values[-1] * room)

    return values, y_of


def bar_chart(
    series: Sequence[Sequence[tuple[float, str]]],
    labels: Sequence[str],
    *,
    sentence: str,
    width: int,
    height: int = 178,
    thickness: int = 18,
    show=str,
    says_values: bool = False,
) -> Chart:
    """Lay out bars in groups, one group for each label.

    Args:
        series: for each group the (value, look) of its bars, from the left.
        show: writes a value of the axis.
        says_values: write its value over each bar.
    """
    values, y_of = _scale(height, max((value for group in series for value, _look in group), default=0))
    pitch = (width - AXIS_WIDTH) / max(len(labels), 1)
    bars, marks = [], []
    for index, (group, label) in enumerate(zip(series, labels, strict=True)):
        middle = AXIS_WIDTH + pitch * (index + 0.5)
        wide = min(thickness, int((pitch - GAP) / max(len(group), 1)) - GAP)
        left = middle - (len(group) * (wide + GAP) - GAP) / 2
        for place, (value, look) in enumerate(group):
            if value:
                x, y = round(left + place * (wide + GAP)), y_of(value)
                bars.append(Bar(x, y, wide, height - LABEL_HEIGHT - y, look))
                if says_values:
                    marks.append(Mark(round(x + wide / 2), y - 5, show(value)))
        marks.append(Mark(round(middle), height - 8, label))
    lines = [Mark(AXIS_WIDTH - 6, y_of(value), show(value)) for value in values]
    return Chart(width, height, sentence, lines, marks, bars=bars)


def line_chart(
    now: Sequence[float | None],
    before: Sequence[float | None],
    labels: Sequence[str],
    *,
    sentence: str,
    width: int,
    height: int = 178,
    unit: str = "",
) -> Chart:
    """Lay out a line over the places of `labels`, an earlier one behind it, and its last value; None is left out."""
    values, y_of = _scale(height, max((value for value in [*now, *before] if value is not None), default=0))
    pitch = (width - AXIS_WIDTH - 24) / max(len(labels) - 1, 1)

    def points(series):
        return [(round(AXIS_WIDTH + 6 + pitch * i), y_of(v)) for i, v in enumerate(series) if v is not None]

    present = points(now)
    path = _path(present)
    base = height - LABEL_HEIGHT
    last = next((value for value in reversed(now) if value is not None), None)
    return Chart(
        width,
        height,
        sentence,
        lines=[Mark(AXIS_WIDTH - 6, y_of(value), str(value)) for value in values],
        labels=[
            Mark(round(AXIS_WIDTH + 6 + pitch * index), height - 8, label)
            for index, label in enumerate(labels)
            if label
        ],
        line=path,
        area=f"{path} L{present[-1][0]} {base} L{present[0][0]} {base}Z" if len(present) > 1 else "",
        quiet_line=_path(points(before)),
        dot=Mark(*present[-1], f"{last:g} {unit}".strip()) if present else None,
    )


def _path(points: list[tuple[int, int]]) -> str:
    return " ".join(f"{'L' if index else 'M'}{x} {y}" for index, (x, y) in enumerate(points))
