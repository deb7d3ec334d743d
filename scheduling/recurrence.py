"""The dates of visits that recur: pure functions over dates. A visit keeps its clock time, so no zone is needed."""

import datetime as dt
from enum import StrEnum

WEEK = dt.timedelta(weeks=1)
WEEKS_MAX = 5


class Pattern(StrEnum):
    """On which days visits recur, seen from the first one."""

    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    """On the same weekday of the month, such as the second Tuesday."""
    MONTHLY_LAST = "MONTHLY_LAST"
    """On the last such weekday of the month."""


def week_of_month(day: dt.date) -> int:
    """Return the how manieth such weekday of its month a day is, from 1 to 5."""
    return (day.day - 1) // 7 + 1


def is_last_of_month(day: dt.date) -> bool:
    """Tell whether no such weekday follows in the same month."""
    return (day + WEEK).month != day.month


def repeat(first: dt.date, pattern: Pattern, *, every: int, count: int) -> list[dt.date]:
    """Return `count` dates from `first` on, each `every` weeks or months after the one before.

    A fifth weekday is the last one in a month that has only four.

    Raises:
        ValueError: `every` or `count` is below 1; or `first` is not the last such weekday of its month, where the
            pattern asks for it.
    """
    if every < 1 or count < 1:
        raise ValueError("every and count are at least 1")
    if pattern == Pattern.WEEKLY:
        return [first + n * every * WEEK for n in range(count)]
    if pattern == Pattern.MONTHLY_LAST and not is_last_of_month(first):
        raise ValueError("first is not the last such weekday of its month")
    week = WEEKS_MAX if pattern == Pattern.MONTHLY_LAST else week_of_month(first)
    return [_weekday_of_month(first, n * every, week) for n in range(count)]


def _weekday_of_month(first: dt.date, months: int, week: int) -> dt.date:
    """Return the `week`th weekday like that of `first`, so many months later; the last one where there are fewer."""
    years, month = divmod(first.month - 1 + months, 12)
    start = dt.date(first.year + years, month + 1, 1)
    day = start + dt.timedelta(days=(first.weekday() - start.weekday()) % 7) + (week - 1) * WEEK
    return day if day.month == start.month else day - WEEK
