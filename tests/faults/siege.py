"""Workers and timer processes that are killed at random moments and started again, while the clock runs fast."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.worker import read

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0  # seconds until a started process must be at work


@dataclass
class Soldier:
    """One process by name, started again after each kill; ``lives`` counts its starts."""

    name: str
    program: str  # worker | timers
    arguments: Sequence[str]
    book: Path
    mark: str  # what stands in ``book`` each time it is up
    pid: int = 0
    lives: int = 0

    def is_up(self) -> bool:
        """Has its present life begun to work?"""
        return self.book.exists() and self.book.read_bytes().count(self.mark.encode()) >= self.lives

    def is_alive(self) -> bool:
        """Is its process there?"""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        while self.is_alive():
            threading.Event().wait(0.001)


@dataclass
class Siege:
    """``hold(kills)`` runs everything, kills so often, and leaves nothing running."""

    url: str
    data_dir: Path
    seed: int
    start: datetime
    speed: timedelta = timedelta(hours=36)  # of the house's clock in one real second
    soldiers: list[Soldier] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.moment = self.start
        self.set_clock()
        command = [sys.executable, "-m", "tests.faults.nursery"]
        self.nursery = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def worker(self, number: int) -> None:
        """One more worker process."""
        book = self.data_dir / f"worker{number}.book"
        self.soldiers.append(Soldier(f"worker{number}", "worker", [str(book), f"{self.seed}-{number}"], book, '"is": "up"'))

    def timers(self, number: int) -> None:
        """One more of the real timer processes."""
        log = self.data_dir / f"timers{number}.log"
        self.soldiers.append(Soldier(f"timers{number}", "timers", [], log, "timers.started"))

    def hold(self, kills: int) -> list[str]:
        """Start all, kill one of those at work ``kills`` times and start it again; names of the killed."""
        try:
            for soldier in self.soldiers:
                self._start(soldier)
            return [self._kill_one() for _ in range(kills)]
        finally:
            for soldier in self.soldiers:
                soldier.kill()

    def finish(self) -> None:
        """Let the workers do what a kill has interrupted, and nothing else."""
        deadline = time.monotonic() + PATIENCE
        for soldier in self.soldiers:
            if soldier.program == "worker":
                self._start(soldier, "finish")
                while soldier.is_alive():
                    assert time.monotonic() < deadline, self._last_words()
                    threading.Event().wait(0.05)

    def end(self) -> None:
        """Leave nothing running."""
        for soldier in self.soldiers:
            if soldier.pid and soldier.is_alive():
                soldier.kill()
        assert self.nursery.stdin is not None
        self.nursery.stdin.close()
        self.nursery.wait()

    def set_clock(self) -> None:
        """Tell all processes what time it is: as ``python -m engine clock`` does."""
        shift = (self.moment - datetime.now(UTC)).total_seconds()
        fresh = self.data_dir / ".clock-shift"
        fresh.write_text(str(shift))
        fresh.replace(self.data_dir / "clock-shift")

    def books(self) -> list[list[dict[str, object]]]:
        """What each worker wrote."""
        return [read(soldier.book) for soldier in self.soldiers if soldier.program == "worker"]

    def _kill_one(self) -> str:
        """Let them do a random number of acts, wait a random moment more, then kill one of those that are at work."""
        enough = self._acts() + self.chance.randint(10, 60)
        deadline = time.monotonic() + PATIENCE
        while self._acts() < enough or not any(one.is_up() for one in self.soldiers):
            self._check_alive()
            assert time.monotonic() < deadline, "nobody works: " + self._last_words()
            self._run_clock(0.02)
        self._run_clock(self.chance.uniform(0, 0.05))
        victim = self.chance.choice([one for one in self.soldiers if one.is_up()])
        victim.kill()
        self._start(victim)
        return victim.name

    def _acts(self) -> int:
        """How many acts the workers have ended."""
        return sum(book.count(b'"is": "done"') for book in (one.book.read_bytes() for one in self.soldiers if one.book.exists()))

    def _run_clock(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            pause = min(0.05, left)
            threading.Event().wait(pause)
            self.moment += self.speed * pause
            self.set_clock()

    def _start(self, soldier: Soldier, *more: str) -> None:
        soldier.lives += 1
        environment = {"DUBAN_DATABASE_URL": self.url, "DUBAN_DATA_DIR": str(self.data_dir), "DUBAN_DEMO": "1", "DUBAN_SMTP_HOST": ""}
        log = str(self.data_dir / f"{soldier.name}.log")
        wanted = {"run": soldier.program, "arguments": [*soldier.arguments, *more], "environment": environment, "log": log}
        assert self.nursery.stdin is not None and self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps(wanted) + "\n")
        self.nursery.stdin.flush()
        soldier.pid = int(self.nursery.stdout.readline())

    def _check_alive(self) -> None:
        """Nobody may die of anything but our kills."""
        for soldier in self.soldiers:
            assert soldier.is_alive(), f"{soldier.name} died by itself: {self._last_words()}"

    def _last_words(self) -> str:
        return "\n".join(f"--- {one.name}\n{(self.data_dir / f'{one.name}.log').read_text()[-1500:]}" for one in self.soldiers)
