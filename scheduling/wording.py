"""How a series is told in words."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from scheduling.recurrence import WEEKS_MAX, Pattern, week_of_month


def rule_in_words(pattern: Pattern, *, every: int, first: dt.date) -> str:
    """Return a rule as words, such as "every month on the second Tuesday"."""
    weekday = date_format(first, "l")
    if pattern == Pattern.WEEKLY:
        span = ngettext("every week", "every %(count)d weeks", every) % {"count": every}
        return _("%(span)s on %(weekday)s") % {"span": span, "weekday": weekday}
    span = ngettext("every month", "every %(count)d months", every) % {"count": every}
    week = week_of_month(first)
    if pattern == Pattern.MONTHLY_LAST or week == WEEKS_MAX:
        return _("%(span)s on the last %(weekday)s") % {"span": span, "weekday": weekday}
    place = {
        1: pgettext("weekday of a month", "first"),
        2: pgettext("weekday of a month", "second"),
        3: pgettext("weekday of a month", "third"),
        4: pgettext("weekday of a month", "fourth"),
    }[week]
    return _("%(span)s on the %(place)s %(weekday)s") % {"span": span, "place": place, "weekday": weekday}
