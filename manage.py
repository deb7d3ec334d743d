#!/usr/bin/env python
"""Run Homeo's management commands, with the embedded PostgreSQL where no DATABASE_URL is set."""

import os
import sys
from contextlib import nullcontext

from homeo import postgres


def main() -> None:
    """Execute the command named on the command line while the database is served."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeo.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings come first

    with nullcontext() if os.environ.get("DATABASE_URL") else postgres.serving():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
