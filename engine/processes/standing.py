"""What stands until the house changes: the shared decision tables and the working calendar.

Every change of either is a row of the journal's chain ``house``, so the digest at that chain's head tells whether what is in memory
still stands. It is read along with the lock of the instance, which saves a completion two statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import journal
from engine.bpm.decisions import Table
from engine.calendar import Calendar
from engine.journal.models import Chain
from engine.processes import definitions

if TYPE_CHECKING:
    from engine.processes.ports import Ports

HEAD = select(Chain.head).where(Chain.id == journal.HOUSE).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Standing:
    """The shared tables by decision id, and the calendar, as of ``stamp``."""

    stamp: str
    shared: Mapping[str, Table]
    calendar: Calendar


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
