"""How the responses to a remedy are spread from much worse to much better: in numbers, in words, and as a bar."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinical.case import RESPONSES, signed_number

FEW = 5
"""Fewer responses than this say little: no share of them is told."""
FULL = 10
"""From so many responses on a bar has its whole length; of fewer, each has a tenth."""
HALF, GAP = 100, 1


@dataclass(frozen=True)
class Segment:
    """A part of the bar, from the left, for one value."""

    value: int
    x: float
    width: float


@dataclass(frozen=True)
class Distribution:
    """How many responses of each value there are, of how many that are to come."""

    counts: Mapping[int, int]
    expected: int

    @cached_property
    def known(self) -> int:
        """Return how many responses there are."""
        return sum(self.counts.values())

    @property
    def awaited(self) -> int:
        """Return how many have no response yet."""
        return self.expected - self.known

    @property
    def says_little(self) -> bool:
        """Tell whether there are too few for any share."""
        return self.known < FEW

    @cached_property
    def median(self) -> float | None:
        """Return the median response, None for none."""
        values = sorted(Counter(self.counts).elements())
        return (values[(self.known - 1) // 2] + values[self.known // 2]) / 2 if values else None

    @property
    def median_sign(self) -> str:
        """Return the median with its sign, "" for none."""
        if self.median is None:
            return ""
        whole = int(self.median)
        return signed_number(whole) if whole == self.median else f"{'−' if self.median < 0 else '+'}{abs(self.median)}"

    @property
    def better(self) -> int:
        """Return how many are better, if only slightly."""
        return sum(count for value, count in self.counts.items() if value > 0)

    @property
    def share_better(self) -> int | None:
        """Return the share of those that are better, in percent; None where there are too few."""
        return None if self.says_little else round(self.better * 100 / self.known)

    @property
    def by_value(self) -> list[tuple[int, str, str, int]]:
        """Return value, sign, word and number of each, from much worse."""
        return [(value, signed_number(value), str(word), self.counts[value]) for value, word in RESPONSES.items()]

    @property
    def sentence(self) -> str:
        """Return everything in words."""
        if not self.known:
            return _("No response yet.")
        told = ", ".join(f"{count} {word.lower()}" for _value, _sign, word, count in reversed(self.by_value) if count)
        text = ngettext("%(count)d response: %(told)s.", "%(count)d responses: %(told)s.", self.known)
        return text % {"count": self.known, "told": told}

    @property
    def bar(self) -> list[Segment]:
        """Return the segments on a canvas of 200 by 12: worse to the left of the middle, better to its right."""
        unit = HALF / max(self.known, FULL)
        x = HALF - unit * (self.counts[0] / 2 + sum(self.counts[value] for value in self.counts if value < 0))
        segments = []
        for value, count in sorted(self.counts.items()):
            if count:
                segments.append(Segment(value, round(x, 2), round(max(unit * count - GAP, 1), 2)))
                x += unit * count
        return segments
