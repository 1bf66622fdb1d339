"""How late timers fire: from the moment they are due to the commit of what follows, by the real schedule and the real clock."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from engine import clock
from engine.journal.actor import SYSTEM
from engine.processes import deploy
from engine.processes.start import start
from engine.wiring import House
from tests.benchmarks.conftest import Bench
from tests.benchmarks.drawings import KEY, timer_process
from tests.benchmarks.marks import Marks, quantile
from timers.schedule import Timers

pytestmark = pytest.mark.slow
SINGLES, APART = 20, 0.3  # timers one after the other, seconds between them
MANY = 2_000
LONGEST = 600  # seconds to wait for all of them


class Firings:
    """Notes the moment of each commit that has moved an instance."""

    def __init__(self, house: House) -> None:
        self.moments: list[datetime] = []
        self._moved = threading.local()
        event.listen(house.engine, "before_cursor_execute", self._hear)
        event.listen(house.engine, "commit", self._committed)

    def _hear(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE instances"):
            self._moved.yes = True

    def _committed(self, _connection: object) -> None:
        """SQLAlchemy says so just before the database does it; the rest is counted as if it took no time."""
        if getattr(self._moved, "yes", False):
            self._moved.yes = False
            self.moments.append(clock.now())

    def wait_for(self, number: int) -> list[datetime]:
        until = time.monotonic() + LONGEST
        while len(self.moments) < number and time.monotonic() < until:
            time.sleep(0.05)
        assert len(self.moments) >= number, f"only {len(self.moments)} timers fired"
        return self.moments[:number]


def _started(house: House, due: list[datetime]) -> None:
    for moment in due:
        house.act(start, KEY, {"due": moment}, by=SYSTEM)


def test_timers_that_are_due_one_by_one(bench: Bench, marks: Marks) -> None:
    house = bench.walk.house
    house.act(deploy.deploy, timer_process(), by=SYSTEM)
    first = clock.now() + timedelta(seconds=5)
    due = [first + timedelta(seconds=APART * number) for number in range(SINGLES)]
    _started(house, due)
    late = _fire(house, due)
    _note(marks, bench, "1 timer due", late)


def test_two_thousand_timers_that_are_due_at_once(bench: Bench, marks: Marks) -> None:
    house = bench.walk.house
    house.act(deploy.deploy, timer_process(), by=SYSTEM)
    begun = time.monotonic()
    _started(house, [clock.now() + timedelta(days=1)] * 50)
    each = (time.monotonic() - begun) / 50
    moment = clock.now() + timedelta(seconds=each * MANY * 1.5 + 3)
    _started(house, [moment] * MANY)
    late = _fire(house, [max(moment, clock.now())] * MANY)
    _note(marks, bench, f"{MANY:,} timers due at once", late)


def _fire(house: House, due: list[datetime]) -> list[float]:
    """Seconds from each moment to its commit."""
    timers, firings = Timers(house), Firings(house)
    timers.start()
    fired = firings.wait_for(len(due))
    timers.stop()
    return [(one - moment).total_seconds() for one, moment in zip(fired, due, strict=True)]


def _note(marks: Marks, bench: Bench, what: str, late: list[float]) -> None:
    rate = f"{len(late) / max(late):.0f} a second" if len(late) == MANY else "one process that sleeps until the moment"
    for part, name in ((0.5, "p50"), (0.99, "p99")):
        marks.add(f"timer lateness, {what}, {name}", bench.name, quantile(late, part) * 1000, "ms", None, rate)
