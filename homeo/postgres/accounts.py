"""The account that the server runs as, and where it may go: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple


class PostgresError(RuntimeError):
    """The server cannot be used; the message tells a person why and what to do."""


class Account(NamedTuple):
    """The system account that the server runs as."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        """Return its name, or its number where the system has none for it."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    @property
    def popen_options(self) -> dict[str, Any]:
        """Return what makes `subprocess` start a server program as this account."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        options: dict[str, Any] = {"cwd": "/", "env": environment | {"LC_ALL": "C"}}
        if os.geteuid() == 0:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def can_enter(self, path: Path) -> bool:
        """Tell whether the server can pass through (or execute) a path and all above it.

        Asked only as root: others run the server as themselves, and reach it where they reached us. What is
        missing counts as open, since we make it.
        """
        if os.geteuid() != 0:
            return True
        for part in filter(Path.exists, (path, *path.parents)):
            status = part.stat()
            shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
            if not status.st_mode >> shift & stat.S_IXOTH:
                return False
        return True


def account_for(data: Path) -> Account:
    """Return the account for a data folder: ourselves; as root its owner, else postgres or nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "PostgreSQL refuses to run as root, and this system has neither an account postgres nor one nobody "
        "to run it as. Start as an ordinary user, or add one of the two."
    )


def make_folder(folder: Path) -> None:
    """Make a folder, and those missing above it, open to the server's account whatever the umask is."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
