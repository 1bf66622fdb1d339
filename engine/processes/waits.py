"""What an instance waits for: its subscriptions, and the kept messages that were waiting for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import and_, delete, insert, or_, select

from engine.bpm.results import Subscribed
from engine.processes.acts import Act
from engine.processes.courses import Course, kept
from engine.processes.models import Instance
from engine.processes.rows import MESSAGES, SUBSCRIPTIONS


def digest_of(subscriptions: Iterable[Subscribed]) -> str:
    """A short digest that tells whether the subscriptions have changed; "" when there are none."""
    lines = sorted(f"{one.token}\0{one.message}\0{one.correlation}" for one in subscriptions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""


def subscribe(course: Course, act: Act, instance: Instance, subscriptions: tuple[Subscribed, ...]) -> None:
    """Replace the subscriptions of ``instance``; a kept message that a new one waits for is queued for it."""
    connection = course.session.connection()
    gone = delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.instance_id == instance.id).returning(*SUBSCRIPTIONS.columns)
    since = {(row.token, row.message, row.correlation): row.since for row in connection.execute(gone)}
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
        connection.execute(insert(SUBSCRIPTIONS), rows)
    new = {(one.message, one.correlation) for one in subscriptions if (one.token, one.message, one.correlation) not in since}
    fetch_kept(course, act, new)


def fetch_kept(course: Course, act: Act, wanted: Iterable[tuple[str, str]]) -> None:
    """Queue the kept messages that somebody waits for now; ``wanted``: (message, correlation)."""
    same = [and_(MESSAGES.c.name == name, MESSAGES.c.correlation == correlation) for name, correlation in sorted(wanted)]
    if not same:
        return
    fresh = and_(MESSAGES.c.consumed_at.is_(None), MESSAGES.c.held.is_(False), MESSAGES.c.expires_at > act.at)
    query = select(MESSAGES).where(fresh, or_(*same)).order_by(MESSAGES.c.id)
    for row in course.session.connection().execute(query):
        course.postings.append(kept(act, row))
