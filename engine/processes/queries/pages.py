"""A task with all that its page needs, and where an instance stands on its drawings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import journal
from engine.bpm import runner
from engine.bpm.drawing import Drawing
from engine.bpm.results import Token, World
from engine.errors import NotFound
from engine.people.models import User
from engine.processes.models import Definition, Draft, Incident, Instance, LimitChange, Task
from engine.processes.ports import Ports

MOVES = ("instance.start", "task.complete", "timer.fire", "message.deliver")  # journal acts that hold steps
MOST = 5_000  # journal rows read for one drawing


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task and what stands around it. ``names``: user id → name of those who have, own or did it."""

    task: Task
    instance: Instance
    definition: Definition
    changes: list[LimitChange]
    draft: Draft | None
    siblings: list[Task]  # other open tasks of the case
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Position:
    """Where an instance stands: its tokens, the elements it has passed as "process/element", and the definition of each process."""

    tokens: list[Token]
    passed: frozenset[str]
    definitions: Mapping[str, int]


def task_page(session: Session, task_id: int, user_id: int | None = None) -> TaskPage:
    """A task with its instance, limit changes, the user's draft and the other open tasks of its case. Raises NotFound."""
    row = session.execute(
        select(Task, Instance, Definition)
        .join(Instance, Instance.id == Task.instance_id)
        .join(Definition, Definition.id == Task.definition_id)
        .where(Task.id == task_id)
    ).one_or_none()
    if row is None:
        raise NotFound("没有这项任务；请从待办列表中选择。", task_id=task_id)
    task, instance, definition = row
    changes = session.scalars(select(LimitChange).where(LimitChange.task_id == task_id).order_by(LimitChange.id))
    siblings = tasks_of(session, task.case_id, status="open") if task.case_id is not None else []
    people = {task.assignee_id, task.owner_id, task.completed_by_id, task.completed_for_id} - {None}
    names = {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(people)))} if people else {}
    draft = session.get(Draft, (task_id, user_id)) if user_id is not None else None
    return TaskPage(task, instance, definition, list(changes), draft, [one for one in siblings if one.id != task_id], names)


def tasks_of(session: Session, case_id: int, status: str | None = None) -> list[Task]:
    """The tasks of a case in the order they opened."""
    query = select(Task).where(Task.case_id == case_id).order_by(Task.id)
    return list(session.scalars(query if status is None else query.where(Task.status == status)))


def instances_of(session: Session, case_id: int) -> list[Instance]:
    """The instances that work or worked on a case, in the order they started."""
    return list(session.scalars(select(Instance).where(Instance.case_id == case_id).order_by(Instance.id)))


def incidents(session: Session, *, open_only: bool = True, limit: int = 100) -> list[Incident]:
    """Incidents, newest first."""
    query = select(Incident).order_by(Incident.id.desc()).limit(limit)
    return list(session.scalars(query.where(Incident.resolved_at.is_(None)) if open_only else query))


def position(session: Session, ports: Ports, instance: Instance) -> Position:
    """Where ``instance`` stands on its drawings, for showing tokens and what is done."""

    def drawing(definition_id: int) -> Drawing:
        return ports.drawings.drawing(session, ports, definition_id)

    ended = instance.status in ("completed", "cancelled")
    tokens = [] if ended else runner.tokens(World(instance.started_at, drawing, _nothing, _nothing), instance.state)
    chain = journal.chain_of(instance.case_id, instance.id)
    rows = journal.history(session, chain, limit=MOST, acts=MOVES)
    passed = frozenset(one for row in rows if row.data.get("instance") == instance.id for one in row.data.get("steps", ()))
    return Position(tokens, passed, runner.bindings(instance.state))


def variables(session: Session, ports: Ports, instance: Instance, task: Task) -> dict[str, Any]:
    """The variables that an open task sees, to fill its form with; empty once the instance has ended."""

    def drawing(definition_id: int) -> Drawing:
        return ports.drawings.drawing(session, ports, definition_id)

    if instance.status in ("completed", "cancelled"):
        return {}
    return runner.seen(World(instance.started_at, drawing, _nothing, _nothing), instance.state, task.token)


def _nothing(*_: Any) -> Mapping[str, Any]:
    return {}
