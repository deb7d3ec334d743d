"""The wish for a new link of the wall screen."""

from homeo.base.forms import BaseForm, OnceFormMixin


class ScreenLinkForm(OnceFormMixin, BaseForm):
    """The wish; there is nothing to fill in."""
