"""Idempotency keys of acts that have no row of their own to carry them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.processes.acts import Act
from engine.processes.courses import under_way
from engine.processes.models import ActKey
from engine.processes.rows import ACT_KEYS, insert_new


def used(session: Session, act: Act) -> dict[str, Any] | None:
    """What came of the act that used this key before, else None: then the key is now ours until the transaction ends.

    A second act with the same key waits here (PostgreSQL: on the row; SQLite: for the database) until the first has ended.
    """
    if act.key is None or under_way(session) is not None:
        return None
    mine = insert_new(session, ACT_KEYS).values(key=act.key, at=act.at, result={}).on_conflict_do_nothing().returning(ACT_KEYS.c.key)
    if session.connection().execute(mine).one_or_none() is not None:
        return None
    result: dict[str, Any] = session.execute(select(ActKey.result).where(ActKey.key == act.key)).scalar_one()
    return result


def settle(session: Session, act: Act, result: Mapping[str, Any]) -> None:
    """Keep what came of the act, to be given again."""
    if act.key is not None and under_way(session) is None:
        session.execute(update(ActKey).where(ActKey.key == act.key).values(result=dict(result)))
