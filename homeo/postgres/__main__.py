"""The launcher's command line; see the package for its commands."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType

from . import PostgresError, data_folder, exclusive, serving
from . import __doc__ as usage
from .cluster import Cluster

NOT_RUNNING = 3  # as pg_ctl says it
NOT_FOUND = 127  # as a shell says it


def main(arguments: list[str]) -> int:
    """Carry out one command and return the process's exit status."""
    match arguments:
        case ["run", "--", *command] if command:
            return run(command)
        case ["status"]:
            return status()
        case ["stop"]:
            with exclusive() as cluster:
                cluster.stop()
        case ["reset"]:
            with exclusive() as cluster:
                cluster.stop()
                cluster.delete()
        case _:
            sys.stderr.write(usage)
            return 2
    return 0


def run(command: list[str]) -> int:
    """Run a command with the server up and return its exit status: 128 + n when signal n ended it.

    SIGINT, SIGTERM and SIGHUP go on to the command, so that it ends first and the server after it.
    """
    early: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    def forward(number: int, _frame: FrameType | None = None) -> None:
        if number == signal.SIGHUP:
            child.terminate()  # the terminal is gone; servers would take a SIGHUP for a wish to reload
        elif number != signal.SIGINT or not _is_foreground():
            child.send_signal(number)

    _on_signals(leave)
    with serving() as lock:
        # What arrives while the child is being made is kept for it.
        _on_signals(lambda number, _frame: early.append(number))
        try:
            child = subprocess.Popen(command, pass_fds=[lock])  # noqa: S603 - the caller's own command
        except OSError as error:
            sys.stderr.write(f"{error}\n")
            return NOT_FOUND
        _on_signals(forward)
        for number in early:
            forward(number)
        result = child.wait()
    return result if result >= 0 else 128 - result


def _on_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
            signal.signal(number, handler)


def _is_foreground() -> bool:
    """Tell whether we are in front on a terminal, which then sent its Ctrl-C to the child as well."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)


def status() -> int:
    """Say whether the server runs, and where."""
    cluster = Cluster(data_folder())
    pid = cluster.pid()
    state = f"running, process {pid}" if pid else "not running"
    sys.stdout.write(f"PostgreSQL: {state}\n")
    sys.stdout.write(f"data folder: {cluster.data}\nsocket folder: {cluster.socket_folder}\n")
    return 0 if pid else NOT_RUNNING


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (PostgresError, PermissionError) as error:
        sys.exit(str(error))
