"""WSGI entry point, served by gunicorn."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeo.settings")


class Request(WSGIRequest):
    """A request whose charset is left to `refuse_unreadable`: Django fails on an odd one before any page can say so."""

    def _set_content_type_params(self, meta):
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (LookupError, ValueError):
            self.content_type, self.content_params = "", {"charset": "unknown"}


application = get_wsgi_application()
application.request_class = Request
