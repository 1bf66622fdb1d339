"""What one operation costs: CPU of our own process, CPU of the database server's processes, wall time, SQL statements."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from sqlalchemy import event
from sqlalchemy.engine import Engine


@dataclass(slots=True)
class Cost:
    """Seconds and statements of so many operations."""

    operations: int = 0
    own: float = 0.0
    server: float = 0.0
    wall: float = 0.0
    statements: int = 0

    def add(self, other: Cost) -> None:
        self.operations += other.operations
        self.own += other.own
        self.server += other.server
        self.wall += other.wall
        self.statements += other.statements

    @property
    def each(self) -> Cost:
        """The same for one operation, in milliseconds."""
        n = self.operations or 1
        return Cost(1, *(seconds / n * 1000 for seconds in (self.own, self.server, self.wall)), self.statements)

    @property
    def statements_each(self) -> float:
        return self.statements / (self.operations or 1)


class Meter:
    """Measures what happens on ``engine``; ``postmaster`` is the process id of the server, None where there is none (SQLite)."""

    def __init__(self, engine: Engine, postmaster: int | None = None) -> None:
        self.engine = engine
        self._postmaster = psutil.Process(postmaster) if postmaster is not None else None
        self._sent: list[str] = []
        event.listen(engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):  # COMMIT and PostgreSQL's BEGIN are not seen here; SQLite's BEGIN is like them
            self._sent.append(statement)

    @contextmanager
    def measuring(self, operations: int = 1) -> Iterator[Cost]:
        """The cost of the block; the server's CPU is counted in steps of 10 ms, so measure many operations at once."""
        cost = Cost(operations)
        begun = len(self._sent)
        server, own, wall = self.server_seconds(), time.process_time(), time.perf_counter()
        yield cost
        cost.wall, cost.own = time.perf_counter() - wall, time.process_time() - own
        cost.server = self.server_seconds() - server
        cost.statements = len(self._sent) - begun

    def server_seconds(self) -> float:
        """CPU that the server's processes have used so far."""
        if self._postmaster is None:
            return 0.0
        total = 0.0
        for process in [self._postmaster, *self._postmaster.children(recursive=True)]:
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total

    def sent_since(self, mark: int) -> list[str]:
        return self._sent[mark:]

    @property
    def mark(self) -> int:
        return len(self._sent)
