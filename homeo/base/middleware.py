"""Rules that hold for every request and answer."""

from django.core.exceptions import BadRequest
from django.utils.cache import patch_cache_control


def private_pages(get_response):
    """Forbid every cache to keep a page, unless the view said otherwise."""

    def middleware(request):
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return middleware


def refuse_unreadable(get_response):
    """Answer 400 to a request that is not in UTF-8, or has a NUL byte anywhere: PostgreSQL cannot store one."""

    def middleware(request):
        if request.content_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            raise BadRequest("Not in UTF-8")
        # In cookies too: a quoted value may spell any byte, and the session's is looked up in the database.
        values = [request.path, *request.COOKIES.values(), *_values(request.GET), *_values(request.POST)]
        if any("\0" in value for value in values):
            raise BadRequest("NUL byte")
        return get_response(request)

    return middleware


def _values(data):
    for key, values in data.lists():
        yield key
        yield from values
