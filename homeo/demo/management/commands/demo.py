"""Serve the demo clinic."""

import os
import signal
import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from gunicorn.app.base import Application

from homeo.demo.factories.accounts import PASSWORD
from homeo.demo.management.commands.seed_demo import SIGN_INS

STOP_SECONDS = 20


class JobWorker:
    """The process that runs the jobs: reminders and the like."""

    def __init__(self, port: int):
        self.port = port
        self.process = None

    def start(self) -> None:
        """Start it, out of the terminal's reach: Ctrl-C is for the server, which then stops it."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "procrastinate", "worker"]
        environment = os.environ | {"HOMEO_SITE_URL": f"http://127.0.0.1:{self.port}"}
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own

    def stop(self) -> None:
        """Let it finish the jobs that it runs, and end it."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class DemoServer(Application):
    """Gunicorn within this process, as gunicorn.conf.py says but for the port, and the jobs; they end together."""

    def __init__(self, port: int, announce):
        self.port = port
        self.announce = announce
        self.jobs = JobWorker(port)
        super().__init__()

    def load_config(self):
        """Read the configuration that production has too."""
        self.load_config_from_file(str(settings.BASE_DIR / "gunicorn.conf.py"))
        self.cfg.set("bind", f"127.0.0.1:{self.port}")
        self.cfg.set("when_ready", self.when_ready)
        self.cfg.set("on_exit", lambda server: self.jobs.stop())

    def load(self):
        """Return the application."""
        from homeo.wsgi import application  # noqa: PLC0415 - each worker makes its own

        return application

    def when_ready(self, server):
        """Say where the clinic is; the end of the terminal is the end of the demo, not a wish to reload."""
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        self.jobs.start()
        self.announce()


class Command(BaseCommand):
    """Migrate, make the demo clinic where there is none, and serve until Ctrl-C; the static files are collected."""

    help = "Serves the demo clinic under gunicorn; `make demo` sets everything up and runs this."

    def add_arguments(self, parser):
        """Take the port."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args, port, **options):
        """Prepare everything, then serve."""
        if not settings.DEMO:
            raise CommandError("Set HOMEO_DEMO=1: the demo clinic has known passwords.")
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _frame: sys.exit(128 + number))
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("seed_demo")
        # What is held here must not be inherited by the workers: connections and unwritten output.
        connection.close()
        connection.close_pool()
        self.stdout.flush()
        DemoServer(port, lambda: self._announce(port)).run()

    def _announce(self, port: int) -> None:
        width = max(map(len, SIGN_INS))
        people = "\n".join(f"  {who:<{width}}  {email}" for who, email in SIGN_INS.items())
        self.stdout.write(
            f"\nHomeo is at http://127.0.0.1:{port}  (Ctrl-C ends it)\n"
            f"Sign in with the password {PASSWORD} as\n{people}\n"
        )
        self.stdout.flush()
