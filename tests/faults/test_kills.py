"""kill -9 of web workers and timer processes under load: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import clock
from engine.settings import Settings
from engine.wiring import House
from tests.conftest import MORNING
from tests.faults.counting import Count
from tests.faults.siege import Siege
from timers.jobs import Sweep

SEED = int(os.environ.get("DUBAN_FAULTS_SEED", "20261124"))


@pytest.fixture
def besieged(city_url: str, tmp_path: Path) -> Iterator[Siege]:
    """Two workers; two timer processes on PostgreSQL, one on SQLite, as in real life."""
    siege = Siege(city_url, tmp_path / "var", SEED, MORNING)
    for number in (1, 2):
        siege.worker(number)
    for number in range(1 if city_url.startswith("sqlite") else 2):
        siege.timers(number)
    yield siege
    siege.end()
    clock.shift_by_file(None)


def hold(siege: Siege, kills: int) -> None:
    print(f"seed {siege.seed}: DUBAN_FAULTS_SEED={siege.seed} makes the same choices again")
    killed = siege.hold(kills)
    assert len(killed) == kills
    siege.finish()
    house = House(Settings.from_env({}, data_dir=siege.data_dir, database_url=siege.url, demo=True))
    sweep = Sweep(house)
    sweep.fire_due()
    while sweep.deliver_waiting():
        sweep.fire_due()
    with house.sessions.read() as session:
        count = Count(house, session, siege.books())
        print(f"{kills} kills {killed}; {len(count.done)} acts done, {len(count.refused)} refused, {len(count.entries)} journal rows")
        for check in count.checks(clock.now()):
            check()
    house.engine.dispose()


def test_twelve_kills_lose_and_double_nothing(besieged: Siege) -> None:
    hold(besieged, 12)


@pytest.mark.slow
def test_a_hundred_kills_lose_and_double_nothing(besieged: Siege) -> None:
    hold(besieged, 100)
