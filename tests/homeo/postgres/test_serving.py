"""The embedded PostgreSQL: real servers, started, killed and found again."""

import os
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from homeo.postgres import PostgresError, serving
from homeo.postgres.__main__ import main
from tests.homeo.postgres.processes import FORKING_USER, ask, connect, leave, note, process, user, wait_until


def test_runs_while_it_is_used_and_keeps_the_data(cluster):
    with serving():
        assert cluster.pid()
        note("Arnica")
    assert cluster.pid() is None
    assert not cluster.socket_folder.exists()
    with serving():
        assert ask("SELECT name FROM remedy") == "Arnica"


def test_listens_on_a_private_socket_only(cluster):
    with serving():
        status = cluster.socket_folder.stat()
        assert status.st_mode & 0o777 == 0o700
        assert status.st_uid == cluster.account.uid
        assert ask("SHOW listen_addresses") == ""
        assert cluster.beside("log").stat().st_mode & 0o777 == 0o600


def test_knows_letters_beyond_ascii_and_many_connections():
    with serving():
        assert ask("SHOW server_encoding") == "UTF8"
        assert ask("SELECT lower('ÉÄ')") == "éä"
        assert int(ask("SHOW max_connections")) == 200


@pytest.mark.parametrize("setting", ["on", "off"])
def test_writes_durably_unless_told_otherwise(monkeypatch, setting):
    if setting == "on":
        monkeypatch.delenv("HOMEO_PG_FSYNC")
    with serving():
        assert ask("SHOW fsync") == setting


def test_last_user_out_stops_the_server(cluster):
    with user() as first, user() as second:
        pid = int(first.stdout.readline())
        assert int(second.stdout.readline()) == pid
        leave(first)
        assert cluster.pid() == pid
        leave(second)
        assert cluster.pid() is None


def test_a_nested_user_does_not_stop_the_server(cluster):
    with serving():
        with serving():
            pid = cluster.pid()
        assert cluster.pid() == pid


def test_a_forked_process_keeps_the_server(cluster):
    with process("-c", FORKING_USER) as forking:
        assert forking.stdout.readline() == "left\n"
        pid = cluster.pid()
        assert pid
        with serving():
            assert cluster.pid() == pid
        assert cluster.pid() == pid
        leave(forking)
    with serving():
        assert cluster.pid() == pid
    assert cluster.pid() is None


def test_starters_at_once_get_one_server(new_cluster):
    with ExitStack() as stack:
        users = [stack.enter_context(user()) for _ in range(6)]
        assert {int(each.stdout.readline()) for each in users} == {new_cluster.pid()}
        for each in users:
            leave(each)
    assert new_cluster.pid() is None


def test_survives_a_killed_server(cluster):
    with user() as other:
        pid = int(other.stdout.readline())
        note("Bryonia")
        with connect():  # a process of the server that is busy when its parent dies
            os.kill(pid, signal.SIGKILL)
            with serving():
                assert cluster.pid() not in {None, pid}
                assert ask("SELECT name FROM remedy") == "Bryonia"


def test_adopts_the_server_of_a_killed_launcher(cluster):
    with user() as other:
        pid = int(other.stdout.readline())
        other.kill()
        other.wait()
    assert cluster.pid() == pid
    with serving():
        assert cluster.pid() == pid
    assert cluster.pid() is None


def test_is_not_fooled_by_a_stranger_with_the_number_of_a_dead_server(cluster):
    with user() as other:
        pid = int(other.stdout.readline())
        other.kill()
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not cluster.pid())
    stranger = subprocess.Popen(["sleep", "60"], **cluster.account.popen_options)
    try:
        lock = cluster.data / "postmaster.pid"
        lock.write_text(lock.read_text().replace(str(pid), str(stranger.pid), 1))
        assert cluster.pid() is None
        with serving():
            assert cluster.pid() not in {None, stranger.pid}
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_survives_a_first_start_that_was_killed(new_cluster):
    half_made = new_cluster.beside("scratch")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with serving():
        assert ask("SELECT 1") == 1


def test_refuses_the_data_of_another_major_version(new_cluster):
    with serving():
        pass
    (new_cluster.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresError, match=r"is of PostgreSQL 14(?s:.*)pg_dump(?s:.*)psql(?s:.*)demo-reset"):
        serving().__enter__()
    assert not new_cluster.socket_folder.exists()
    assert main(["reset"]) == 0
    with serving():
        assert ask("SELECT 1") == 1


def test_leaves_the_files_of_others_alone(new_cluster):
    new_cluster.data.mkdir()
    (new_cluster.data / "PG_VERSION").write_text("18\n")
    with pytest.raises(PostgresError, match="did not make"):
        serving().__enter__()
    with pytest.raises(PostgresError, match="it stays"):
        main(["reset"])
    assert (new_cluster.data / "PG_VERSION").exists()


def test_refuses_a_socket_folder_that_others_can_enter(cluster):
    cluster.socket_folder.mkdir()
    cluster.socket_folder.chmod(0o755)
    with pytest.raises(PostgresError, match="not a private folder"):
        serving().__enter__()


def test_a_failed_start_shows_the_log(new_cluster):
    with serving():
        pass
    with (new_cluster.data / "postgresql.conf").open("a") as configuration:
        configuration.write("potency = 200\n")
    with pytest.raises(PostgresError, match='unrecognized configuration parameter "potency"'):
        serving().__enter__()
