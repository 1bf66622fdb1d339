"""A real house on a fresh database."""

from __future__ import annotations

import pytest

from engine.settings import Settings
from engine.wiring import House


@pytest.fixture
def house(database, tmp_path):
    """The house as a door holds it, nothing deployed."""
    settings = Settings.from_env({}, data_dir=tmp_path / "data", database_url=database)
    house = House(settings)
    yield house
    house.engine.dispose()
