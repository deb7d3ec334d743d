"""How long a remedy is taken: what the doctor wrote, and how many days that is."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST = 366
UNITS = {"d": 1, "day": 1, "days": 1, "w": 7, "wk": 7, "week": 7, "weeks": 7, "m": 30, "month": 30, "months": 30}
WRITTEN = re.compile(r"\s*(\d{1,3})\s*([a-z]*)\s*\.?\s*", re.ASCII)


def read(text: str) -> tuple[str, int | None]:
    """Return the words and the number of days; what is no number of days, weeks or months (30 days) stays as it is.

    A number alone is days: "7" is ("7 days", 7), "2 w" is ("2 weeks", 14), "until better" has no number (None).

    Raises:
        ValueError: it is no day at all, or more than 366 days; its text says so.
    """
    match = WRITTEN.fullmatch(text.lower())
    days_each = match and (UNITS.get(match[2]) if match[2] else 1)
    if not days_each:
        return text, None
    count = int(match[1])
    if not 1 <= count * days_each <= LONGEST:
        raise ValueError(_("A remedy is taken for 1 to 366 days."))
    words = {
        1: ngettext("%(count)d day", "%(count)d days", count),
        7: ngettext("%(count)d week", "%(count)d weeks", count),
        30: ngettext("%(count)d month", "%(count)d months", count),
    }
    return words[days_each] % {"count": count}, count * days_each
