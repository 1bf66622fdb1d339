"""Tables of the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, Key


class Chain(Base):
    """One chain of rows: ``case:<id>``, ``instance:<id>`` (an instance without a case) or ``house``. Its row is the lock of the chain."""

    __tablename__ = "journal_chains"

    id: Mapped[str] = mapped_column(primary_key=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")


class Entry(Base):
    """One act: who, for whom, what, when, on what, old → new. ``digest`` covers the row and the digest before it."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("chain", "position"), Index(None, "at"), Index(None, "actor_id", "at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    chain: Mapped[str] = mapped_column(ForeignKey("journal_chains.id"))
    position: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None]  # None: the clock, the reporter or another system; ``actor`` says which
    actor: Mapped[str]
    for_id: Mapped[int | None]  # the absent person whom a substitute acted for
    act: Mapped[str]  # e.g. task.complete, timer.fire, identity.open
    subject: Mapped[str] = mapped_column(default="")  # element id, letter number, user account …
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str]
