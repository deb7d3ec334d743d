"""Free slots as pure functions."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.slots import (
    WHOLE_DAY,
    Busy,
    Slot,
    exists,
    fits,
    free_starts,
    has_even_clock,
    minute_of,
    nearest,
    open_spans,
    overlaps,
    parse_slot_key,
    slot_key,
    subtract,
    time_of,
    widen,
)

MINUTES = st.integers(0, 24 * 60 - 1)
SPANS = st.lists(MINUTES, min_size=2, max_size=2, unique=True).map(lambda pair: tuple(sorted(pair)))
LENGTHS = st.integers(5, 240)


@given(SPANS, st.lists(SPANS, max_size=8), LENGTHS, LENGTHS, MINUTES)
def test_free_starts_lie_in_the_hours_and_touch_no_visit(hours, busy, length, step, earliest):
    starts = list(free_starts(hours, busy, length=length, step=step, earliest=earliest))
    assert starts == sorted(set(starts))
    for start in starts:
        assert start >= earliest
        assert hours[0] <= start
        assert start + length <= hours[1]
        assert all(end <= start or start + length <= begin for begin, end in busy)


@given(SPANS, st.lists(SPANS, max_size=8), LENGTHS)
def test_every_gap_that_is_long_enough_is_offered(hours, busy, length):
    starts = list(free_starts(hours, busy, length=length, step=5))
    edges = [hours[0], *(end for _begin, end in busy)]
    for edge in edges:
        is_free = fits([hours], edge, length) and not any(b < edge + length and edge < e for b, e in busy)
        assert not is_free or any(start <= edge + 4 and edge <= start + 4 for start in starts)


def test_a_visit_off_the_grid_moves_the_grid():
    starts = free_starts((540, 660), [(550, 575)], length=20, step=20)
    assert [str(time_of(start))[:5] for start in starts] == ["09:35", "09:55", "10:15", "10:35"]


@given(st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)), st.times(), st.text("abc0123", min_size=1, max_size=24))
def test_a_slot_key_is_read_as_it_was_written(day, time, doctor_id):
    time = time.replace(second=0, microsecond=0)
    assert parse_slot_key(slot_key(day, time, doctor_id)) == (day, time, doctor_id)


@given(st.text(max_size=45))
def test_nonsense_is_no_slot_and_no_error(text):
    found = parse_slot_key(text)
    assert found is None or slot_key(*found) == text or found[2] == text[17:]


@pytest.mark.parametrize(
    "key", ["", "2026-11-24T10:20", "2026-11-24T10:20-", "2026-02-30T10:20-x", "20261124T1145+05-x"]
)
def test_a_broken_key_is_no_slot(key):
    assert parse_slot_key(key) is None


@given(MINUTES)
def test_minutes_and_times_are_the_same(minute):
    assert minute_of(time_of(minute)) == minute


def test_the_nearest_slots_come_in_order_of_time():
    day = dt.date(2026, 11, 24)
    slots = [Slot(day, dt.time(hour), 20) for hour in range(9, 17)]
    assert [str(slot) for slot in nearest(slots, day, dt.time(11, 20), 3)] == ["10:00", "11:00", "12:00"]


def minutes_in(spans) -> set[int]:
    return {minute for start, end in spans for minute in range(start, end)}


SOME_SPANS = st.lists(SPANS, max_size=6)


@given(SOME_SPANS, SOME_SPANS)
def test_what_is_left_is_what_no_cut_has(spans, cuts):
    left = subtract(spans, cuts)
    assert minutes_in(left) == minutes_in(spans) - minutes_in(cuts)
    assert all(start < end for start, end in left)
    assert left == sorted(left)


@given(SOME_SPANS)
def test_cutting_nothing_leaves_all_and_cutting_the_day_leaves_nothing(spans):
    assert subtract(spans, []) == sorted(spans)
    assert subtract(spans, [WHOLE_DAY]) == []


@given(SOME_SPANS, SOME_SPANS, SOME_SPANS)
def test_weekly_hours_are_open_without_breaks_and_time_off(weekly, breaks, time_off):
    found = minutes_in(open_spans(weekly=weekly, breaks=breaks, time_off=time_off))
    assert found == minutes_in(weekly) - minutes_in(breaks) - minutes_in(time_off)


@given(SOME_SPANS, SOME_SPANS, SOME_SPANS, SOME_SPANS)
def test_exceptions_stand_instead_of_hours_and_breaks_but_not_of_time_off(weekly, breaks, exceptions, time_off):
    found = open_spans(weekly=weekly, breaks=breaks, exceptions=exceptions, time_off=time_off)
    assert minutes_in(found) == minutes_in(exceptions) - minutes_in(time_off)


@given(SOME_SPANS, SOME_SPANS)
def test_a_closure_leaves_nothing_open(weekly, exceptions):
    assert open_spans(weekly=weekly, exceptions=exceptions, is_closed=True) == []
    assert open_spans(weekly=weekly, exceptions=[]) == []


BUFFERS = st.integers(0, 120)


@given(SPANS, BUFFERS, BUFFERS, BUFFERS, BUFFERS, SPANS)
def test_two_visits_keep_the_longer_buffer_between_them(booked, before, after, new_before, new_after, wanted):
    busy = Busy(*booked, before=before, after=after)
    is_clear = not overlaps(widen(busy, before=new_before, after=new_after), wanted)
    is_after = wanted[0] >= booked[1] + max(after, new_before)
    is_before = wanted[1] <= booked[0] - max(before, new_after)
    assert is_clear == (is_after or is_before)


@given(SPANS, st.lists(SPANS, max_size=8), LENGTHS, BUFFERS, BUFFERS)
def test_free_starts_keep_the_buffers_of_both_visits(hours, booked, length, before, after):
    busy = [Busy(*span, before=10, after=15) for span in booked]
    taken = [widen(item, before=before, after=after) for item in busy]
    for start in free_starts(hours, taken, length=length, step=15):
        for item in busy:
            assert start >= item.end + max(15, before) or start + length <= item.start - max(10, after)


@given(SPANS, SOME_SPANS, LENGTHS, MINUTES)
def test_an_earlier_bound_only_leaves_starts_out(hours, busy, length, earliest):
    every = list(free_starts(hours, busy, length=length, step=10))
    assert list(free_starts(hours, busy, length=length, step=10, earliest=earliest)) == [
        m for m in every if m >= earliest
    ]


BERLIN, SAO_PAULO, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Kolkata")
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


@given(MINUTES)
def test_in_spring_the_skipped_hour_does_not_exist(minute):
    assert exists(SPRING, minute, BERLIN) == (not 120 <= minute < 180)


@given(MINUTES)
def test_in_autumn_every_minute_exists_the_hour_that_comes_twice_too(minute):
    assert exists(AUTUMN, minute, BERLIN)


@given(DAYS, MINUTES, st.sampled_from([SAO_PAULO, KOLKATA]))
def test_where_the_clock_never_jumps_every_minute_exists(day, minute, zone):
    assert has_even_clock(day, zone)
    assert exists(day, minute, zone)


@given(DAYS, MINUTES)
def test_on_a_day_with_an_even_clock_every_minute_exists(day, minute):
    assert has_even_clock(day, BERLIN) == (day not in {SPRING, AUTUMN, dt.date(2027, 3, 28), dt.date(2027, 10, 31)})
    assert exists(day, minute, BERLIN) or not has_even_clock(day, BERLIN)


@given(DAYS, MINUTES)
def test_a_slot_starts_at_its_clock_time_on_both_sides_of_a_jump(day, minute):
    slot = Slot(day, time_of(minute), 20)
    starts_at = slot.starts_at(BERLIN)
    assert (starts_at.date(), starts_at.time()) == (day, time_of(minute))
    if exists(day, minute, BERLIN):
        assert starts_at.astimezone(dt.UTC).astimezone(BERLIN).replace(tzinfo=None) == starts_at.replace(tzinfo=None)
