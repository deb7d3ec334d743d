"""Servers in folders of their own."""

import shutil
import tempfile
from pathlib import Path

import pytest

from homeo.postgres.cluster import Cluster


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


@pytest.fixture(scope="package")
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
