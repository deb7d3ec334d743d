"""The blocks of the day board, which has hundreds: written by functions, many times quicker than by includes."""

from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Role
from homeo.base.templatetags.homeo import icon
from homeo.dashboards.board import Block, Board, Lane
from homeo.dashboards.board import clock as clock_of
from scheduling.models import Appointment

register = template.Library()
PLACEHOLDER = "0" * 24


class BlockWriter:
    """Writes the blocks of one lane; what all of them share, words and addresses, is looked up once."""

    def __init__(self, board: Board, lane: Lane, *, can_book: bool):
        self.lane = lane
        self.can_book = can_book
        self.booking = (
            f"{reverse('scheduling:appointment_create')}?doctor={lane.doctor.user_id}"
            f"&amp;date={board.day.isoformat()}&amp;time="
        )
        detail = reverse("scheduling:appointment_detail", args=[PLACEHOLDER])
        self.before_id, self.after_id = detail.split(PLACEHOLDER)
        self.plus = icon("plus", size="s")
        self.free_word = escape(_("free"))
        self.book_with = escape(_("book with %(doctor)s") % {"doctor": lane.doctor.user.display_name})
        self.online, self.first, self.follow_up = map(escape, (_("Asked online"), _("First visit"), _("Follow-up")))
        self.labels: dict[str, str] = {}

    def write(self) -> SafeString:
        """Return the lane's blocks as items of its list."""
        return mark_safe("\n".join(map(self._item, self.lane.blocks)))  # noqa: S308 - what people typed is escaped below

    def _item(self, block: Block) -> str:
        match block.kind:
            case "visit":
                content = self._visit(block)
            case "free":
                content = self._free(block)
            case _:
                content = self._closed(block)
        place = f" {block.place}" if block.place else ""
        past = " is-past" if block.is_past else ""
        return f'<li class="at-{block.at} for-{block.rows}{place}{past}">{content}</li>'

    def _visit(self, block: Block) -> str:
        visit, state = block.visit, block.visit.state
        look, label = self._state(block, state)
        classes = ["visit"]
        if visit.visit_type_id:
            classes.append(f"kind-{visit.visit_type.colour.lower()}")
        if block.size:
            classes.append(block.size)
        if visit.is_overbooked:
            classes.append("over")
        return (
            f'<a class="{" ".join(classes)}" id="visit-{visit.pk}" '
            f'data-state="{"cancelled" if state == "replaced" else state}" '
            f'href="{self.before_id}{visit.pk}{self.after_id}"><span class="who">{escape(visit.patient_name)}</span>'
            f'<span class="state state-bare" data-state="{look}">{label}</span>'
            f'<span class="what num">{clock_of(block.start)} · {self._what(visit, state)} · '
            f"{escape(visit.patient_phone)}</span></a>"
        )

    def _state(self, block: Block, state: str) -> tuple[str, str]:
        """Return how the state looks, and its word."""
        visit = block.visit
        if visit.is_overbooked and visit.is_open and not visit.checked_in_at:
            return "overbooked", escape(_("Overbooked"))
        if state == "arrived":
            return state, _('<span class="word">Arrived · </span>%(minutes)s min') % {"minutes": block.waited}
        if state not in self.labels:
            self.labels[state] = escape(visit.state_label)
        return state, self.labels[state]

    def _what(self, visit: Appointment, state: str) -> str:
        kind = escape(visit.visit_type.name) if visit.visit_type_id else ""
        if state == "pending" and visit.booker_role == Role.PATIENT:
            return f"{self.online}, {kind}" if kind else self.online
        return kind or (self.first if visit.is_first else self.follow_up)

    def _free(self, block: Block) -> str:
        time = clock_of(block.start)
        if not self.can_book:
            return f'<span class="free num">{time} {self.free_word}</span>'
        hidden = ' class="vh"' if block.place == "rest" else ""
        return (
            f'<a class="free num" id="free-{self.lane.doctor.user_id}-{block.start}" href="{self.booking}{time}">'
            f"{self.plus}{time} <span{hidden}>{self.free_word}</span>"
            f'<span class="vh">, {self.book_with}</span></a>'
        )

    def _closed(self, block: Block) -> str:
        words = f"<span>{escape(block.label)}</span>" if block.has_room_for_words else ""
        return f'<div class="closed is-{block.look}">{words}</div>'


@register.simple_tag
def lane_blocks(board: Board, lane: Lane, can_book: bool) -> SafeString:
    """Show the blocks of a lane; `can_book`: whether free slots are links to the booking."""
    return BlockWriter(board, lane, can_book=can_book).write()
