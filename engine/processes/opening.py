"""Tasks that open: their rows, with candidates, assignee and limit from the properties of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from engine.bpm.results import OpenedTask, StepFailed
from engine.journal.canonical import plain
from engine.processes.acts import Act
from engine.processes.assess import assess
from engine.processes.courses import Course
from engine.processes.models import NEVER, Instance, Task
from engine.processes.rows import TASKS

_INSERT = insert(TASKS).returning(TASKS.c.id, TASKS.c.token)  # built once, as all statements of a step
_NO_LIMIT: dict[str, Any] = {
    "limit_name": "",
    "limit_days": None,
    "limit_kind": "",
    "limit_from": None,
    "limit_at": None,
    "urgency": NEVER,
    "yellow_at": None,
    "black_at": None,
    "rung_at": None,
}
_NOT_DONE: dict[str, Any] = {
    "owner_id": None,
    "status": "open",
    "paused_at": None,
    "completed_at": None,
    "completed_by_id": None,
    "completed_for_id": None,
    "answers": {},
    "key": None,
}


def open_tasks(course: Course, act: Act, instance: Instance, opened: Sequence[OpenedTask]) -> list[Task]:
    """Insert the rows of the opened tasks with one statement. Raises StepFailed when a drawing names a person or unit that is none."""
    if not opened:
        return []
    rows = [_row(course, act, instance, task) for task in opened]
    try:
        ids = {row.token: row.id for row in course.session.connection().execute(_INSERT, rows)}
    except IntegrityError as error:
        raise StepFailed(opened[0].element, opened[0].name, "任务的经办人或单位不存在，请检查流程图中的设置。") from error
    return [Task(id=ids[row["token"]], **row) for row in rows]


def _row(course: Course, act: Act, instance: Instance, task: OpenedTask) -> dict[str, Any]:
    given = task.properties
    row = {
        "instance_id": instance.id,
        "token": task.token,
        "case_id": instance.case_id,
        "definition_id": task.definition_id,
        "process": task.process,
        "element": task.element,
        "name": task.name,
        "form": str(given.get("form") or task.element),
        "role": str(given.get("role") or ""),
        "unit_id": given.get("unit") or None,
        "area": _number(task, "area"),
        "assignee_id": _number(task, "assignee"),
        "properties": plain(given),
        "opened_at": act.at,
        **_NOT_DONE,
        **_NO_LIMIT,
    }
    limit = assess(course, act.at, str(given.get("limit") or f"{task.process}/{task.element}"), task.variables)
    if limit is not None:
        row.update(limit.columns(ladder=given.get("ladder") != "no"))
        row["properties"] |= {"limit_basis": limit.basis, "limit_source": limit.source}
    return row


def _number(task: OpenedTask, name: str) -> int | None:
    value = task.properties.get(name)
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise StepFailed(task.element, task.name, f"属性 {name} 应是数字，现在是“{value}”。") from error
