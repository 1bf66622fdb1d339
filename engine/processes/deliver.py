"""A message to the one token that waits for it. What nobody waits for is kept until somebody does, or until it expires."""

from __future__ import annotations

import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.bpm import runner
from engine.bpm.results import StepFailed
from engine.processes import incidents
from engine.processes.advance import step
from engine.processes.courses import Course, Note, Posting
from engine.processes.payloads import pack
from engine.processes.rows import INSTANCES, MESSAGES, SUBSCRIPTIONS, Locked, insert_new, lock_instance

MOST = 500  # deliveries in one act; more is two drawings that answer each other without end
HEARING = ("running", "incident")  # states of an instance that takes messages; a suspended one gets them when it is resumed


def deliver_all(course: Course) -> None:
    """Deliver what is queued, and what the deliveries queue in turn, in the order of sending. Raises StepFailed after ``MOST``."""
    for _ in range(MOST):
        if not course.postings:
            return
        deliver(course, course.postings.popleft())
    raise StepFailed("", "", "两个流程之间的消息往返没有尽头，请检查流程图。")


def deliver(course: Course, posting: Posting) -> None:
    """Deliver one message, or keep it. A receiver that fails gets an incident and the message is held for its retry: the sender's act
    stands."""
    found = _receiver(course.session, posting)
    if found is None or (posting.message_id is not None and not _take(course.session, posting.message_id)):
        if posting.message_id is None:
            keep(course.session, posting)
        return
    message_id = posting.message_id or keep(course.session, posting)
    if message_id is not None:
        _hand_over(course, posting, message_id, *found)


def _hand_over(course: Course, posting: Posting, message_id: int, locked: Locked, token: str) -> None:
    data = {"message": message_id, "correlation": posting.correlation}
    note = Note("message.deliver", posting.name, data, {"verb": "deliver", "message": message_id})
    state, mark = locked.instance.state, course.mark()
    try:
        with course.session.begin_nested():
            step(course, posting.act, locked, lambda world: runner.deliver(world, state, token, posting.payload), note)
            consumed = {"consumed_at": posting.act.at, "instance_id": locked.instance.id, "held": False}
            course.session.connection().execute(update(MESSAGES).where(MESSAGES.c.id == message_id).values(consumed))
    except StepFailed as failed:
        course.back_to(mark)
        incidents.record(course.session, failed, posting.act)


def _receiver(session: Session, posting: Posting) -> tuple[Locked, str] | None:
    """The token that began to wait last, in an instance that this transaction has locked now."""
    for instance_id, token in _waiting(session, posting):
        locked = lock_instance(session, instance_id)
        if locked is not None and (instance_id, token) in _waiting(session, posting):  # still, now that it is locked
            return locked, token
    return None


def _waiting(session: Session, posting: Posting) -> list[tuple[int, str]]:
    query = (
        select(SUBSCRIPTIONS.c.instance_id, SUBSCRIPTIONS.c.token)
        .join(INSTANCES, INSTANCES.c.id == SUBSCRIPTIONS.c.instance_id)
        .where(SUBSCRIPTIONS.c.message == posting.name, SUBSCRIPTIONS.c.correlation == posting.correlation, INSTANCES.c.status.in_(HEARING))
        .order_by(SUBSCRIPTIONS.c.since.desc(), SUBSCRIPTIONS.c.instance_id.desc(), SUBSCRIPTIONS.c.token)
    )
    return [(row.instance_id, row.token) for row in session.connection().execute(query)]


def _take(session: Session, message_id: int) -> bool:
    """Lock a kept message; False when another has consumed it meanwhile."""
    query = select(MESSAGES.c.id).where(MESSAGES.c.id == message_id, MESSAGES.c.consumed_at.is_(None)).with_for_update()
    return session.connection().execute(query).one_or_none() is not None


def keep(session: Session, posting: Posting) -> int | None:
    """Keep a new message and return its id; None when its key has been used."""
    row = {
        "key": posting.key or secrets.token_hex(16),
        "name": posting.name,
        "correlation": posting.correlation,
        "payload": pack(posting.payload),
        "received_at": posting.act.at,
        "expires_at": posting.act.at + posting.ttl,
        "consumed_at": None,
        "instance_id": None,
        "held": False,
    }
    statement = insert_new(session, MESSAGES).values(row).on_conflict_do_nothing().returning(MESSAGES.c.id)
    return session.connection().execute(statement).scalar_one_or_none()
