"""The embedded PostgreSQL from the command line: run, status, stop, reset."""

import signal

import pytest

from homeo.postgres import serving
from homeo.postgres.__main__ import main
from homeo.postgres.locks import is_free
from tests.homeo.postgres.processes import leave, process, user, wait_until


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
