"""The entries of a chart's timeline: written by functions, since there are many and doctors open charts all day."""

from html import escape
from itertools import groupby

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from homeo.base.templatetags.homeo import clock, icon, one_line
from patients.chart import TEXT_SHOWN, Entry
from patients.timeline import Cursor

register = template.Library()
TITLE_SHOWN = 120
MIDNIGHT = "00:00"


@register.simple_tag
def stream_entries(entries: list[Entry], before: Cursor | None = None) -> SafeString:
    """Show entries by year; those that are older than a place go on in its year, with the focus on the first."""
    told = timezone.localtime(before.at).year if before else None
    written = [
        (f'<h3 class="tl-year num">{year}</h3>' if year != told else "")
        + f'<ol class="plain tl">{"".join(map(_entry, of_year))}</ol>'
        for year, of_year in groupby(entries, lambda entry: timezone.localtime(entry.at).year)
    ]
    html = "\n".join(written)
    if before:
        html = html.replace("<a data-main", "<a data-main autofocus", 1)
    return mark_safe(html)  # noqa: S308 - what people wrote is escaped below


def _entry(entry: Entry) -> str:
    at = timezone.localtime(entry.at)
    # What is of a day only stands at midnight.
    time = clock(at)
    by = " · ".join(filter(None, (escape(entry.by), "" if time == MIDNIGHT else time)))
    text = f'<p class="txt">{_shortened(one_line(entry.text), TEXT_SHOWN)}</p>' if entry.text else ""
    picture = state = ""
    if entry.picture:
        picture = f'<img class="tl-picture" src="{entry.picture}" alt="" loading="lazy" width="96" height="72">'
    elif entry.format:
        picture = f'<span class="tl-picture doc-face">{icon("file-text")}{escape(entry.format)}</span>'
    if entry.state:
        state = f'<span class="state" data-state="{entry.state}">{escape(entry.state_label)}</span>'
    return (
        f'<li><span class="date num">{format_date(at, "j M")}</span>'
        f'<span class="dot{" is-a" if entry.is_key else ""}">{icon(entry.icon, size="s")}</span>'
        f'<div><p class="ttl"><a data-main href="{entry.url}">{_shortened(entry.title, TITLE_SHOWN)}</a></p>'
        f'{text}<p class="by">{by}</p>{picture}</div><div>{state}</div></li>\n'
    )


def _shortened(text: str, most: int) -> str:
    return escape(text if len(text) <= most else Truncator(text).chars(most))
