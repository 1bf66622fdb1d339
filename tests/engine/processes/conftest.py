"""The office fixture of the process tests."""

from __future__ import annotations

import pytest

from tests.engine.processes.office import Office


@pytest.fixture
def office(sessions, frozen):
    """A house on a fresh database, with the clock stopped."""
    return Office(sessions)
