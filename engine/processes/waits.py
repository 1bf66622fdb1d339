"""What an instance waits for: its subscriptions, and the kept messages that were waiting for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, insert, or_, select

from engine.bpm.results import Subscribed
from engine.processes.acts import Act
from engine.processes.courses import Course, kept
from engine.processes.models import Instance
from engine.processes.rows import MESSAGES, SUBSCRIPTIONS

_FORGET = delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.instance_id == bindparam("the_instance")).returning(*SUBSCRIPTIONS.columns)
_INSERT = insert(SUBSCRIPTIONS)


def digest_of(subscriptions: Iterable[Subscribed]) -> str:
    """A short digest that tells whether the subscriptions have changed; "" when there are none."""
    lines = sorted(f"{one.token}\0{one.message}\0{one.correlation}" for one in subscriptions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""


def subscribe(course: Course, act: Act, instance: Instance, subscriptions: tuple[Subscribed, ...]) -> None:
    """Replace the subscriptions of ``instance``; a kept message that a new one waits for is queued for it."""
    connection = course.session.connection()
    gone = connection.execute(_FORGET, {"the_instance": instance.id})
    since = {(row.token, row.message, row.correlation): row.since for row in gone}
    rows = [
        {
            "instance_id": instance.id,
            "token": one.token,
            "message": one.message,
            "correlation": one.correlation,
            "since": since.get((one.token, one.message, one.correlation), act.at),
        }
        for one in subscriptions
    ]
    if rows:
        connection.execute(_INSERT, rows)
    new = {(one.message, one.correlation) for one in subscriptions if (one.token, one.message, one.correlation) not in since}
    fetch_kept(course, act, new)


def fetch_kept(course: Course, act: Act, wanted: Iterable[tuple[str, str]]) -> None:
    """Queue the kept messages that somebody waits for now; ``wanted``: (message, correlation)."""
    pairs = sorted(wanted)
    if not pairs:
        return
    names = {f"name_{i}": name for i, (name, _) in enumerate(pairs)}
    correlations = {f"correlation_{i}": correlation for i, (_, correlation) in enumerate(pairs)}
    for row in course.session.connection().execute(_kept_for(len(pairs)), {"the_moment": act.at, **names, **correlations}):
        course.postings.append(kept(act, row))


@lru_cache(maxsize=32)
def _kept_for(count: int) -> Select[Any]:
    """The kept messages for so many pairs of name and correlation."""
    columns = MESSAGES.c
    same = [and_(columns.name == bindparam(f"name_{i}"), columns.correlation == bindparam(f"correlation_{i}")) for i in range(count)]
    fresh = and_(columns.consumed_at.is_(None), columns.held.is_(False), columns.expires_at > bindparam("the_moment"))
    return select(MESSAGES).where(fresh, or_(*same)).order_by(columns.id)
