"""督办: the ladder of a task begins when its first rung is due."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.bpm.results import StepFailed
from engine.errors import NotFound
from engine.processes import incidents
from engine.processes.acts import Act
from engine.processes.models import Instance, Task
from engine.processes.ports import Ports
from engine.processes.rows import TASKS, lock_task
from engine.processes.start import start

LADDER = "supervision"


def climb(session: Session, ports: Ports, act: Act, task_id: int, *, again: bool = False) -> Instance | None:
    """Start the ladder process about a task whose first rung is due; ``again``: after an incident.

    None when the task is done, its clock stands still or nothing is due yet. Raises StepFailed, also when no ladder is deployed.
    """
    _, task = lock_task(session, task_id)
    if task.status != "open" or task.paused_at is not None or not _due(task, act, again):
        return None
    session.connection().execute(update(TASKS).where(TASKS.c.id == task_id).values(rung_at=None))
    try:
        return start(session, ports, act, LADDER, _variables(task), task.case_id, task.instance_id, task.id)
    except (NotFound, StepFailed) as error:
        failed = error if isinstance(error, StepFailed) else StepFailed(task.element, task.name, "督办流程 supervision 尚未部署。")
        redo = {"verb": "climb", "task": task.id}
        incidents.describe(failed, instance_id=task.instance_id, case_id=task.case_id, redo=redo, act=act)
        raise failed from error


def _due(task: Task, act: Act, again: bool) -> bool:
    return again or (task.rung_at is not None and task.rung_at <= act.at)


def _variables(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "task_name": task.name,
        "case_id": task.case_id,
        "process": task.process,
        "element": task.element,
        "role": task.role,
        "unit": task.unit_id,
        "area": task.area,
        "assignee_id": task.assignee_id,
        "opened_at": task.opened_at,
        "limit_name": task.limit_name,
        "limit_days": task.limit_days,
        "limit_from": task.limit_from,
        "limit_at": task.limit_at,
        "yellow_at": task.yellow_at,
        "black_at": task.black_at,
        "rung_due_at": task.rung_at,
        "rung": 0,
    }
