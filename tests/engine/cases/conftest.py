"""The small city, on each kind of database."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.db import Sessions
from tests.engine.cases.city import City


@pytest.fixture
def bare(sessions: Sessions, tmp_path: Path) -> City:
    """People and units, no process."""
    return City(sessions, tmp_path)


@pytest.fixture
def city(bare: City) -> City:
    """The short complaint process is deployed."""
    bare.deploy_complaint()
    return bare
