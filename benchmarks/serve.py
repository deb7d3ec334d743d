"""Measure the busiest pages: `make bench-scheduling`, or `python -m benchmarks.serve`.

Two clinics, the whole one and a hundredth of it, are each served by gunicorn as deployed. Every page is measured
between two measurements of the floor, a page that reads one row and extends the layout, and compared with these alone:
whatever else the machine does meets all three. The table gives the medians of several rounds.

Environment: `SCALE` (1) and `SCALE_SMALL` (a hundredth of it), `ROUNDS` (5), `SECONDS` of a measurement (2),
`PAGES` (only those whose names hold this text; where none does, only the race is run), `BENCH_PORT` (8790, and the
next).
"""

import importlib
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import psycopg
from psycopg import sql

from benchmarks.cpu import seconds_used
from benchmarks.load import Client, Window, measure
from homeo import postgres

PROJECT = Path(__file__).resolve().parent.parent
SCALE = float(os.environ.get("SCALE", "1"))
SMALL = float(os.environ.get("SCALE_SMALL", SCALE / 100))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "2"))
ONLY = os.environ.get("PAGES", "")
PORT = int(os.environ.get("BENCH_PORT", "8790"))
CLIENTS = 8
SUITES = {"scheduling": "benchmarks.pages", "clinical": "benchmarks.clinical"}
"""What is measured: modules with `email(n)`, who signs in, and `pages(connection)`."""

START = 30


def conninfo(**changed) -> str:
    """Return how psycopg connects to the server of the settings."""
    if url := os.environ.get("DATABASE_URL"):
        return psycopg.conninfo.make_conninfo(url, **changed)
    access = postgres.connection_settings()
    return psycopg.conninfo.make_conninfo(
        host=access["HOST"], port=access["PORT"], user=access["USER"], **({"dbname": access["NAME"]} | changed)
    )


@dataclass
class Clinic:
    """A clinic of one scale, served on a port, with those who ask it."""

    scale: float
    port: int
    suite: str
    clients: list[Client] = field(default_factory=list)
    pages: list = field(default_factory=list)
    floor: object = None
    server: int = 0

    @property
    def database(self) -> str:
        """Return the name of its database."""
        return f"homeo_bench_{self.scale:g}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables of its processes."""
        return os.environ | {
            "BENCH_DATABASE": self.database,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "HOMEO_BIND": f"127.0.0.1:{self.port}",
            "DEBUG": "0",
        }

    def prepare(self) -> None:
        """Make its database, unless it is there."""
        with psycopg.connect(conninfo(), autocommit=True) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [self.database]).rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database)))
        command = [sys.executable, "-m", "benchmarks.prepare", str(self.scale), self.suite]
        subprocess.run(command, env=self.environment, cwd=PROJECT, check=True)  # noqa: S603

    @contextmanager
    def served(self):
        """Keep it served while the block runs."""
        command = [sys.executable, "-m", "gunicorn", "--access-logfile", os.devnull, "--log-level", "warning"]
        command += ["--keep-alive", "75", "--max-requests", "0"]
        server = subprocess.Popen(command, env=self.environment, cwd=PROJECT)  # noqa: S603
        self.server = server.pid
        try:
            self._await(server)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()

    def _await(self, server: subprocess.Popen) -> None:
        deadline = time.monotonic() + START
        while True:
            try:
                with closing(Client(self.port).socket):
                    return
            except ConnectionRefusedError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def open(self) -> None:
        """Sign everybody in and read what is asked for."""
        from benchmarks.data import PASSWORD  # noqa: PLC0415 - needs the settings

        suite = importlib.import_module(SUITES[self.suite])
        for n in range(CLIENTS):
            client = Client(self.port)
            client.sign_in(suite.email(n), PASSWORD)
            self.clients.append(client)
        with psycopg.connect(conninfo(dbname=self.database)) as connection:
            self.floor, found = suite.pages(connection)
        self.pages = [page for page in found if ONLY in page.name]

    def ask(self, page, seconds: float = SECONDS) -> Window:
        """Measure a page; every answer must be what the page promises."""
        before = seconds_used(self.server, self.database)
        window = measure(self.clients, page.requests, page.status, seconds)
        window.cpu = seconds_used(self.server, self.database) - before
        if window.failures:
            raise RuntimeError(f"{page.name}: {len(window.failures)} wrong answers, such as {window.failures[0]}")
        return window

    def queries(self, page) -> int:
        """Return the most queries that one of ten answers of a page asks."""
        client = self.clients[0]
        source = page.requests(client)
        counted = [next(source).replace(b"\r\n", b"\r\nCount-Queries: 1\r\n", 1) for _ in range(10)]
        return max(int(client.ask(request).headers["queries"]) for request in counted)


