"""How gunicorn serves Homeo, in the demo and in production; variables of the environment change it."""

import gc
import os

from gunicorn.glogging import Logger

from homeo.base.logs import without_secrets


class PathLogger(Logger):
    """Log requests without the keys that some paths are."""

    def atoms(self, resp, req, environ, request_time):
        """Return what the access log may write, its path shortened."""
        atoms = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": without_secrets(atoms["U"] or "")}


def post_worker_init(_worker):
    """Leave what a worker has loaded for good out of the search for garbage, which took a twelfth of a page's time."""
    gc.collect()
    gc.freeze()


logger_class = PathLogger
wsgi_app = "homeo.wsgi:application"
bind = os.environ.get("HOMEO_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("HOMEO_THREADS", "4"))
timeout = 60
graceful_timeout = 20
max_requests = 5000
max_requests_jitter = 500
accesslog = "-"
# The path alone: what people type into a form of search belongs in no log.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
control_socket_disable = True
