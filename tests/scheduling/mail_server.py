"""A mail server on the loopback: takes mails, refuses some, and can be made to hang."""

import email
import socketserver
import threading
from contextlib import contextmanager
from email import policy


class MailServer(socketserver.ThreadingTCPServer):
    """What was delivered is in `mails`; addresses in `refused` get 550; while `is_open` is not set, nothing is taken.

    `reached` is set when a client has handed over a whole mail and waits for the answer.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails, self.refused = [], set()
        self.reached, self.is_open = threading.Event(), threading.Event()
        self.is_open.set()


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            match line.split(":")[0].upper().split(" ")[0]:
                case "RCPT" if any(address in line for address in self.server.refused):
                    self.say("550 no such person")
                case "DATA":
                    self.say("354 go on")
                    self.take()
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 fine")

    def take(self):
        lines = []
        while (line := self.rfile.readline()).strip() != b"." and line:
            lines.append(line.removeprefix(b"."))
        self.server.reached.set()
        if not self.server.is_open.is_set():
            self.server.is_open.wait(120)
            return  # the connection ends without an answer: nothing was delivered
        self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=policy.default))
        self.say("250 taken")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving():
    """Yield a running server."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.is_open.set()
            server.shutdown()