def measure_pages(clinics: list[Clinic]) -> tuple[dict, dict, dict]:
    """Return the measurements of every page and its shares of the floor, in answers and in work, by page and scale."""
    windows, shares, work = defaultdict(list), defaultdict(list), defaultdict(list)
    for clinic in clinics:
        for page in (clinic.floor, *clinic.pages):
            clinic.ask(page, seconds=1)
    for turn in range(ROUNDS):
        print(f"Round {turn + 1} of {ROUNDS}", file=sys.stderr)  # noqa: T201
        for pages in zip(*(clinic.pages for clinic in clinics), strict=True):
            for clinic, page in zip(clinics, pages, strict=True):
                before = clinic.ask(clinic.floor, SECONDS / 2)
                window = clinic.ask(page)
                after = clinic.ask(clinic.floor, SECONDS / 2)
                floor = (len(before.waits) + len(after.waits)) / (before.seconds + after.seconds)
                windows[page.name, clinic.scale].append(window)
                windows["floor", clinic.scale] += [before, after]
                shares[page.name, clinic.scale].append(window.rate / floor)
                cost = 1000 * (before.cpu + after.cpu) / (len(before.waits) + len(after.waits))
                work[page.name, clinic.scale].append(cost / window.cost)
    return windows, shares, work


def print_table(clinics: list[Clinic]) -> None:
    """Measure, and print the table in Markdown."""
    whole, small = clinics
    windows, shares, work = measure_pages(clinics)
    print(  # noqa: T201
        "\n| page | requests/s | p50 ms | p95 ms | CPU ms | queries | bytes | share of the floor | by CPU | wanted | "
        f"CPU ms at {small.scale:g} | × |\n| --- |{' ---: |' * 11}"
    )
    for page, twin in zip((whole.floor, *whole.pages), (small.floor, *small.pages), strict=True):
        measured = windows[page.name, whole.scale]
        waits = [1000 * wait for window in measured for wait in window.waits]
        asked, asked_small = whole.queries(page), small.queries(twin)
        cost = median(window.cost for window in measured)
        cost_small = median(window.cost for window in windows[page.name, small.scale])
        cells = [
            page.name,
            f"{median(window.rate for window in measured):.0f}",
            f"{median(waits):.1f}",
            f"{quantiles(waits, n=20)[-1]:.1f}",
            f"{cost:.1f}",
            f"{asked}" if asked == asked_small else f"{asked} ({asked_small} at {small.scale:g})",
            f"{sum(window.size for window in measured) // len(waits):,}",
            f"{median(shares[page.name, whole.scale] or [1]):.2f}",
            f"{median(work[page.name, whole.scale] or [1]):.2f}",
            f"{page.target:.3g}" if page.target else "",
            f"{cost_small:.1f}",
            f"{cost / cost_small:.2f}",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)  # noqa: T201


def print_race(clinic: Clinic) -> None:
    """Let two hundred people book twenty slots at once, and say what came of it."""
    from benchmarks import race  # noqa: PLC0415 - needs the settings

    before = seconds_used(clinic.server, clinic.database)
    with psycopg.connect(conninfo(dbname=clinic.database)) as connection:
        outcome = race.run(clinic.clients, connection)
    used = seconds_used(clinic.server, clinic.database) - before
    print(  # noqa: T201
        f"\n{race.PEOPLE} people booked the same {race.SLOTS} slots at once: {outcome.booked} are booked, "
        f"{outcome.offered} were offered other times, the longest wait took {outcome.longest:.1f} s, "
        f"of which the answers took {used:.1f} s of processor time."
        + (f" Other answers: {outcome.others}." if outcome.others else "")
    )


def main() -> None:
    """Make what is missing, serve, measure, and print the table."""
    suite = sys.argv[1]
    clinics = [Clinic(SCALE, PORT, suite), Clinic(SMALL, PORT + 1, suite)]
    with ExitStack() as stack:
        stack.enter_context(nullcontext() if os.environ.get("DATABASE_URL") else postgres.serving())
        for clinic in clinics:
            clinic.prepare()
        os.environ |= clinics[0].environment
        import django  # noqa: PLC0415 - the settings name the database

        django.setup()
        for clinic in clinics:
            stack.enter_context(clinic.served())
            clinic.open()
        if clinics[0].pages:
            print_table(clinics)
        if suite == "scheduling":
            print_race(clinics[0])


if __name__ == "__main__":
    main()
