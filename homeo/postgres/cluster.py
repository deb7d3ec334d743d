"""A data folder and the server on it: make, start, find again, stop and delete."""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import errors

from .accounts import Account, PostgresError, account_for
from .programs import major_version, programs_for

SOCKET_PARENT = Path("/tmp")  # noqa: S108 - short, and the same for all whatever TMPDIR says; see socket_folder
NAME = "homeo"  # of the database and of its superuser
PORT = 5432  # only the end of the socket's name: nothing listens on the network
MARKER = "homeo.cluster"  # a file that tells our data folders from those of others
PATIENCE = 60  # seconds that a start or a stop may take


def digest(folder: Path) -> str:
    """Return a short name for a folder."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def _command_line(pid: int) -> str:
    """Return a process's arguments with a space after each; empty when it is gone or only a zombie."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" "))
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return ""
    command = ["ps", "-p", str(pid), "-o", "args="]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603


@dataclass(frozen=True)
class Cluster:
    """A data folder and the one server that may run on it; locks and log lie beside the folder.

    `start_lock` is the descriptor of the lock that the caller holds to start, stop or delete.
    """

    data: Path
    start_lock: int | None = None

    @cached_property
    def account(self) -> Account:
        """The account that owns the data folder and runs the server."""
        return account_for(self.data)

    @property
    def socket_folder(self) -> Path:
        """The private folder of the server's socket, whose path must stay under 107 bytes."""
        return SOCKET_PARENT / f"{NAME}-{self.account.uid}-{digest(self.data)}"

    def beside(self, ending: str) -> Path:
        """Return the path of a file that belongs to the data folder and lies next to it."""
        return self.data.with_name(f"{self.data.name}.{ending}")

    @property
    def is_ours(self) -> bool:
        """Whether the data folder is a database that Homeo made."""
        return (self.data / MARKER).exists() and (self.data / "PG_VERSION").exists()

    def pid(self) -> int | None:
        """Return the running server's process number, None when there is none."""
        number = self._recorded_pid()
        return number if number and self._is_server(number) else None

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().partition("\n")[0])
        except (FileNotFoundError, ValueError):
            return None

    def _is_server(self, pid: int) -> bool:
        # A number alone proves nothing: after a crash or a reboot it may be anybody's.
        return f" -D {self.data} " in _command_line(pid)

    def connect(self) -> psycopg.Connection:
        """Connect as the superuser to the database that always exists."""
        access = {"host": str(self.socket_folder), "port": PORT, "user": NAME, "dbname": "postgres"}
        return psycopg.connect(**access, connect_timeout=5, autocommit=True)

    def bring_up(self) -> None:
        """Make sure that the server runs and has the database."""
        self.pid()  # raises PermissionError before anything is made beside another account's data
        self._make_socket_folder()
        server = None
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self.connect() as connection:
                    if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).rowcount:
                        # A launcher that was killed may have left the server at just this.
                        with suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                            connection.execute(f"CREATE DATABASE {NAME}")
                    return
            except psycopg.OperationalError as error:
                has_failed = server and server.returncode is not None and self.pid() is None
                if has_failed and "still in use" not in self._log_end():
                    ending = f"exit status {server.returncode}"
                    raise PostgresError(f"PostgreSQL did not start, {ending}.{self._log_end()}") from error
                if time.monotonic() > deadline:
                    raise PostgresError(
                        f"PostgreSQL does not answer ({error}). End it with `python -m homeo.postgres stop` "
                        f"and try again.{self._log_end()}"
                    ) from error
            # The processes of a killed server may hold its memory for a moment ("still in use"): try again.
            if (server is None or server.returncode is not None) and self.pid() is None:
                server = self._start()
            time.sleep(0.05)

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        status = folder.lstat()
        is_private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700
        if not is_private or status.st_uid not in {self.account.uid, os.geteuid()}:
            raise PostgresError(f"{folder} is not a private folder (mode 0700) of ours. Remove it.")
        if status.st_uid != self.account.uid:
            os.chown(folder, self.account.uid, self.account.gid)

    def _log_end(self) -> str:
        log = self.beside("log")
        with suppress(OSError):
            lines = log.read_text(errors="replace").splitlines()[-20:]
            return "\n".join([f" Its log, {log}, ends with:", *lines])
        return f" It left no log in {log}."

    def _start(self) -> subprocess.Popen:
        programs = programs_for(self.account)
        major = major_version(programs, self.account)
        if self.data.exists() and any(self.data.iterdir()):
            self._check(programs, major)
        else:
            self._create(programs, major)
        self._clear_leftovers()
        log = self.beside("log")
        if log.exists():
            log.replace(self.beside("log.1"))
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket_folder,
            "unix_socket_permissions": "0700",
            "port": PORT,
            "max_connections": 200,
            "shared_buffers": "128MB",
            "lc_messages": "C",
            "logging_collector": "off",
            "log_checkpoints": "off",
        }
        if not _is_durable():
            settings |= {"fsync": "off", "full_page_writes": "off"}
        command = [programs / "postgres", "-D", self.data]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # The log may quote patients' data. The server gets a session of its own, out of reach of Ctrl-C.
        with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
            server = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self.account.popen_options,
            )
        threading.Thread(target=server.wait, daemon=True).start()  # so that it never stays behind as a zombie
        return server

    def _check(self, programs: Path, major: int) -> None:
        if not self.is_ours:
            raise PostgresError(
                f"{self.data} holds files that Homeo did not make. Name another folder in HOMEO_PG_DATA."
            )
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != major:
            access = f"--host={self.socket_folder} --username={NAME} --dbname={NAME}"
            raise PostgresError(
                f"The data folder {self.data} is of PostgreSQL {made_by}, but the programs in {programs} are "
                f"of PostgreSQL {major}.\n"
                f"To keep the data, export HOMEO_PG_BIN=(bin folder of a PostgreSQL {made_by}), and save:\n"
                f"    python -m homeo.postgres run -- $HOMEO_PG_BIN/pg_dump {access} --file=homeo.sql\n"
                "Then move the data folder away, unset HOMEO_PG_BIN, and load:\n"
                f"    python -m homeo.postgres run -- {programs}/psql {access} --file=homeo.sql\n"
                "To start anew with the demo clinic instead: make demo-reset"
            )

    def _create(self, programs: Path, major: int) -> None:
        if not self.account.can_enter(self.data.parent):
            raise PostgresError(
                f"PostgreSQL runs as the account {self.account.name}, which cannot enter {self.data.parent}. "
                "Open that folder to it, or name another one in HOMEO_PG_DATA."
            )
        # Made beside its place and then moved there, so that a data folder is whole or is not there.
        scratch = self.beside("scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        os.chown(scratch, self.account.uid, self.account.gid)
        command = [programs / "initdb", "--pgdata", scratch, f"--username={NAME}", "--no-instructions"]
        command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"]
        # Needs neither ICU nor the system's locales; before 17 only ASCII letters have upper and lower case.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        command += [] if _is_durable() else ["--no-sync"]
        # It keeps the lock when we are killed, so that nobody else makes the folder at the same time.
        options = self.account.popen_options | {"pass_fds": [self.start_lock]}
        result = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # noqa: S603
        if result.returncode:
            raise PostgresError(f"PostgreSQL could not make {self.data}:\n{result.stderr}")
        (scratch / MARKER).write_text("A data folder that Homeo made and may delete on `reset`.\n")
        scratch.rename(self.data)

    def _clear_leftovers(self) -> None:
        """Remove what a killed server left and a new one might take for a living one."""
        number = self._recorded_pid()
        if number and not Path(_command_line(number).partition(" ")[0]).name.startswith("postgres"):
            (self.data / "postmaster.pid").unlink()
        for leftover in self.socket_folder.iterdir():
            leftover.unlink()

    def stop(self) -> None:
        """Stop the server if it runs, cutting its connections."""
        if pid := self.pid():
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + PATIENCE
            while self._is_server(pid):
                if time.monotonic() > deadline:
                    raise PostgresError(f"PostgreSQL, process {pid}, does not stop.{self._log_end()}")
                time.sleep(0.02)
        with suppress(OSError):
            self.socket_folder.rmdir()

    def delete(self) -> None:
        """Delete the data folder, which must be one of ours."""
        if not self.data.exists():
            return
        if not self.is_ours:
            raise PostgresError(f"{self.data} is not a data folder that Homeo made; it stays.")
        scratch = self.beside("scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(self.data.rename(scratch))


def _is_durable() -> bool:
    return os.environ.get("HOMEO_PG_FSYNC", "on") != "off"
