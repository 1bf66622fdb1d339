"""``city_url``: a database with the city's people and all processes deployed, on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import city, postgresql_city, sqlite_city

__all__ = ["city", "postgresql_city", "sqlite_city"]  # fixtures of the journeys


@pytest.fixture(params=["sqlite", "postgresql"])
def city_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_city"), tmp_path / "city.db")
        yield f"sqlite:///{tmp_path / 'city.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = server.create(request.getfixturevalue("postgresql_city"))
    yield server.url(name)
    server.drop(name)
