"""Free slots as pure functions."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.slots import Slot, fits, free_starts, minute_of, nearest, parse_slot_key, slot_key, time_of

MINUTES = st.integers(0, 24 * 60 - 1)
SPANS = st.tuples(MINUTES, MINUTES).filter(lambda span: span[0] < span[1])
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
