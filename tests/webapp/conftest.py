"""A house with the city's units and one person for each role, behind a Flask test client (see town.py)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import sqlite_city
from tests.webapp.busy import busy, busy_template
from tests.webapp.town import Web, fill, make_app, settings_for

__all__ = ["busy", "busy_template", "sqlite_city"]  # fixtures of other files


@pytest.fixture(scope="session")
def peopled_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("peopled") / "template.db"
    shutil.copyfile(sqlite_template, path)
    fill(f"sqlite:///{path}")
    return path


@pytest.fixture
def web(peopled_template: Path, tmp_path: Path) -> Iterator[Web]:
    """A fresh house on SQLite with the city's people; forms need no CSRF token."""
    yield from _web(peopled_template, tmp_path, csrf=False)


@pytest.fixture
def strict_web(peopled_template: Path, tmp_path: Path) -> Iterator[Web]:
    """As ``web``, with CSRF tokens as in real life."""
    yield from _web(peopled_template, tmp_path, csrf=True)


def _web(template: Path, folder: Path, *, csrf: bool) -> Iterator[Web]:
    path = folder / "web.db"
    shutil.copyfile(template, path)
    made = Web(make_app(settings_for(f"sqlite:///{path}", folder / "var"), csrf=csrf))
    yield made
    made.house.engine.dispose()
