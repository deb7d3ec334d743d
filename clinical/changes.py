"""What is different about a prescription, line by line, from the one before it."""

from dataclasses import dataclass, field

from clinical.models import Line
from clinical.words import words_of

COMPARED = tuple(name for name in Line.WRITTEN if name != "medicine_name")


@dataclass(frozen=True)
class Difference:
    """One column that differs: its label, what it was and what it is, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """How a line stands to the earlier prescription: `is_new`, or with `differences`, or the same."""

    is_new: bool = False
    differences: list[Difference] = field(default_factory=list)


def compared(lines: list[dict], earlier: list[Line]) -> tuple[list[Change], list[Line]]:
    """Return the change of each of `lines`, and the earlier lines that none of them goes on with.

    Lines belong together by their remedy; two lines with one remedy in the order in which they stand.

    Args:
        lines: dicts of the written columns and `remedy`.
    """
    left = list(earlier)
    changes = []
    for line in lines:
        own = _key(line["remedy"], line["medicine_name"])
        old = next((item for item in left if _key(item.remedy, item.medicine_name) == own), None)
        if old is None:
            changes.append(Change(is_new=True))
            continue
        left.remove(old)
        changes.append(Change(differences=[*_differences(old, line)]))
    return changes, left


def _key(remedy, name):
    return remedy.pk if remedy else tuple(words_of(name))


def _differences(old, line):
    for name in COMPARED:
        before, now = getattr(old, name), line[name]
        if before.strip() != now.strip():
            field_ = Line._meta.get_field(name)
            words = dict(field_.flatchoices)
            yield Difference(field_.verbose_name, words.get(before, before), words.get(now, now))
