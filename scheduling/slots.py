"""Free slots: pure functions over clock times of one day, no database.

Times are minutes after midnight on the clinic's clock; a span is a pair (start, end) with start < end.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True)
class Slot:
    """A time at which a visit can be booked."""

    day: dt.date
    time: dt.time
    minutes: int

    def __str__(self):
        return f"{self.time:%H:%M}"


def slot_key(day: dt.date, time: dt.time, doctor_id: str) -> str:
    """Return a doctor's slot as one word of a form, such as "2026-11-24T10:20-<id>"."""
    return f"{dt.datetime.combine(day, time).isoformat(timespec='minutes')}-{doctor_id}"


def parse_slot_key(key: str) -> tuple[dt.date, dt.time, str] | None:
    """Return day, time and doctor's id of a `slot_key`, or None for anything else."""
    try:
        moment = dt.datetime.strptime(key[:16], "%Y-%m-%dT%H:%M")
    except ValueError:
        return None
    return (moment.date(), moment.time(), key[17:]) if key[16:17] == "-" and key[17:] else None


def minute_of(time: dt.time) -> int:
    """Return how many minutes after midnight `time` is."""
    return time.hour * 60 + time.minute


def time_of(minute: int) -> dt.time:
    """Return the clock time `minute` minutes after midnight."""
    return dt.time(minute // 60, minute % 60)


def free_starts(hours: Span, busy: Iterable[Span], *, length: int, step: int, earliest: int = 0) -> Iterator[int]:
    """Yield the minutes at which a visit of `length` fits into `hours` without touching `busy`.

    Starts lie on a grid of `step` minutes from the beginning of the hours, and after each busy span; none before
    `earliest`.
    """
    taken = sorted(busy)
    start = hours[0]
    while start + length <= hours[1]:
        clash = next((span for span in taken if span[0] < start + length and start < span[1]), None)
        if clash:
            start = clash[1]
            continue
        if start >= earliest:
            yield start
        start += step


def fits(hours: Iterable[Span], start: int, length: int) -> bool:
    """Tell whether a visit lies within one of the spans of working hours."""
    return any(begin <= start and start + length <= end for begin, end in hours)


def nearest(slots: Iterable[Slot], day: dt.date, time: dt.time, count: int) -> list[Slot]:
    """Return the `count` slots nearest to a wanted time, in order of time."""
    wanted = dt.datetime.combine(day, time)

    def distance(slot: Slot) -> dt.timedelta:
        return abs(dt.datetime.combine(slot.day, slot.time) - wanted)

    chosen = sorted(slots, key=distance)[:count]
    return sorted(chosen, key=lambda slot: (slot.day, slot.time))
