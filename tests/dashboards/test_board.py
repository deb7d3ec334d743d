"""The arranging of the day board and of the queue: pure functions over minutes and unsaved visits."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from homeo.base.charts import bar_chart, line_chart, steps_up_to
from homeo.dashboards.blocks import Block, arrange, clock, cut, lane_blocks, row_of, whole_hours
from homeo.dashboards.board import Board, Lane, minutes_late, week_of
from homeo.dashboards.queue import queue_of, usual_wait, waiting_of
from scheduling.calendar import Away
from scheduling.models import Appointment
from scheduling.slots import WHOLE_DAY, minute_of

DAY = dt.date(2026, 11, 24)
NOW = timezone.make_aware(dt.datetime(2026, 11, 24, 10, 50))
NINE, FIVE = 9 * 60, 17 * 60


def at(hour, minute=0):
    return timezone.make_aware(dt.datetime(2026, 11, 24, hour, minute))


def visit(hour, minute=0, duration=20, status="CONFIRMED", **kwargs):
    return Appointment(
        appointment_date=DAY, appointment_time=dt.time(hour, minute), duration=duration, status=status, **kwargs
    )


def lane(visits, *, day=DAY, now=NOW, hours=((NINE, FIVE),), slot=20, span=(NINE, FIVE)):
    """Arrange one lane as the board does it, the time of visits that take up theirs as busy."""
    starts = [(minute_of(v.appointment_time), v) for v in visits]
    busy = [
        (start, start + v.duration)
        for start, v in starts
        if v.status not in {"CANCELLED", "RESCHEDULED"} and not v.is_overbooked
    ]
    return lane_blocks(span=span, hours=list(hours), visits=visits, busy=busy, slot=slot, day=day, now=now)


def of_kind(blocks, kind):
    return [block for block in blocks if block.kind == kind]


@pytest.mark.parametrize(("minute", "row"), [(540, 108), (541, 108), (542, 108), (543, 109), (544, 109), (545, 109)])
def test_a_minute_goes_to_the_nearest_row(minute, row):
    assert row_of(minute) == row


@pytest.mark.parametrize("start", range(540, 546))
@pytest.mark.parametrize("length", [5, 7, 20, 33])
def test_blocks_that_touch_on_the_clock_touch_on_the_board(start, length):
    first = Block(start, start + length, "visit")
    second = Block(start + length, start + 2 * length, "visit")
    assert first.rows >= 1
    assert row_of(first.start) + first.rows == row_of(second.start)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [([], (0, 0)), ([(545, 1010)], (540, 1020)), ([(600, 660), (20, 30)], (0, 660)), ([(1400, 1440)], (1380, 1440))],
)
def test_the_board_shows_whole_hours(spans, expected):
    assert whole_hours(spans) == expected


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(0, 10)]),
        ([(0, 10)], []),
        ([(2, 4), (3, 6)], [(0, 2), (6, 10)]),
        ([(8, 20), (-5, 1)], [(1, 8)]),
        ([(20, 30)], [(0, 10)]),
    ],
)
def test_cutting_leaves_what_is_in_none(taken, left):
    assert cut((0, 10), taken) == left


def test_blocks_alone_have_the_whole_width():
    blocks = arrange([Block(20, 40, "visit"), Block(0, 20, "visit")])
    assert [(block.start, block.place) for block in blocks] == [(0, ""), (20, "")]


def test_an_overbooked_visit_has_half_the_width():
    blocks = lane([visit(11), visit(11, is_overbooked=True)])
    assert sorted(block.place for block in of_kind(blocks, "visit")) == ["half-a", "half-b"]
    assert all(block.place == "" for block in of_kind(blocks, "free"))


@pytest.mark.parametrize(
    ("count", "places"),
    [
        (3, ["third-a", "third-b", "third-c"]),
        (5, [f"sixth-{letter}" for letter in "abcde"]),
        (8, [f"sixth-{letter}" for letter in "abcdefff"]),
    ],
)
def test_many_at_one_time_share_the_width(count, places):
    assert [block.place for block in arrange([Block(0, 20, "visit") for _n in range(count)])] == places


def test_a_cancelled_visit_stands_beside_its_free_slot():
    blocks = lane([visit(12, status="CANCELLED")])
    there = [block for block in blocks if block.start == 12 * 60]
    assert [(block.kind, block.place) for block in there] == [("visit", "most"), ("free", "rest")]


def test_the_visit_that_took_a_cancelled_ones_time_has_more_room():
    blocks = lane([visit(12, status="CANCELLED"), visit(12)])
    assert {(b.visit.status, b.place) for b in blocks if b.start == 12 * 60} == {
        ("CONFIRMED", "most"),
        ("CANCELLED", "rest"),
    }


def test_a_long_visit_beside_several_short_ones_makes_two_columns():
    blocks = lane([visit(12, duration=60), visit(12, is_overbooked=True), visit(12, 20, is_overbooked=True)])
    assert [(block.rows, block.place) for block in of_kind(blocks, "visit")] == [
        (4, "half-a"),
        (12, "half-b"),
        (4, "half-a"),
    ]


def test_free_slots_lie_ahead_and_around_visits():
    starts = [clock(block.start) for block in of_kind(lane([visit(11)], hours=[(NINE, 12 * 60)]), "free")]
    assert starts == ["11:20", "11:40"]


def test_a_past_day_has_no_free_slots_and_a_coming_one_all():
    assert of_kind(lane([], day=DAY - dt.timedelta(days=1)), "free") == []
    assert len(of_kind(lane([], day=DAY + dt.timedelta(days=1)), "free")) == 24


def test_hours_off_the_grid_of_five_minutes_are_closed_around():
    blocks = lane([], hours=[(9 * 60 + 7, 16 * 60 + 52)], day=DAY + dt.timedelta(days=1), slot=33)
    closed = of_kind(blocks, "closed")
    assert [(block.start, block.end) for block in closed] == [(NINE, 547), (1012, FIVE)]
    assert [(row_of(block.start), block.rows) for block in closed] == [(108, 1), (202, 2)]
    assert row_of(of_kind(blocks, "free")[0].start) == 109
    assert [str(block.label) for block in closed] == ["Not yet open", "Closed"]


def test_a_visit_outside_the_hours_is_not_covered_by_closed_time():
    blocks = lane([visit(9, is_overbooked=True)], hours=[(10 * 60, FIVE)], now=at(8))
    closed = of_kind(blocks, "closed")
    assert [(block.start, block.end) for block in closed] == [(9 * 60 + 20, 10 * 60)]


def test_a_day_off_is_closed_as_a_whole():
    (block,) = lane([], hours=[])
    assert (block.kind, block.start, block.end, str(block.label)) == ("closed", NINE, FIVE, "Not at work")


def test_breaks_time_off_and_closures_stand_in_their_gaps_by_name():
    away = [Away((780, 840), "break", "Lunch"), Away((900, FIVE), "off", "Seminar"), Away((870, 930), "break", "Tea")]
    blocks = lane_blocks(
        span=(8 * 60, FIVE), hours=[(NINE, 780), (840, 870)], visits=[visit(13, 20)], away=away, busy=[], slot=30,
        day=DAY, now=at(7),
    )  # fmt: skip
    assert [(b.start, b.end, b.look, str(b.label)) for b in of_kind(blocks, "closed")] == [
        (8 * 60, NINE, "out", "Not yet open"),
        (780, 800, "break", "Lunch"),
        (820, 840, "break", "Lunch"),
        (870, 900, "break", "Tea"),
        (900, FIVE, "off", "Seminar"),
    ]


def test_a_closed_clinic_says_so_in_the_lane_of_a_visit_that_stays():
    away = [Away(WHOLE_DAY, "closed", "Diwali"), Away((780, 840), "break", "Lunch")]
    blocks = lane_blocks(
        span=(NINE, FIVE), hours=[], visits=[visit(10)], away=away, busy=[], slot=20, day=DAY, now=at(8)
    )
    assert [(b.start, b.look, b.label) for b in of_kind(blocks, "closed")] == [
        (NINE, "off", "Diwali"),
        (620, "off", "Diwali"),
    ]


def test_a_visit_that_was_moved_away_is_not_on_the_board():
    blocks = lane([visit(12, status="RESCHEDULED")])
    assert [(block.kind, block.place) for block in blocks if block.start == 12 * 60] == [("free", "")]


@pytest.mark.parametrize("day", [23, 26, 29])
def test_a_week_begins_on_monday(day):
    days = week_of(dt.date(2026, 11, day))
    assert (days[0], days[-1], len(days)) == (dt.date(2026, 11, 23), dt.date(2026, 11, 29), 7)


def test_what_is_over_is_past_only_today():
    done, missed, late = visit(9, status="COMPLETED"), visit(9, 20, no_show_at=at(10)), visit(9, 40)
    blocks = of_kind(lane([done, missed, late]), "visit")
    assert [block.is_past for block in blocks] == [True, True, False]
    assert not any(block.is_past for block in lane([done], now=NOW + dt.timedelta(days=3)))
    assert not lane([visit(15, status="CANCELLED")])[-2].is_past


def test_waiting_shows_its_minutes():
    (block,) = of_kind(lane([visit(11, checked_in_at=at(10, 38))]), "visit")
    assert block.waited == 12


def test_a_doctor_is_late_by_the_longest_wait_past_the_booked_time():
    early = visit(11, checked_in_at=at(10, 0))
    due = visit(10, 30, checked_in_at=at(10, 10))
    came_late = visit(10, 0, checked_in_at=at(10, 45))
    assert minutes_late([early, due, came_late], NOW) == 20
    assert minutes_late([early, came_late], NOW) == 0
    assert minutes_late([], NOW) == 0


def board(blocks, visits=()):
    return Board(DAY, NOW, (NINE, FIVE), [Lane(None, DAY, [(NINE, FIVE)], blocks, list(visits))], [])


def test_the_sides_of_the_board():
    shown = board([])
    assert shown.hours[:2] == [(0, "09:00"), (12, "10:00")]
    assert shown.now_row == 22
    assert Board(DAY, at(18), (NINE, FIVE), [], []).now_row is None
    assert Board(DAY + dt.timedelta(days=1), NOW, (NINE, FIVE), [], []).now_row is None


@pytest.mark.parametrize(("minutes", "height"), [(5, "board-high"), (10, "board-roomy"), (15, ""), (60, "")])
def test_short_visits_make_the_rows_higher(minutes, height):
    assert board([Block(NINE, NINE + minutes, "free")]).height == height


def test_the_tally_counts_by_state():
    visits = [
        visit(9, status="COMPLETED"),
        visit(10, started_at=at(10), checked_in_at=at(10)),
        visit(11, checked_in_at=at(10)),
        visit(12, status="CANCELLED"),
        visit(13, status="PENDING"),
    ]
    assert board(lane(visits), visits).tally == {
        "visits": 4,
        "done": 1,
        "waiting": 1,
        "in_consultation": 1,
        "free": 16,
    }


def test_who_waits_stands_in_turn_with_the_minutes():
    first, second = visit(10, checked_in_at=at(9, 50)), visit(10, 20, checked_in_at=at(10, 40))
    found = waiting_of([second, visit(13), first], NOW)
    assert [(entry.visit, entry.minutes, entry.is_long) for entry in found] == [(first, 60, True), (second, 10, False)]


def test_what_is_to_confirm_goes_on_into_later_days():
    today, moved, ahead = visit(12, status="PENDING"), visit(13, status="RESCHEDULED"), visit(9, status="PENDING")
    assert queue_of(DAY, [today, moved], [ahead], now=NOW).to_confirm == [today, ahead]
    later = queue_of(DAY, [today, moved], [], now=NOW - dt.timedelta(days=1))
    assert (later.to_confirm, later.called_off) == ([today], [moved])


def test_the_usual_wait_is_the_median_of_those_seen():
    seen = [visit(9, checked_in_at=at(9), started_at=at(9, minutes)) for minutes in (5, 10, 40)]
    assert usual_wait([*seen, visit(10, checked_in_at=at(9))]) == 10
    assert usual_wait([]) is None


def test_the_style_sheet_has_a_place_for_every_row_of_a_day():
    css = (Path(settings.BASE_DIR) / "static" / "css" / "board-positions.css").read_text()
    assert {int(n) for n in re.findall(r"\.at-(\d+)\{", css)} == set(range(24 * 12))
    assert {int(n) for n in re.findall(r"\.for-(\d+)\{", css)} == set(range(1, 24 * 12 + 1))


@pytest.mark.parametrize(
    ("highest", "values"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (11, [0, 5, 10, 15]),
        (18400, [0, 5000, 10000, 15000, 20000]),
    ],
)
def test_axes_have_round_values(highest, values):
    assert steps_up_to(highest) == values


def test_bars_stand_on_the_baseline_and_reach_their_value():
    chart = bar_chart([[(4, "a"), (0, "b")], [(2, "a"), (1, "b")]], ["9", "10"], sentence="", width=400)
    assert [bar.look for bar in chart.bars] == ["a", "a", "b"]
    assert {bar.y + bar.height for bar in chart.bars} == {150}
    assert chart.bars[0].height == 2 * chart.bars[1].height
    assert [mark.text for mark in chart.labels] == ["9", "10"]


def test_a_line_ends_with_its_last_value():
    chart = line_chart([8, None, 16, None], [4, 4, 4, 4], ["9", "", "10", ""], sentence="", width=400, unit="min")
    assert chart.dot.text == "16 min"
    assert chart.line.count("L") == 1
    assert chart.quiet_line.count("L") == 3
    empty = line_chart([None], [None], ["9"], sentence="", width=400)
    assert (empty.line, empty.area, empty.dot) == ("", "", None)
