"""Errors of the consulting room."""

from django.utils.translation import gettext as _

from homeo.base.errors import DomainError


class LinesRefusedError(DomainError):
    """Lines of a prescription are refused; `lines` has the messages by column, by the number of the line."""

    def __init__(self, lines: dict[int, dict[str, str]]):
        super().__init__(_("Look at the marked lines."))
        self.lines = lines
