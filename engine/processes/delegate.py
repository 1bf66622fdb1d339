"""委托: the person who has a task lets another one work on it and gets it back, or lets them complete it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.processes.acts import Act
from engine.processes.claim import hand, lock_open
from engine.processes.models import Task
from engine.processes.ports import Ports


def delegate(session: Session, ports: Ports, act: Act, task_id: int, user_id: int) -> Task:
    """Hand a task to ``user_id``; who had it (else the actor) stays its owner and gets it back. Raises NotFound, Conflict."""
    task = lock_open(session, task_id)
    if task.assignee_id == user_id:
        return task
    owner = task.owner_id or task.assignee_id or act.actor.user_id
    return hand(session, ports, act, task, "task.delegate", {"assignee_id": user_id, "owner_id": owner})


def give_back(session: Session, ports: Ports, act: Act, task_id: int) -> Task:
    """Return a delegated task to its owner. Raises NotFound; Conflict when it was not delegated."""
    return _home(session, ports, act, task_id, "task.give-back")


def take_back(session: Session, ports: Ports, act: Act, task_id: int) -> Task:
    """The owner has the task again without waiting for it. Raises NotFound; Conflict when it was not delegated."""
    return _home(session, ports, act, task_id, "task.take-back")


def _home(session: Session, ports: Ports, act: Act, task_id: int, name: str) -> Task:
    task = lock_open(session, task_id)
    if task.owner_id is None:
        raise Conflict("这项任务不是委托办理的，不能交还或收回；请刷新页面。", task_id=task_id)
    return hand(session, ports, act, task, name, {"assignee_id": task.owner_id, "owner_id": None})
