"""Sending what is due: taken, sent and settled, tried again with growing pauses, given up at last with the reason on record."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.db import Sessions
from engine.errors import DubanError
from engine.outbox.models import Dispatch
from engine.outbox.webhook import NotTaken

Channel = Callable[[Dispatch, datetime], None]
TRIES = 8
LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)  # doubled after each failure: 1, 2, 4 … 64 minutes
FAILURES = (OSError, smtplib.SMTPException, NotTaken, DubanError, ValueError)


def send_next(sessions: Sessions, channels: Mapping[str, Channel], at: datetime) -> bool:
    """Send the message that has been due longest; False when nothing is due.

    Two short transactions with the sending between them, so that a slow server holds no lock. A crash in between sends the message
    again when its lease ends: the receiver knows it by its key (Message-ID, X-Duban-Key).
    """
    with sessions.begin() as session:
        dispatch = take(session, at)
    if dispatch is None:
        return False
    failure = attempt(dispatch, channels.get(dispatch.channel), at)
    with sessions.begin() as session:
        settle(session, dispatch.id, failure, at)
    return True


def take(session: Session, at: datetime) -> Dispatch | None:
    """Take the message that has been due longest for ``LEASE``; other senders skip it. None when nothing is due."""
    query = select(Dispatch).where(Dispatch.sent_at.is_(None), Dispatch.due_at <= at).order_by(Dispatch.due_at, Dispatch.id).limit(1)
    dispatch = session.scalar(query.with_for_update(skip_locked=True))
    if dispatch is not None:
        dispatch.attempts += 1
        dispatch.due_at = at + LEASE
        session.flush()
    return dispatch


def attempt(dispatch: Dispatch, channel: Channel | None, at: datetime) -> str:
    """Send it; returns what went wrong, or nothing."""
    try:
        if channel is None:
            raise ValueError(f"the channel {dispatch.channel} is not set up")
        channel(dispatch, at)
    except FAILURES as failure:
        return f"{type(failure).__name__}: {failure}"[:500]
    return ""


def settle(session: Session, dispatch_id: int, failure: str, at: datetime) -> None:
    """Note what came of an attempt."""
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None or dispatch.sent_at is not None:
        return
    dispatch.failure = failure
    if not failure:
        dispatch.sent_at, dispatch.due_at = at, None
    else:
        dispatch.due_at = at + pause(dispatch.attempts) if dispatch.attempts < TRIES else None


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures."""
    return FIRST_PAUSE * int(2 ** (attempts - 1))


def next_due(session: Session) -> datetime | None:
    """The moment the next message is due; None when nothing waits."""
    return session.scalar(select(func.min(Dispatch.due_at)).where(Dispatch.sent_at.is_(None)))


def given_up(session: Session, limit: int = 100) -> list[Dispatch]:
    """Messages that were given up, newest first, for the operations page."""
    query = select(Dispatch).where(Dispatch.sent_at.is_(None), Dispatch.due_at.is_(None)).order_by(Dispatch.id.desc()).limit(limit)
    return list(session.scalars(query))


def try_again(session: Session, dispatch_id: int, at: datetime) -> None:
    """Make a message that was given up due again, with all its tries."""
    given = update(Dispatch).where(Dispatch.id == dispatch_id, Dispatch.sent_at.is_(None), Dispatch.due_at.is_(None))
    session.execute(given.values(due_at=at, attempts=0, failure=""))
