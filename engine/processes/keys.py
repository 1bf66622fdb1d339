"""Idempotency keys of acts that have no row of their own to carry them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.processes.acts import Act
from engine.processes.models import ActKey


def used(session: Session, act: Act) -> dict[str, Any] | None:
    """What came of the act that used this key before, else None: then the key is now ours until the transaction ends.

    A second act with the same key waits here (PostgreSQL: on the row; SQLite: for the database) until the first has ended.
    """
    if act.key is None:
        return None
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    mine = dialect.insert(ActKey).values(key=act.key, at=act.at, result={}).on_conflict_do_nothing()
    if session.connection().execute(mine).rowcount:
        return None
    return session.execute(select(ActKey.result).where(ActKey.key == act.key)).scalar_one()


def settle(session: Session, act: Act, result: Mapping[str, Any]) -> None:
    """Keep what came of the act, to be given again."""
    if act.key is not None:
        session.execute(update(ActKey).where(ActKey.key == act.key).values(result=dict(result)))
