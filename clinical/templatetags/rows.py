"""The rows out of which the script makes new ones: the same for everybody, so they are written once."""

from functools import cache
from html import escape

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from clinical.forms.consultations import ComplaintFormSet
from clinical.forms.prescriptions import ItemFormSet
from clinical.lines import LINE_PREFIX
from clinical.sheet import ROW_PREFIX

register = template.Library()
URL, CHECK_URL = "/the-page/", "/the-check/"


@register.simple_tag
def blank_complaint() -> SafeString:
    """Show an empty complaint of a note."""
    return _blank_complaint(get_language())


@cache
def _blank_complaint(_language: str) -> SafeString:
    blank = ComplaintFormSet(prefix=ROW_PREFIX).empty_form
    return render_to_string("clinical/_complaint_row.html", {"row": blank})


@register.simple_tag
def blank_line(url: str, check_url: str | None) -> SafeString:
    """Show an empty line of a prescription; the addresses are those of `clinical/_row.html`."""
    blank = _blank_line(get_language(), bool(check_url))
    return mark_safe(blank.replace(URL, escape(url)).replace(CHECK_URL, escape(check_url or "")))  # noqa: S308 - escaped


@cache
def _blank_line(_language: str, is_checked: bool) -> SafeString:
    context = {
        "row": ItemFormSet(prefix=LINE_PREFIX).empty_form,
        "url": URL,
        "check_url": CHECK_URL if is_checked else "",
    }
    return render_to_string("clinical/_row.html", context)
