"""Pages that keep themselves fresh: `static/js/queue.js` asks every few seconds, and mostly hears of no change."""

from collections.abc import Callable

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag


def answer_live(request, version: str, render: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer 304 where the browser shows this `version` already, else with what `render` makes of it."""
    etag = quote_etag(version)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render()
        response["ETag"] = etag
    return response


class LiveMixin:
    """A page of which a part is asked for anew by script, in a request with htmx's header.

    - `part_template_name`: the part alone.
    - `read_version()`: a word that changes with what the part shows, with fewer queries than the part takes.
    """

    part_template_name = ""

    def read_version(self) -> str:
        """Return the word."""
        raise NotImplementedError

    def get_template_names(self):
        """Return the whole page, or the part that changes."""
        return [self.part_template_name if self.request.htmx else self.template_name]

    def get(self, request, *args, **kwargs):
        """Show the page, or answer the script."""
        if not request.htmx:
            return super().get(request, *args, **kwargs)
        return answer_live(request, self.read_version(), lambda: super(LiveMixin, self).get(request, *args, **kwargs))
