"""The rows of the queue beside the board, which is asked for every few seconds: written by functions for speed."""

import datetime as dt
from collections.abc import Iterable
from html import escape

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from homeo.base.templatetags.homeo import day, icon
from homeo.dashboards.board import Board
from homeo.dashboards.queue import Entry, Queue
from scheduling.models import Appointment

register = template.Library()
PLACEHOLDER = "0" * 24


class QueueWriter:
    """Writes the lists of a queue; what all rows share, words and addresses, is looked up once."""

    def __init__(self, queue: Queue, board: Board, *, back_to: str, csrf_token: str, perms):
        self.queue, self.board = queue, board
        self.hidden = (
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(str(csrf_token))}">'
            f'<input type="hidden" name="next" value="{escape(back_to)}">'
        )
        self.before_id, self.after_id = reverse("scheduling:appointment_detail", args=[PLACEHOLDER]).split(PLACEHOLDER)
        may = perms["scheduling"]
        self.can_call, self.can_check_in = may["call_appointment"], may["check_in_appointment"]
        self.can_confirm = may["confirm_appointment"]
        self.call, self.again, self.undo = map(escape, (_("Call"), _("Again"), _("Undo the check-in of")))
        self.check_in, self.confirm, self.token = map(escape, (_("Check in"), _("Confirm"), _("Token")))
        self.late = escape(_("late"))
        self.minutes, self.since, self.called = _("%d min"), _("since %s"), _("called %s")
        self.call_icon, self.enter_icon = icon("speakerphone", size="s"), icon("login-2", size="s")
        self.undo_icon = icon("arrow-back-up", size="s")
        self.doctors: dict[str, str] = {}

    def write(self) -> SafeString:
        """Return the lists that are not empty, each with its heading."""
        queue = self.queue
        more = self._more(queue.expected_later) if queue.expected_later else ""
        lists = (
            (_("Waiting"), len(queue.waiting), map(self._waiting, queue.waiting), ""),
            (_("With the doctor"), len(queue.with_doctor), map(self._inside, queue.with_doctor), ""),
            (_("Expected, not here yet"), len(queue.expected), map(self._expected, queue.expected), more),
            (_("To confirm"), len(queue.to_confirm), map(self._to_confirm, queue.to_confirm), ""),
            (_("Cancelled or moved"), len(queue.called_off), map(self._called_off, queue.called_off), ""),
        )
        return mark_safe("".join(self._list(*each) for each in lists if each[1] or each[3]))  # noqa: S308 - what people typed is escaped below

    def _list(self, title: str, count: int, rows: Iterable[str], more: str) -> str:
        heading = f'<h3>{escape(title)} <span class="n num">{count}</span></h3>'
        return f'{heading}<ul class="plain">{"".join(rows)}{more}</ul>'

    def _more(self, count: int) -> str:
        return f'<li class="q-more num">{escape(_("%(count)d more later today") % {"count": count})}</li>'

    def _waiting(self, entry: Entry) -> str:
        visit, buttons = entry.visit, ""
        name = escape(visit.patient_name)
        if self.can_check_in and entry.is_new and not visit.called_at:
            words = f'{self.undo_icon}<span class="vh">{self.undo} {name}</span>'
            buttons += self._button(visit, "check-in/undo", words, look="btn-quiet btn-square", title=self.undo)
        if self.can_call and (entry.is_next or visit.called_at):
            words = f"{self.call_icon}{self.again if visit.called_at else self.call}"
            known = (
                f'<input type="hidden" name="called" value="{visit.called_at.isoformat() if visit.called_at else ""}">'
            )
            buttons += self._button(visit, "call", f'{words}<span class="vh"> {name}</span>', known)
        if not buttons:
            return self._row(visit, self._token(visit, "is-wait"), "", self._minutes(entry))
        if visit.called_at:
            words, note = escape(self.called % _time_of(visit.called_at)), ' class="q-called"'
        else:
            words, note = escape(self.minutes % entry.minutes), ' class="is-long"' if entry.is_long else ""
        before = f"<span{note}>{words}</span> · "
        return self._row(visit, self._token(visit, "is-wait"), "", buttons, before=before)

    def _inside(self, entry: Entry) -> str:
        return self._row(entry.visit, self._token(entry.visit, "is-now"), "", self._minutes(entry))

    def _expected(self, visit: Appointment) -> str:
        is_late = visit.starts_at < self.board.now
        button = ""
        if self.can_check_in:
            name = escape(visit.patient_name)
            words = f'{self.enter_icon}{self.check_in}<span class="vh"> {name}</span>'
            button = self._button(visit, "check-in", words)
        return self._row(visit, self._time(visit, " is-wait" * is_late), f" · {self.late}" * is_late, button)

    def _to_confirm(self, visit: Appointment) -> str:
        name, button = escape(visit.patient_name), ""
        if self.can_confirm:
            button = self._button(visit, "confirm", f'{self.confirm}<span class="vh"> {name}</span>')
        other_day = visit.appointment_date != self.board.day
        before = f"{escape(day(visit.appointment_date, 'short'))} · " if other_day else ""
        return self._row(visit, self._time(visit), "", button, before=before)

    def _called_off(self, visit: Appointment) -> str:
        state = f'<span class="state" data-state="{visit.state}">{escape(visit.state_label)}</span>'
        return self._row(visit, self._time(visit), "", state)

    def _row(self, visit: Appointment, token: str, after: str, end: str, *, before: str = "") -> str:
        if visit.doctor_id not in self.doctors:
            self.doctors[visit.doctor_id] = escape(visit.doctor.display_name)
        link = f'<a href="{self.before_id}{visit.pk}{self.after_id}">{escape(visit.patient_name)}</a>'
        return (
            f'<li class="q-item">{token}<div><div class="nm">{link}</div>'
            f'<div class="dt">{before}{self.doctors[visit.doctor_id]}{after}</div></div>'
            f'<div class="q-end">{end}</div></li>'
        )

    def _token(self, visit: Appointment, look: str) -> str:
        if visit.token_number is None:
            return self._time(visit, f" {look}")
        return (
            f'<span class="token token-n num {look}"><span class="vh">{self.token} </span>{visit.token_number}</span>'
        )

    def _time(self, visit: Appointment, look: str = "") -> str:
        return f'<span class="token num{look}">{visit.appointment_time:%H:%M}</span>'

    def _minutes(self, entry: Entry) -> str:
        minutes, since = escape(self.minutes % entry.minutes), escape(self.since % _time_of(entry.since))
        long = " is-long" if entry.is_long and not entry.visit.started_at else ""
        return f'<div class="mins{long}">{minutes}<small>{since}</small></div>'

    def _button(self, visit: Appointment, action: str, words: str, fields="", *, look="", title="") -> str:
        classes = f"btn btn-s {look}".strip()
        hint = f' title="{title}"' if title else ""
        return (
            f'<form method="post" action="{self.before_id}{visit.pk}{self.after_id}{action}/">{self.hidden}{fields}'
            f'<button class="{classes}" id="{action.replace("/", "-")}-{visit.pk}"{hint}>{words}</button></form>'
        )


def _time_of(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


@register.simple_tag
def queue_lists(queue: Queue, board: Board, back_to: str, csrf_token: str, perms) -> SafeString:
    """Show the lists of a queue; `back_to` is the page of ours to go back to from its buttons."""
    return QueueWriter(queue, board, back_to=back_to, csrf_token=csrf_token, perms=perms).write()
