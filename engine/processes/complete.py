"""A person completes a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpm import runner
from engine.clock import local
from engine.errors import Conflict
from engine.journal.canonical import digest_of_data
from engine.people.models import User
from engine.processes.acts import Act
from engine.processes.advance import step
from engine.processes.closing import Completion
from engine.processes.conduct import conduct
from engine.processes.courses import Note
from engine.processes.models import Instance, Task
from engine.processes.ports import Change, Ports
from engine.processes.rows import Locked, lock_task


def complete(session: Session, ports: Ports, act: Act, task_id: int, answers: Mapping[str, Any]) -> Change:
    """Complete an open task with checked answers and run its process on.

    The same ``act.key`` again gives the first result. Raises NotFound; Conflict when the task is done already (``details`` say by whom and
    when), no longer needed, taken by another, or its process suspended; StepFailed.
    """
    locked, task = lock_task(session, task_id)
    return finish(session, ports, act, locked, task, answers)


def finish(session: Session, ports: Ports, act: Act, locked: Locked, task: Task, answers: Mapping[str, Any]) -> Change:
    """The same with a task that this transaction has locked already."""
    if task.status != "open":
        return _again(session, act, locked.instance, task)
    check(session, act, locked.instance, task)
    data = {"task": task.id, "name": task.name, "answers_sha256": digest_of_data(answers)}
    note = Note("task.complete", task.element, data, {"verb": "complete", "task": task.id, "answers": answers})
    state, token = locked.instance.state, task.token
    with conduct(session, ports) as course:
        return step(course, act, locked, lambda world: runner.complete(world, state, token, answers), note, Completion(task, answers))


def check(session: Session, act: Act, instance: Instance, task: Task) -> None:
    """Raises Conflict when ``instance`` is suspended or another person has taken ``task``."""
    if instance.status == "suspended":
        raise Conflict("流程已挂起，恢复后才能办理。", task_id=task.id)
    actor = act.actor
    if task.assignee_id is not None and actor.user_id is not None and task.assignee_id not in (actor.user_id, actor.for_id):
        raise Conflict("这项任务已由 %(name)s 领办，请先转给您再办理。", name=name_of(session, task.assignee_id), task_id=task.id)


def _again(session: Session, act: Act, instance: Instance, task: Task) -> Change:
    if task.key is None or task.key != act.key:
        raise done(session, task)
    opened = select(Task).where(Task.instance_id == task.instance_id, Task.opened_at == task.completed_at, Task.id > task.id)
    return Change(instance, None, list(session.scalars(opened)), [task], task.answers, task.form)


def done(session: Session, task: Task) -> Conflict:
    """The refusal for a task that is no longer open: who did what, and when."""
    assert task.completed_at is not None
    at = local(task.completed_at).strftime("%Y-%m-%d %H:%M")
    if task.status == "completed":
        return Conflict("已由 %(name)s 于 %(at)s 办结。", name=name_of(session, task.completed_by_id), at=at, task_id=task.id)
    return Conflict("流程已于 %(at)s 走到别处，这项任务不用再办。", at=at, task_id=task.id)


def name_of(session: Session, user_id: int | None) -> str:
    """A person's name for a sentence."""
    found = session.scalar(select(User.name).where(User.id == user_id)) if user_id is not None else None
    return found or "系统"
