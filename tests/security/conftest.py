"""``town``: the house at work with everything in it that a page may show; ``strict_town``: the same with CSRF tokens, as in real life."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import clock
from tests.conftest import MORNING
from tests.journeys.conftest import sqlite_city
from tests.security.town import Full, furnish
from tests.webapp.busy import busy_template
from tests.webapp.town import make_app, settings_for

__all__ = ["busy_template", "sqlite_city"]  # fixtures of other files


def _opened(folder: Path, *, csrf: bool = False) -> Full:
    return Full(make_app(settings_for(f"sqlite:///{folder / 'web.db'}", folder / "var"), csrf=csrf))


@pytest.fixture(scope="session")
def full_template(busy_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("full") / "house"
    shutil.copytree(busy_template, folder)
    clock.freeze(MORNING)
    made = _opened(folder)
    furnish(made)
    with made.house.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    made.house.engine.dispose()
    clock.thaw()
    return folder


def _copy(template: Path, folder: Path, *, csrf: bool = False) -> Iterator[Full]:
    shutil.copytree(template, folder)
    clock.freeze(MORNING)
    made = _opened(folder, csrf=csrf)
    yield made
    made.house.engine.dispose()
    clock.thaw()


@pytest.fixture
def town(full_template: Path, tmp_path: Path) -> Iterator[Full]:
    yield from _copy(full_template, tmp_path / "house")


@pytest.fixture
def strict_town(full_template: Path, tmp_path: Path) -> Iterator[Full]:
    yield from _copy(full_template, tmp_path / "house", csrf=True)
