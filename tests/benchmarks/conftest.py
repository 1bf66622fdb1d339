"""``bench``: a house with the city's people and all processes, on SQLite (a file, synchronous=FULL) and on a PostgreSQL that waits
for the disk as in production. At the end the table of all marks is printed."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from engine.commands.deploy import deploy_into
from tests.benchmarks.marks import MARKS, Marks
from tests.benchmarks.meter import Meter
from tests.benchmarks.walk import Walk
from tests.conftest import PostgreSQL
from tests.webapp.town import fill, make_app, settings_for


@dataclass(slots=True)
class Bench:
    """A house to be measured."""

    name: str  # sqlite | postgresql
    url: str
    folder: Path
    postmaster: int | None
    walk: Walk
    meter: Meter


@pytest.fixture(scope="session")
def durable_server() -> Iterator[PostgreSQL]:
    """A PostgreSQL with its own defaults: fsync on, synchronous_commit on, autovacuum on."""
    folder = Path(tempfile.mkdtemp(prefix="duban-bench-"))
    server = PostgreSQL(folder)
    server._admin.execute("ALTER SYSTEM RESET ALL")
    server._admin.execute("SELECT pg_reload_conf()")
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _postmaster(server: PostgreSQL) -> int:
    row = server._admin.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'").fetchone()
    assert row is not None
    return int((Path(row[0]) / "postmaster.pid").read_text().split()[0])


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Fresh for each benchmark, so that none measures what another has left behind."""
    server = None
    if request.param == "sqlite":
        path = tmp_path / "bench.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url, postmaster = f"sqlite:///{path}", None
    else:
        server = request.getfixturevalue("durable_server")
        name = server.create()
        url, postmaster = server.url(name), _postmaster(server)
    fill(url)
    walk = Walk(make_app(settings_for(url, tmp_path / "var")))
    deploy_into(walk.house)
    yield Bench(request.param, url, tmp_path, postmaster, walk, Meter(walk.house.engine, postmaster))
    walk.house.engine.dispose()
    if server is not None:
        server.drop(name)


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """No line in the log for each request."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture
def marks() -> Marks:
    return MARKS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MARKS.found:
        terminalreporter.section("marks of issue 2")
        terminalreporter.write_line(MARKS.table())
