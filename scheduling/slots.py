"""Free slots: pure functions over clock times of one day, no database.

Times are minutes after midnight on the clinic's clock; a span is a pair (start, end) with start < end.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import NamedTuple

Span = tuple[int, int]
MINUTES_A_DAY = 24 * 60
WHOLE_DAY: Span = (0, MINUTES_A_DAY)


class Busy(NamedTuple):
    """A time that a visit takes, with the minutes kept free before and after it."""

    start: int
    end: int
    before: int = 0
    after: int = 0


class Slot(NamedTuple):
    """A time at which a visit can be booked."""

    day: dt.date
    time: dt.time
    minutes: int

    def __str__(self):
        return f"{self.time:%H:%M}"

    def starts_at(self, zone: dt.tzinfo) -> dt.datetime:
        """Return the start as a moment in the clinic's zone."""
        return dt.datetime.combine(self.day, self.time, tzinfo=zone)


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


def subtract(spans: Iterable[Span], cuts: Iterable[Span]) -> list[Span]:
    """Return what is left of `spans` without `cuts`, in order."""
    left = list(spans)
    for cut_start, cut_end in cuts:
        pieces = []
        for start, end in left:
            if cut_end <= start or end <= cut_start:
                pieces.append((start, end))
                continue
            if start < cut_start:
                pieces.append((start, cut_start))
            if cut_end < end:
                pieces.append((cut_end, end))
        left = pieces
    return sorted(left)


def open_spans(
    *,
    weekly: Iterable[Span] = (),
    breaks: Iterable[Span] = (),
    exceptions: Iterable[Span] | None = None,
    time_off: Iterable[Span] = (),
    is_closed: bool = False,
) -> list[Span]:
    """Return the spans of a day in which visits can be booked.

    Args:
        weekly: the hours of that day of the week.
        breaks: what is cut out of the weekly hours.
        exceptions: the hours of that date, which stand instead of weekly hours and breaks; empty for a day off.
        time_off: what is cut out in any case.
        is_closed: the clinic is closed on that date.
    """
    if is_closed:
        return []
    hours = subtract(weekly, breaks) if exceptions is None else sorted(exceptions)
    return subtract(hours, time_off)


def widen(busy: Busy, *, before: int, after: int) -> Span:
    """Return the span that a visit with these buffers must keep clear of: two buffers between visits may overlap."""
    return busy.start - max(busy.before, after), busy.end + max(busy.after, before)


def overlaps(first: Span, second: Span) -> bool:
    """Tell whether two spans share a minute."""
    return first[0] < second[1] and second[0] < first[1]


def free_starts(hours: Span, busy: Iterable[Span], *, length: int, step: int, earliest: int = 0) -> Iterator[int]:
    """Yield the minutes at which a visit of `length` fits into `hours` without touching `busy`.

    Starts lie on a grid of `step` minutes from the beginning of the hours, and after each busy span; none before
    `earliest`.
    """
    taken = sorted(busy)
    start, at = hours[0], 0
    while start + length <= hours[1]:
        # What ends before this start ends before every later one, too; of the rest the first begins first.
        while at < len(taken) and taken[at][1] <= start:
            at += 1
        if at < len(taken) and taken[at][0] < start + length:
            start = taken[at][1]
            continue
        if start >= earliest:
            yield start
        start += step


def exists(day: dt.date, minute: int, zone: dt.tzinfo) -> bool:
    """Tell whether the clock shows this minute on that day: in spring it skips some where summer time begins."""
    moment = dt.datetime.combine(day, time_of(minute), tzinfo=zone)
    return moment.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(tzinfo=None)


def has_even_clock(day: dt.date, zone: dt.tzinfo) -> bool:
    """Tell whether the clock runs through the day without a jump, so that every minute exists."""
    start = dt.datetime.combine(day, dt.time(), tzinfo=zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    return start.utcoffset() == end.utcoffset()


def fits(hours: Iterable[Span], start: int, length: int) -> bool:
    """Tell whether a visit lies within one of the spans of working hours."""
    return any(begin <= start and start + length <= end for begin, end in hours)


def nearest(slots: Iterable[Slot], day: dt.date, time: dt.time, count: int) -> list[Slot]:
    """Return the `count` slots nearest to a wanted time, in order of time."""
    wanted = minute_of(time)

    def distance(slot: Slot) -> int:
        return abs((slot.day - day).days * MINUTES_A_DAY + minute_of(slot.time) - wanted)

    return sorted(nsmallest(count, slots, key=distance))
