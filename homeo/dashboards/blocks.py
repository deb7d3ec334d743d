"""The blocks of a lane of the board: pure functions over minutes after midnight, as in `scheduling.slots`.

The page places blocks in rows of five minutes.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from homeo.dashboards.visits import CALLED_OFF, OVER, Visit, minutes_between
from scheduling.calendar import Away
from scheduling.models import Appointment
from scheduling.slots import Span, free_starts, minute_of, subtract

ROW = 5
HOUR = 60
DAY = 24 * HOUR
TALL_ROWS, SHORT_ROWS = 8, 3
WORD_ROWS = 3
LOOKS = {"closed": "off", "off": "off", "break": "break"}


@dataclass(slots=True)
class Block:
    """A piece of a lane: a visit, a free slot, or time in which the doctor is not there.

    `rank` says how much room it deserves beside others (0 most), `place` which part of the lane's width it got;
    `waited` is for how many minutes the patient has been here, `is_past` that it is over and done; `look` is how time
    without the doctor appears: "out" of hours, on a "break", or "off".
    """

    start: int
    end: int
    kind: str
    rank: int = 0
    place: str = ""
    visit: Visit | Appointment | None = None
    label: str = ""
    look: str = "out"
    is_past: bool = False
    waited: int = 0

    @property
    def rows(self) -> int:
        """Return how many rows it takes: two blocks that touch on the clock touch on the board."""
        return row_of(self.end) - row_of(self.start)


def clock(minute: int) -> str:
    """Write a minute of the day as a clock time, midnight at its end as 24:00."""
    return f"{minute // HOUR:02d}:{minute % HOUR:02d}"


def row_of(minute: int) -> int:
    """Return the row line nearest to a minute: times need not lie on the grid."""
    return (minute + ROW // 2) // ROW


def whole_hours(spans: Iterable[Span]) -> Span:
    """Return the span in whole hours that holds all `spans`; an empty one for none."""
    spans = list(spans)
    if not spans:
        return (0, 0)
    return min(s for s, _e in spans) // HOUR * HOUR, min(-(-max(e for _s, e in spans) // HOUR) * HOUR, DAY)


def cut(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """Return the parts of `whole` that are in none of `taken`."""
    parts = []
    start = whole[0]
    for begin, end in sorted(taken):
        if begin > start:
            parts.append((start, min(begin, whole[1])))
        start = max(start, end)
    if start < whole[1]:
        parts.append((start, whole[1]))
    return parts


def arrange(blocks: Iterable[Block]) -> list[Block]:
    """Give blocks that overlap their part of the lane's width; the ones that stand alone have all of it.

    Two columns of equal rank get a half each; of unequal rank (a cancelled visit beside a free slot, or beside the
    visit that took its time) the higher gets two thirds.
    """
    arranged = sorted(blocks, key=lambda block: (block.start, block.rank, block.end))
    group: list[Block] = []
    until = 0
    for block in arranged:
        if block.start >= until:
            _side_by_side(group)
            group = []
        group.append(block)
        until = max(until, block.end)
    _side_by_side(group)
    return arranged


def _side_by_side(group: list[Block]) -> None:
    if len(group) < 2:
        return
    columns: list[list[Block]] = []
    for block in group:
        column = next((column for column in columns if column[-1].end <= block.start), None)
        if column is None:
            columns.append([block])
        else:
            column.append(block)
    places = _places([min(block.rank for block in column) for column in columns])
    for place, column in zip(places, columns, strict=True):
        for block in column:
            block.place = place


def _places(ranks: list[int]) -> list[str]:
    if len(ranks) < 2:
        return [""] * len(ranks)
    if len(ranks) == 2 and ranks[0] != ranks[1]:
        return ["most", "rest"] if ranks[0] < ranks[1] else ["rest", "most"]
    part = {2: "half", 3: "third"}.get(len(ranks), "sixth")
    return [f"{part}-{'abcdef'[min(index, 5)]}" for index in range(len(ranks))]


def lane_blocks(
    *,
    span: Span,
    hours: list[Span],
    visits: Iterable[Visit | Appointment],
    away: Iterable[Away] = (),
    busy: list[Span],
    slot: int,
    day: dt.date,
    now: dt.datetime,
) -> list[Block]:
    """Return what one lane shows, from the top: visits, free slots that lie ahead, and the time off between them.

    Args:
        span: what the board shows of the day.
        visits: of the day; those that were moved away do not show.
        away: breaks, time off and closures of the day.
        busy: the spans in which nothing can be booked.
        slot: how long a free slot is, in minutes.
    """
    earliest = DAY if day < now.date() else minute_of(now.time()) + 1 if day == now.date() else 0
    blocks = [_visit_block(visit, now) for visit in visits if visit.status != "RESCHEDULED"]
    for work in hours:
        for start in free_starts(work, busy, length=slot, step=slot, earliest=earliest):
            blocks.append(Block(start, start + slot, "free", rank=2))
    arranged = arrange(blocks)
    gaps = cut(span, [*hours, *((block.start, block.end) for block in arranged)])
    closed = [block for block in closed_blocks(gaps, hours, away) if block.rows]
    return sorted([*arranged, *closed], key=lambda block: block.start)


def closed_blocks(gaps: list[Span], hours: list[Span], away: Iterable[Away]) -> list[Block]:
    """Return what stands in the gaps of a lane: closures, time off and breaks by name, elsewise time out of hours."""
    blocks = []
    for item in sorted(away, key=lambda item: list(LOOKS).index(item.kind)):
        for start, end in gaps:
            piece = max(start, item.span[0]), min(end, item.span[1])
            if piece[0] < piece[1]:
                blocks.append(Block(*piece, "closed", label=item.label, look=LOOKS[item.kind]))
        gaps = subtract(gaps, [item.span])
    look = "out" if hours else "off"
    return blocks + [Block(start, end, "closed", label=_closed_label(end, hours), look=look) for start, end in gaps]


def span_of(visit: Visit | Appointment) -> Span:
    """Return the minutes of the day that a visit takes; one that runs into the next day ends with this one."""
    start = minute_of(visit.appointment_time)
    return start, min(start + visit.duration, DAY)


def _visit_block(visit: Visit | Appointment, now: dt.datetime) -> Block:
    state = visit.state
    return Block(
        *span_of(visit),
        "visit",
        rank=int(state in CALLED_OFF),
        visit=visit,
        is_past=state in OVER and visit.appointment_date == now.date() and visit.starts_at <= now,
        waited=minutes_between(visit.checked_in_at, now) if state == "arrived" else 0,
    )


def _closed_label(end: int, hours: list[Span]) -> str:
    if not hours:
        return _("Not at work")
    if end <= hours[0][0]:
        return _("Not yet open")
    return _("Closed")
