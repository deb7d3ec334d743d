"""How much of the processors a clinic's processes have used, which other work on the machine hardly touches. Linux."""

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PARENT, USER, SYSTEM = 1, 11, 12


def seconds_used(server: int, database: str) -> float:
    """Return the seconds of the workers of gunicorn (process `server`) and of the database's sessions until now."""
    used = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = folder.joinpath("stat").read_text().rpartition(")")[2].split()
            command = folder.joinpath("cmdline").read_text()
        except OSError:
            continue  # it has just ended
        if int(fields[PARENT]) == server or (command.startswith("postgres:") and f" {database} " in command):
            used += int(fields[USER]) + int(fields[SYSTEM])
    return used / TICK
