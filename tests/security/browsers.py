"""People at real connections to a running server: no test client, a socket and a thread for each."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client

FORM = "application/x-www-form-urlencoded"


class Browser:
    """Somebody who is signed in at the server at `url`."""

    def __init__(self, url: str, user):
        client = Client()
        client.force_login(user)
        self.host = urlsplit(url).netloc
        self.csrf = _get_new_csrf_string()
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={self.csrf}",
            "X-CSRFToken": self.csrf,
        }

    def send(self, method, path, body="", content_type=FORM):
        """Send one request; return status, address of a redirect, and the page."""
        here = http.client.HTTPConnection(self.host, timeout=30)
        try:
            here.request(method, path, body, self.headers | {"Content-Type": content_type})
            answer = here.getresponse()
            return answer.status, answer.getheader("Location"), answer.read().decode(errors="replace")
        finally:
            here.close()

    def post(self, path, fields):
        """Send a form."""
        return self.send("POST", path, urlencode(fields))


def at_once(calls):
    """Run the calls in threads that start together; return what each gave, or the error that it raised."""
    gate = Barrier(len(calls))

    def run(call):
        try:
            gate.wait(timeout=20)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
