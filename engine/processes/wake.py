"""The clock wakes an instance whose timer is due."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpm import runner
from engine.processes.acts import Act
from engine.processes.advance import step
from engine.processes.conduct import conduct
from engine.processes.courses import Note
from engine.processes.models import Instance, Task
from engine.processes.ports import Change, Ports
from engine.processes.rows import lock_instance

AWAKE = ("running", "incident")


def wake(session: Session, ports: Ports, act: Act, instance_id: int) -> Change | None:
    """Fire the timers of an instance that are due at ``act.at``, in the order of their moments.

    None when nothing is due any more, the instance is suspended, the clock of the task its ladder watches stands still, or another
    transaction holds the instance (who looks again later). Raises StepFailed.
    """
    locked = lock_instance(session, instance_id, skip_locked=True)
    if locked is None or not _due(session, act, locked.instance):
        return None
    instance = locked.instance
    state = instance.state
    note = Note("timer.fire", instance.key, {"due_at": instance.due_at}, {"verb": "wake", "instance": instance.id})
    with conduct(session, ports) as course:
        return step(course, act, locked, lambda world: runner.wake(world, state), note)


def _due(session: Session, act: Act, instance: Instance) -> bool:
    if instance.status not in AWAKE or instance.due_at is None or instance.due_at > act.at:
        return False
    if instance.about_task_id is None:
        return True
    return session.scalar(select(Task.paused_at).where(Task.id == instance.about_task_id)) is None
