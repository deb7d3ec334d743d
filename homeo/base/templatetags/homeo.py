"""Tags and filters of every page: icons, and days, times, money and ages as the clinic writes them."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.dateformat import time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from homeo.base.icons import ICONS

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Show an icon of the sprite, beside a word and silent for screen readers; ``size="s"`` is the small one.

    Raises:
        ValueError: the sprite has no such icon; add its name to `homeo.base.icons.ICONS`.
    """
    return _icon(name, size)


@cache
def _icon(name: str, size: str) -> SafeString:
    if name not in ICONS:
        raise ValueError(f"No icon is called {name!r}.")
    return format_html(
        '<svg class="ico{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        " ico-s" if size == "s" else "",
        static("img/icons.svg"),
        name,
    )


def _in_clinic(value: date | datetime) -> date | datetime:
    """Return an aware moment as the clinic's clock shows it, anything else unchanged."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def day(value: date | datetime | None, style: str = "") -> str:
    """Write a day, or the clinic's day of a moment: "Tue 24 Nov 2026"; style "short" leaves out the year."""
    if not value:
        return ""
    return format_date(_in_clinic(value), "D j M" if style == "short" else "D j M Y")


@register.filter
def one_line(text: str) -> str:
    """Write the lines of a text behind each other: "Headache · Nausea"."""
    return " · ".join(filter(None, map(str.strip, text.splitlines())))


@register.filter
def clock(value: time | datetime | None) -> str:
    """Write a clock time, or the clinic's time of a moment: "10:20"."""
    # Midnight counts: it is a time, although it may look like nothing.
    if value is None or value == "":
        return ""
    return time_format(_in_clinic(value), "H:i")


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment in the clinic's zone: "Tue 24 Nov 2026, 10:20"."""
    return f"{day(value)}, {clock(value)}" if value else ""


@register.filter
def money(amount: Decimal | int | None) -> str:
    """Write an amount with the clinic's currency, two decimals and thousands: "₹1,234.00"."""
    if amount is None or amount == "":
        return ""
    sign = "−" if amount < 0 else ""
    return f"{sign}{settings.CLINIC_CURRENCY_SYMBOL}{abs(amount):,.2f}"


@register.filter
def age(born: date | None) -> str:
    """Say how old a person is on the clinic's today: "41 y", under two "7 months", in the first month "3 days"."""
    if not born:
        return ""
    today = timezone.localdate()
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months >= 24:
        return _("%(years)d y") % {"years": months // 12}
    if months >= 1:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    days = max((today - born).days, 0)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@register.filter
def initials(name: str | None) -> str:
    """Return up to two capitals for a person's name: of the first and of the last word."""
    words = [word for word in str(name or "").split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
