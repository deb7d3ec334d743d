"""The lanes of the board, with hundreds of blocks: written by functions, many times quicker than by includes."""

from functools import cache
from html import escape

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import Role
from homeo.base.templatetags.homeo import clock as clock_time
from homeo.base.templatetags.homeo import day as day_in_words
from homeo.base.templatetags.homeo import icon
from homeo.dashboards.blocks import SHORT_ROWS, TALL_ROWS, WORD_ROWS, Block, clock, row_of
from homeo.dashboards.board import Board, Lane
from homeo.dashboards.visits import Visit

register = template.Library()
PLACEHOLDER = "0" * 24
NOTE_SHOWN = 160
MOVABLE = frozenset({"pending", "confirmed"})


class BoardWriter:
    """Writes the lanes of a board; what all of them share, words and addresses, is looked up once.

    Args:
        can_book: whether free slots are links to the booking.
        can_place: whether visits may be moved; each that may tells the script its start, length and version.
    """

    def __init__(self, board: Board, *, can_book: bool, can_place: bool):
        self.board = board
        self.can_book = can_book
        self.can_place = can_place
        self.top = board.first_row
        self.booking = reverse("scheduling:appointment_create")
        self.other_board = reverse("day" if board.is_week else "week")
        self.before_id, self.after_id = reverse("scheduling:appointment_detail", args=[PLACEHOLDER]).split(PLACEHOLDER)
        self.plus, self.free_word = icon("plus", size="s"), escape(_("free"))
        self.note_start = f'{icon("note", size="s")}<span class="vh">{escape(_("Note:"))} </span>'
        self.arrived = _('<span class="word">Arrived · </span>%(minutes)s min')
        self.book_with = _("book with %(doctor)s")
        self.online, self.first, self.follow_up = map(escape, (_("Asked online"), _("First visit"), _("Follow-up")))
        self.overbooked = escape(_("Overbooked"))
        self.labels: dict[str, str] = {}
        now_row = board.now_row
        self.now = "" if now_row is None else f'<li class="now-line at-{now_row}" aria-hidden="true"></li>'

    def write(self) -> SafeString:
        """Return the hours at the side, then the lanes."""
        return mark_safe(self._side() + "".join(map(self._lane, self.board.lanes)))  # noqa: S308 - escaped below

    def _side(self) -> str:
        board = self.board
        hours = "".join(f'<span class="at-{row} for-12">{hour}</span>' for row, hour in board.hours)
        if board.now_row is not None:
            hours += f'<span class="now-pill at-{board.now_row}">{clock_time(board.now)}</span>'
        height = f" {board.height}" if board.height else ""
        return (
            f'<div class="lane-side{height}" data-version="{board.version}" aria-hidden="true">'
            f'<div class="lane-corner"></div><div class="lane-times">{hours}</div></div>\n'
        )

    def _lane(self, lane: Lane) -> str:
        board, doctor, day = self.board, lane.doctor, lane.day.isoformat()
        doctor_id, doctor_name = doctor.user_id, doctor.user.display_name
        name, key = (day_in_words(lane.day, "short"), day) if board.is_week else (doctor_name, doctor_id)
        other = f"{self.other_board}?day={day}&amp;doctor={doctor_id}"
        is_today = lane.day == board.now.date()
        late = f'<span class="state state-bare" data-state="late">{self._late(lane)}</span>' if lane.late else ""
        self.booking_here = f"{self.booking}?doctor={doctor_id}&amp;date={day}&amp;time="
        self.booking_words = escape(self.book_with % {"doctor": doctor_name})
        self.key = key
        return (
            f'<section class="lane-doc{" is-today" if board.is_week and is_today else ""}" '
            f'aria-labelledby="lane-{key}"><div class="lane-head">'
            f'<h2 id="lane-{key}"><a href="{other}">{escape(name)}</a></h2>'
            f'<p><span class="num">{lane.hours_text or escape(_("Not at work"))}</span>{late}</p></div>'
            f'<ol class="lane" data-doctor="{doctor_id}" data-day="{day}" data-top="{board.span[0]}" '
            f'data-step="{doctor.slot_minutes}">{"".join(map(self._item, lane.blocks))}'
            f"{self.now if is_today else ''}</ol></section>\n"
        )

    def _late(self, lane: Lane) -> str:
        return escape(_("%(minutes)s min late") % {"minutes": lane.late})

    def _item(self, block: Block) -> str:
        rows = block.rows
        match block.kind:
            case "visit":
                content = self._visit(block, rows)
            case "free":
                content = self._free(block)
            case _:
                words = f"<span>{escape(block.label)}</span>" if rows >= WORD_ROWS else ""
                content = f'<div class="closed is-{block.look}">{words}</div>'
        place = f" {block.place}" if block.place else ""
        past = " is-past" if block.is_past else ""
        return f'<li class="at-{row_of(block.start) - self.top} for-{rows}{place}{past}">{content}</li>\n'

    def _visit(self, block: Block, rows: int) -> str:
        visit = block.visit
        state = visit.state
        look, label = self._state(visit, state, block.waited)
        kind = f" kind-{visit.kind_colour.lower()}" if visit.kind_colour else ""
        size = " short" if rows <= SHORT_ROWS else " tall" if rows >= TALL_ROWS else ""
        over = " over" if visit.is_overbooked else ""
        move = ""
        if self.can_place and state in MOVABLE:
            move = f' data-move="{block.start} {visit.duration} {visit.updated_at.isoformat()}"'
        name, note = escape(visit.patient_name), self._note(visit.notes)
        return (
            f'<a class="visit{kind}{size}{over}" id="visit-{visit.pk}" data-state="{state}"{move} '
            f'href="{self.before_id}{visit.pk}{self.after_id}"><span class="who">{name}</span>'
            f'<span class="state state-bare" data-state="{look}">{label}</span>'
            f'<span class="what num">{clock(block.start)} · {self._what(visit, state)} · '
            f"{escape(visit.patient_phone)}</span>{note}</a>"
        )

    def _note(self, text: str) -> str:
        if not text:
            return ""
        words = escape(text if len(text) <= NOTE_SHOWN else f"{text[:NOTE_SHOWN]}…")
        return f'<span class="memo" title="{words}">{self.note_start}{words}</span>'

    def _state(self, visit: Visit, state: str, waited: int) -> tuple[str, str]:
        """Return how the state looks, and its word."""
        if visit.is_overbooked and visit.is_open and not visit.checked_in_at:
            return "overbooked", self.overbooked
        if state == "arrived":
            return state, self.arrived % {"minutes": waited}
        if state not in self.labels:
            self.labels[state] = escape(visit.state_label)
        return state, self.labels[state]

    def _what(self, visit: Visit, state: str) -> str:
        kind = escape(visit.kind_name)
        if state == "pending" and visit.booker_role == Role.PATIENT:
            return f"{self.online}, {kind}" if kind else self.online
        return kind or (self.first if visit.is_first else self.follow_up)

    def _free(self, block: Block) -> str:
        time = clock(block.start)
        if not self.can_book:
            return f'<span class="free num">{time} {self.free_word}</span>'
        hidden = ' class="vh"' if block.place == "rest" else ""
        return (
            f'<a class="free num" id="free-{self.key}-{block.start}" href="{self.booking_here}{time}">'
            f"{self.plus}{time} <span{hidden}>{self.free_word}</span>"
            f'<span class="vh">, {self.booking_words}</span></a>'
        )


