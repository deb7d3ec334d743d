"""What repeats on the writing page, once for each complaint and each visit: written by functions for speed."""

from collections.abc import Iterable
from html import escape

from django import template
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinical.courses import Step
from clinical.forms.consultations import ComplaintResponseForm
from homeo.base.templatetags.fields import control
from homeo.base.templatetags.homeo import day

register = template.Library()
PLACEHOLDER = "0" * 24
WAS_SHOWN = 160
TOLD_SHOWN = 90


@register.simple_tag
def complaint_responses(forms: Iterable[ComplaintResponseForm]) -> SafeString:
    """Show how the complaints of earlier notes have responded, an item each."""
    words = {
        "was": _("Was: %(was)s"),
        "response": _("Response of %(complaint)s"),
        "now": _("Now, %(complaint)s"),
        "percent": _("Percent better, %(complaint)s"),
        "gone": escape(_("Gone: not asked for again")),
    }
    return mark_safe("".join(_response(form, words) for form in forms))  # noqa: S308 - escaped below


def _response(form, words) -> str:
    title = form.complaint.title
    shown, complaint, was = escape(title), {"complaint": title}, form.was
    before = escape(words["was"] % {"was": truncatechars(was, WAS_SHOWN)}) if was else ""
    before = f'<p class="was">{before}</p>' if was else ""
    name = form["value"].html_name
    steps = "".join(_step(name, step) for step in form.steps)
    now, percent, closed = form["now"], form["percent"], form["is_closed"]
    errors = "".join(f'<p class="invalid-feedback">{escape(e)}</p>' for field in form for e in field.errors)
    return (
        f'<li class="complaint"><div><p class="ttl">{shown}</p>{before}</div>'
        f'<div><fieldset class="seven"><legend class="vh">{escape(words["response"] % complaint)}</legend>'
        f"{steps}</fieldset>"
        f'<span class="seven-word" aria-hidden="true" data-seven-word>{escape(str(form.word))}</span></div>'
        f'<div class="now"><div>{_hidden_label(now, words["now"] % complaint)}{control(now)}</div>'
        f'<div class="pct">{_hidden_label(percent, words["percent"] % complaint)}{control(percent, "num")}'
        f'<span aria-hidden="true">%</span></div></div>{errors}'
        f'<div class="form-check complaint-gone">{control(closed)}'
        f'<label class="form-check-label small ink-2" for="{closed.id_for_label}">{words["gone"]}'
        f'<span class="vh">, {shown}</span></label></div></li>\n'
    )


def _step(name, step) -> str:
    look = f' class="{step["look"]}"' if step["look"] else ""
    word = escape(str(step["word"]))
    checked = " checked" if step["is_chosen"] else ""
    return (
        f'<label{look} title="{word}"><input type="radio" name="{name}" value="{step["value"]}"{checked}>'
        f'{step["sign"]}<span class="vh"> {word}</span></label>'
    )


def _hidden_label(bound, words) -> str:
    return f'<label class="vh" for="{bound.id_for_label}">{escape(words)}</label>'


@register.simple_tag
def course_steps(steps: Iterable[Step]) -> SafeString:
    """Show the earlier visits of a course: what was given, how it was answered, what was the matter."""
    before_id, after_id = reverse("clinical:consultation_detail", args=[PLACEHOLDER]).split(PLACEHOLDER)
    return mark_safe("".join(_visit(step, before_id, after_id) for step in steps))  # noqa: S308 - escaped below


def _visit(step, before_id, after_id) -> str:
    consultation, answer = step.consultation, step.answer
    told = ""
    if answer and step.prescriptions:
        told = f'<span class="resp" data-r="{answer.value}"><i>{answer.sign}</i>{escape(answer.word)}</span>'
    given = "".join(
        f'<p class="rx-name">{escape(item.label)}</p>'
        for prescription in step.prescriptions
        for item in prescription.items.all()
    )
    matter = escape(truncatechars(consultation.diagnosis or consultation.complaints, TOLD_SHOWN))
    return (
        f'<li><p class="when num"><a href="{before_id}{consultation.pk}{after_id}">{day(consultation.scheduled_at)}</a>'
        f'{told}</p>{given}<p class="ink-3 tiny">{matter}</p></li>\n'
    )
