"""The dates of visits that recur."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.recurrence import Pattern, is_last_of_month, repeat, week_of_month

DATES = st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2100, 1, 1))
EVERY = st.integers(1, 12)
COUNT = st.integers(1, 52)


def days_of(*texts):
    return [dt.date.fromisoformat(text) for text in texts]


def months_of(day):
    return day.year * 12 + day.month


@given(DATES, EVERY, COUNT)
def test_weekly_dates_lie_exactly_so_many_weeks_apart(first, every, count):
    days = repeat(first, Pattern.WEEKLY, every=every, count=count)
    assert len(days) == count
    assert days[0] == first
    assert {after - before for before, after in pairwise(days)} <= {dt.timedelta(weeks=every)}


@given(DATES, EVERY, COUNT)
def test_monthly_dates_keep_the_weekday_and_its_place_in_every_month(first, every, count):
    days = repeat(first, Pattern.MONTHLY, every=every, count=count)
    assert len(days) == count
    assert days[0] == first
    assert {day.weekday() for day in days} == {first.weekday()}
    assert [months_of(day) for day in days] == [months_of(first) + n * every for n in range(count)]
    for day in days:
        assert week_of_month(day) == week_of_month(first) or (
            week_of_month(first) == 5 and week_of_month(day) == 4 and is_last_of_month(day)
        )


@given(DATES, EVERY, COUNT)
def test_the_last_weekday_is_the_last_in_every_month(first, every, count):
    while not is_last_of_month(first):
        first += dt.timedelta(weeks=1)
    days = repeat(first, Pattern.MONTHLY_LAST, every=every, count=count)
    assert len(days) == count
    assert days[0] == first
    assert all(is_last_of_month(day) and day.weekday() == first.weekday() for day in days)
    assert [months_of(day) for day in days] == [months_of(first) + n * every for n in range(count)]


@given(DATES, st.sampled_from([Pattern.WEEKLY, Pattern.MONTHLY]), EVERY, COUNT, COUNT)
def test_dates_go_on_and_a_shorter_series_is_the_beginning_of_a_longer_one(first, pattern, every, count, more):
    long = repeat(first, pattern, every=every, count=count + more)
    assert long == sorted(set(long))
    assert repeat(first, pattern, every=every, count=count) == long[:count]


def test_the_second_tuesday():
    days = repeat(dt.date(2026, 12, 8), Pattern.MONTHLY, every=1, count=4)
    assert days == days_of("2026-12-08", "2027-01-12", "2027-02-09", "2027-03-09")


def test_a_fifth_friday_is_the_last_one_where_a_month_has_four():
    days = repeat(dt.date(2027, 1, 29), Pattern.MONTHLY, every=1, count=4)
    assert days == days_of("2027-01-29", "2027-02-26", "2027-03-26", "2027-04-30")


def test_the_fourth_friday_stays_the_fourth_and_the_last_becomes_the_fifth():
    first = dt.date(2026, 12, 25)
    assert week_of_month(first) == 4
    assert repeat(first, Pattern.MONTHLY, every=1, count=2)[1] == dt.date(2027, 1, 22)
    assert repeat(first, Pattern.MONTHLY_LAST, every=1, count=2)[1] == dt.date(2027, 1, 29)


@pytest.mark.parametrize(("every", "count"), [(0, 2), (-1, 2), (1, 0)])
def test_nothing_recurs_less_than_once(every, count):
    with pytest.raises(ValueError, match="at least 1"):
        repeat(dt.date(2026, 12, 8), Pattern.WEEKLY, every=every, count=count)


def test_the_last_weekday_begins_with_a_last_one():
    with pytest.raises(ValueError, match="not the last"):
        repeat(dt.date(2026, 12, 8), Pattern.MONTHLY_LAST, every=1, count=2)