@register.simple_tag
def board_tally(board: Board) -> SafeString:
    """Say how the day stands, in numbers; of a week only how many visits and free slots there are."""
    tally = board.tally
    shown = [(tally["visits"], ngettext("visit", "visits", tally["visits"]), "")]
    if tally["done"]:
        shown.append((tally["done"], _("done"), ""))
    if tally["waiting"] and not board.is_week:
        shown.append((tally["waiting"], _("waiting"), ' class="warm"'))
    if tally["in_consultation"] and not board.is_week:
        shown.append((tally["in_consultation"], _("in consultation"), ""))
    shown.append((tally["free"], ngettext("slot free", "slots free", tally["free"]), ""))
    parts = (f"<span{look}><b>{count}</b> {escape(words)}</span>" for count, words, look in shown)
    return mark_safe("".join(parts))  # noqa: S308 - numbers, and words that are escaped


@register.simple_tag
def board_script(is_week: bool) -> SafeString:
    """Write the form by which the script moves visits, with what it says and its keys: the same for everybody."""
    return _board_script(get_language(), is_week)


@cache
def _board_script(_language: str, is_week: bool) -> SafeString:
    return render_to_string("dashboards/_board_script.html", {"is_week": is_week})


@register.simple_tag
def board_lanes(board: Board, can_book: bool, can_place: bool) -> SafeString:
    """Show the lanes of a board; see `BoardWriter`."""
    return BoardWriter(board, can_book=can_book, can_place=can_place).write()
