"""What the clock has to do, and when it has to come next: timers of instances, first rungs of ladders, messages that came too close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from engine.processes.acts import Act
from engine.processes.conduct import conduct
from engine.processes.courses import kept
from engine.processes.deliver import HEARING
from engine.processes.models import Draft, Instance, Message, Subscription, Task
from engine.processes.ports import Ports


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due: ``verb`` is ``wake`` (of an instance) or ``climb`` (of a task)."""

    at: datetime
    verb: str
    id: int


def due(session: Session, at: datetime, limit: int = 100) -> list[Due]:
    """The things due at ``at``, in the order of their moments; two small index ranges."""
    ranges = (one.where(moment <= at).order_by(moment, key).limit(limit) for one, moment, key in (_timers(), _rungs()))
    rows = session.execute(union_all(*(select(one.subquery()) for one in ranges)))
    return sorted((Due(row.at, row.verb, row.id) for row in rows), key=lambda one: (one.at, one.verb, one.id))[:limit]


def next_due(session: Session) -> datetime | None:
    """The moment of the earliest timer or rung, which may have passed; None when there is none. One statement."""
    ranges = (one.where(moment.is_not(None)).order_by(moment).limit(1) for one, moment, _ in (_timers(), _rungs()))
    rows = session.execute(union_all(*(select(one.subquery()) for one in ranges)))
    return min((row.at for row in rows), default=None)


def _timers() -> tuple[Any, Any, Any]:
    watched = aliased(Task)
    stands_still = exists().where(watched.id == Instance.about_task_id, watched.paused_at.is_not(None))
    running: ColumnElement[bool] = and_(Instance.status == "running", or_(Instance.about_task_id.is_(None), ~stands_still))
    return select(Instance.due_at.label("at"), literal("wake").label("verb"), Instance.id).where(running), Instance.due_at, Instance.id


def _rungs() -> tuple[Any, Any, Any]:
    open_ = and_(Task.status == "open", Task.paused_at.is_(None))
    return select(Task.rung_at.label("at"), literal("climb").label("verb"), Task.id).where(open_), Task.rung_at, Task.id


def waiting_messages(session: Session, at: datetime, limit: int = 100) -> list[int]:
    """Kept messages that a token waits for all the same: message and wait were written at the same time, or the receiver was suspended."""
    query = (
        select(Message.id)
        .join(Subscription, and_(Subscription.message == Message.name, Subscription.correlation == Message.correlation))
        .join(Instance, Instance.id == Subscription.instance_id)
        .where(Message.consumed_at.is_(None), Message.held.is_(False), Message.expires_at > at, Instance.status.in_(HEARING))
        .order_by(Message.id)
        .limit(limit)
    )
    return list(dict.fromkeys(session.scalars(query)))


def deliver_kept(session: Session, ports: Ports, act: Act, message_id: int) -> None:
    """Deliver a kept message if somebody waits for it."""
    message = session.get(Message, message_id)
    if message is not None and message.consumed_at is None and message.expires_at > act.at:
        with conduct(session, ports) as course:
            course.postings.append(kept(act, message))


def forget_expired(session: Session, ports: Ports, act: Act) -> int:
    """Delete messages that nobody has taken in time; how many. A message held by an incident stays."""
    gone = delete(Message).where(Message.consumed_at.is_(None), Message.held.is_(False), Message.expires_at <= act.at)
    return len(session.execute(gone.returning(Message.id)).all())


def forget_drafts(session: Session, ports: Ports, act: Act) -> int:
    """Delete the drafts of tasks that are done; how many."""
    closed = select(Task.id).where(Task.status != "open")
    return len(session.execute(delete(Draft).where(Draft.task_id.in_(closed)).returning(Draft.task_id)).all())
