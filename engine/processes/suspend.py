"""An instance is held, and let go on: meanwhile no timer rings, no task is completed and messages wait."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.processes.acts import Act
from engine.processes.advance import set_status
from engine.processes.cancel import ENDED
from engine.processes.conduct import conduct
from engine.processes.courses import Note
from engine.processes.models import Instance
from engine.processes.ports import Ports
from engine.processes.rows import SUBSCRIPTIONS, lock_instance
from engine.processes.waits import fetch_kept


def suspend(session: Session, ports: Ports, act: Act, instance_id: int) -> Instance:
    """Hold an instance for the reason in ``act``. Raises NotFound; Conflict when it has ended."""
    locked = lock_instance(session, instance_id)
    assert locked is not None
    if locked.instance.status in ENDED:
        raise Conflict("流程已经结束，不能挂起。", instance_id=instance_id)
    if locked.instance.status != "suspended":
        with conduct(session, ports) as course:
            set_status(course, act, locked, "suspended", Note("instance.suspend", locked.instance.key))
    return locked.instance


def resume(session: Session, ports: Ports, act: Act, instance_id: int) -> Instance:
    """Let a suspended instance go on: timers that came due ring at the next sweep, messages that waited are delivered now.

    Raises NotFound; Conflict when it has ended.
    """
    locked = lock_instance(session, instance_id)
    assert locked is not None
    if locked.instance.status in ENDED:
        raise Conflict("流程已经结束，不能恢复。", instance_id=instance_id)
    if locked.instance.status == "suspended":
        with conduct(session, ports) as course:
            set_status(course, act, locked, "running", Note("instance.resume", locked.instance.key))
            query = select(SUBSCRIPTIONS.c.message, SUBSCRIPTIONS.c.correlation).where(SUBSCRIPTIONS.c.instance_id == instance_id)
            fetch_kept(course, act, {(row.message, row.correlation) for row in session.execute(query)})
    return locked.instance
