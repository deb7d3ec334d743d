"""What the tests of the embedded PostgreSQL share: programs that use it, and what they ask of it."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from homeo import postgres
from homeo.postgres import connection_settings

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
USER = """
import os
from homeo.postgres import data_folder, serving
from homeo.postgres.cluster import Cluster
with serving():
    print(Cluster(data_folder()).pid(), flush=True)
    input()
"""
FORKING_USER = """
import os
from homeo.postgres import serving
with serving():
    child = os.fork()
    if not child:
        input()
        os._exit(0)
print("left", flush=True)
os.waitpid(child, 0)
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")


def connect(**options):
    settings = connection_settings()
    return psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        host=settings["HOST"],
        port=settings["PORT"],
        autocommit=True,
        **options,
    )


def ask(query):
    with connect() as connection:
        return connection.execute(query).fetchone()[0]


def note(remedy):
    with connect() as connection:
        connection.execute("DROP TABLE IF EXISTS remedy")
        connection.execute("CREATE TABLE remedy (name text)")
        connection.execute("INSERT INTO remedy VALUES (%s)", [remedy])


@contextmanager
def process(*command, **options):
    """A process of ours with open pipes, which does not outlive the test."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": postgres.PROJECT}
    with subprocess.Popen([sys.executable, *command], **pipes | options) as started:
        try:
            yield started
        finally:
            started.kill()


def user():
    return process("-c", USER)


def leave(started):
    started.communicate("\n", timeout=20)
    assert started.returncode == 0


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited 20 seconds in vain"
        time.sleep(0.02)
