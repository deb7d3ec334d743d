"""A small closed loop of HTTP clients: each keeps its connection and asks again as soon as it has its answer.

Requests are written as bytes beforehand and answers are only cut off at their length, so that the clients take as
little as they can from the machine that they share with the server.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """What the server said: its status, headers (names in lower case) and body."""

    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes


class Client:
    """A connection that stays open, with the cookies of a person who signed in."""

    def __init__(self, port: int):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, form: dict | None = None, **headers: str) -> bytes:
        """Return a request as bytes, a form with its CSRF token."""
        body = b""
        if form is not None:
            body = urlencode(form | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}).encode()
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        headers |= {"Host": f"127.0.0.1:{self.port}", "User-Agent": "bench"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def exchange(self, request: bytes) -> tuple[bytes, bytes]:
        """Send a request and return head and body of the answer."""
        self.socket.sendall(request)
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive()
        head, parts, missing = data[:end], [data[end + 4 :]], 0
        at = head.lower().find(b"content-length:")
        if at >= 0:
            missing = int(head[at + 15 :].split(b"\r\n", 1)[0]) - len(parts[0])
        while missing > 0:
            parts.append(self._receive())
            missing -= len(parts[-1])
        return head, b"".join(parts)

    def _receive(self) -> bytes:
        data = self.socket.recv(1 << 17)
        if not data:
            raise ConnectionError("The server closed the connection.")
        return data

    def ask(self, request: bytes) -> Answer:
        """Send a request and read its answer, cookies and all."""
        head, body = self.exchange(request)
        status, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.split(": ", 1) for line in lines]
        cookies = dict(value.split(";", 1)[0].split("=", 1) for name, value in pairs if name.lower() == "set-cookie")
        return Answer(int(status.split()[1]), {name.lower(): value for name, value in pairs}, cookies, body)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in as a browser would."""
        self.cookies |= self.ask(self.request("GET", "/accounts/login/")).cookies
        answer = self.ask(self.request("POST", "/accounts/login/", {"login": email, "password": password}))
        if answer.status != 302:
            raise RuntimeError(f"{email} could not sign in: {answer.status}")
        self.cookies |= answer.cookies


@dataclass
class Window:
    """What was measured in one stretch of time: its seconds and each answer's, bytes, wrong answers, seconds of CPU."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    size: int = 0
    failures: list[str] = field(default_factory=list)
    cpu: float = 0.0

    @property
    def cost(self) -> float:
        """Return the milliseconds of a processor that an answer took the server and the database."""
        return 1000 * self.cpu / len(self.waits)

    @property
    def rate(self) -> float:
        """Return the answers a second."""
        return len(self.waits) / self.seconds


def measure(
    clients: list[Client], requests: Callable[[Client], Iterator[bytes]], status: int, seconds: float
) -> Window:
    """Let every client ask for `seconds`, one request after another, and return what they got."""
    window, lock = Window(), threading.Lock()
    gate = threading.Barrier(len(clients) + 1)

    def run(client: Client) -> None:
        source, waits, size, failures = requests(client), [], 0, []
        wanted = b" %d " % status
        gate.wait()
        until = time.perf_counter() + seconds
        while (begin := time.perf_counter()) < until:
            head, body = client.exchange(next(source))
            waits.append(time.perf_counter() - begin)
            size += len(body)
            if wanted not in head[:16]:
                failures.append(head.split(b"\r\n", 1)[0].decode())
        with lock:
            window.waits += waits
            window.size += size
            window.failures += failures

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    gate.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    window.seconds = time.perf_counter() - begin
    return window
