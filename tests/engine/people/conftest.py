"""Argon2 with small parameters: the same code, without a quarter of a second for each password."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from engine.people import passwords


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._decoy.cache_clear()


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1))
    passwords._decoy.cache_clear()
