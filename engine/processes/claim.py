"""Taking a task, putting it back, giving it to somebody: who works on it. The process does not move."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import journal
from engine.errors import Conflict
from engine.processes.acts import Act
from engine.processes.complete import done, name_of
from engine.processes.conduct import conduct
from engine.processes.courses import Note
from engine.processes.models import Task
from engine.processes.ports import Ports
from engine.processes.rows import TASKS, lock_task


def claim(session: Session, ports: Ports, act: Act, task_id: int) -> Task:
    """The actor takes an open task that nobody has taken; taking it twice is the same as once. Raises NotFound, Conflict."""
    user_id = act.actor.user_id
    task = lock_open(session, task_id)
    if task.assignee_id == user_id and user_id is not None:
        return task
    if task.assignee_id is not None:
        raise Conflict("这项任务已由 %(name)s 领办；请刷新列表，办理其他任务。", name=name_of(session, task.assignee_id), task_id=task_id)
    return hand(session, ports, act, task, "task.claim", {"assignee_id": user_id})


def unclaim(session: Session, ports: Ports, act: Act, task_id: int) -> Task:
    """Put a taken task back to all who may do it. Raises NotFound, Conflict."""
    task = lock_open(session, task_id)
    if task.assignee_id is None:
        return task
    return hand(session, ports, act, task, "task.unclaim", {"assignee_id": None, "owner_id": None})


def assign(session: Session, ports: Ports, act: Act, task_id: int, user_id: int) -> Task:
    """Give an open task to a person, whoever had it. Raises NotFound, Conflict."""
    task = lock_open(session, task_id)
    if task.assignee_id == user_id:
        return task
    return hand(session, ports, act, task, "task.assign", {"assignee_id": user_id, "owner_id": None})


def lock_open(session: Session, task_id: int) -> Task:
    """An open task of an instance that is not suspended, locked until the transaction ends. Raises NotFound, Conflict."""
    locked, task = lock_task(session, task_id)
    if task.status != "open":
        raise done(session, task)
    if locked.instance.status == "suspended":
        raise Conflict("流程已挂起，恢复后才能办理。", task_id=task_id)
    return task


def hand(session: Session, ports: Ports, act: Act, task: Task, name: str, values: dict[str, Any]) -> Task:
    """Write who has the task now, with one journal row that holds old and new."""
    data = {"task": task.id, "old": {key: getattr(task, key) for key in values}, "new": values}
    with conduct(session, ports) as course:
        session.connection().execute(update(TASKS).where(TASKS.c.id == task.id).values(values))
        course.note(act, journal.chain_of(task.case_id, task.instance_id), Note(name, task.element, data))
    for key, value in values.items():
        setattr(task, key, value)
    return task
