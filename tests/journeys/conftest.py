"""``city``: a house with the city's people and all processes deployed, on SQLite and on PostgreSQL; Monday 2 March 2026, nine o'clock."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import clock
from engine.commands.deploy import deploy_into
from tests.conftest import MORNING, PostgreSQL
from tests.journeys.city import City
from tests.webapp.town import fill, make_app, settings_for


def _prepare(url: str, folder: Path) -> None:
    clock.freeze(MORNING)
    fill(url)
    house = make_app(settings_for(url, folder)).extensions["house"]
    deploy_into(house)
    house.engine.dispose()
    clock.thaw()


@pytest.fixture(scope="session")
def sqlite_city(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    path = folder / "template.db"
    shutil.copyfile(sqlite_template, path)
    _prepare(f"sqlite:///{path}", folder / "var")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgresql_city(postgresql_server: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> str:
    name = postgresql_server.create()
    _prepare(postgresql_server.url(name), tmp_path_factory.mktemp("city") / "var")
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[City]:
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_city"), tmp_path / "city.db")
        url, name, server = f"sqlite:///{tmp_path / 'city.db'}", None, None
    else:
        server = request.getfixturevalue("postgresql_server")
        name = server.create(request.getfixturevalue("postgresql_city"))
        url = server.url(name)
    clock.freeze(MORNING)
    made = City(make_app(settings_for(url, tmp_path / "var")))
    yield made
    made.check()
    clock.thaw()
    made.house.engine.dispose()
    if server is not None:
        server.drop(name)
