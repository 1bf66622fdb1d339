"""What stands until the house changes: the shared decision tables and the working calendar.

Every change of either is a row of the journal's chain ``house``, so the digest at that chain's head tells whether what is in memory
still stands. It is read along with the lock of the instance, which saves a completion two statements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import journal
from engine.bpm.decisions import Table
from engine.calendar import Calendar
from engine.journal.models import Chain
from engine.processes import definitions

if TYPE_CHECKING:
    from engine.processes.ports import Ports

T = TypeVar("T")
REMEMBERED = 2_000  # answers of shared tables
HEAD = select(Chain.head).where(Chain.id == journal.HOUSE).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Standing:
    """The shared tables by decision id, and the calendar, as of ``stamp``."""

    stamp: str
    shared: Mapping[str, Table]
    calendar: Calendar
    decided: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)  # of the layers above: what else only a row of that chain can change

    def remembered(self, key: Any, read: Callable[[], T]) -> T:
        """What ``read`` gave when it was first asked for under ``key``."""
        if key not in self.memory:
            if len(self.memory) >= REMEMBERED:
                self.memory.clear()
            self.memory[key] = read()
        found: T = self.memory[key]
        return found

    def decide(self, decision: str, **inputs: Any) -> Any:
        """What a shared table says (see ``Table.decide``), remembered, because the same few questions come again and again."""
        question = (decision, *((name, type(value), value) for name, value in inputs.items()))
        if question not in self.decided:
            if len(self.decided) >= REMEMBERED:
                self.decided.clear()
            self.decided[question] = self.shared[decision].decide(inputs, {})
        return self.decided[question]


@dataclass(slots=True)
class Shelf:
    """The last Standing of one database."""

    _standing: Standing | None = None

    def at(self, session: Session, ports: Ports, stamp: str | None) -> Standing:
        """What stands at the head ``stamp`` of the chain ``house`` (None: read it), from memory if nothing has changed."""
        if stamp is None:
            stamp = session.execute(select(HEAD)).scalar_one() or ""
        known = self._standing
        if known is None or known.stamp != stamp:
            known = self._standing = Standing(stamp, definitions.shared_tables(session, ports), ports.calendar(session))
        return known
