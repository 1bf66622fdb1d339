"""An instance is ended from outside."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.processes.acts import Act
from engine.processes.advance import stop
from engine.processes.conduct import conduct
from engine.processes.courses import Note
from engine.processes.models import Instance
from engine.processes.ports import Ports
from engine.processes.rows import lock_instance

ENDED = ("completed", "cancelled")


def cancel(session: Session, ports: Ports, act: Act, instance_id: int, outcome: str = "cancelled") -> Instance:
    """Cancel an instance and its open tasks for the reason in ``act``; one that has ended stays as it is. Raises NotFound."""
    locked = lock_instance(session, instance_id)
    assert locked is not None
    if locked.instance.status not in ENDED:
        with conduct(session, ports) as course:
            stop(course, act, locked, outcome, Note("instance.cancel", locked.instance.key, {"outcome": outcome}))
    return locked.instance
