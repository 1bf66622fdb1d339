"""What operations share: the case they work on, the values they were given, who is named in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cases import opening, read_model
from engine.cases.models import Case
from engine.errors import Invalid, NotFound
from engine.processes.models import Task
from engine.processes.ports import Desk

Given = Mapping[str, Any]


def case_of(desk: Desk, given: Given | None = None) -> Case:
    """The case the operation works on, locked: the parameter ``case_id``, else that of the instance, else the variable ``case_id``."""
    case_id = (given or {}).get("case_id") or desk.instance.case_id or desk.variables.get("case_id")
    if case_id is None:
        raise Invalid("流程没有案卷，不能执行这一步。")
    if not str(case_id).isdecimal():
        case_id = opening.get(desk.session, case_id).id
    case = read_model.lock(desk.session, int(case_id))
    if case is None:
        raise NotFound("没有这个案卷；请检查编号。")
    return case


def task_of(desk: Desk, given: Given) -> Task:
    """The task named by ``task_id`` (or the one the instance is about). Raises NotFound."""
    task_id = given.get("task_id") or desk.instance.about_task_id
    task = desk.session.get(Task, int(task_id)) if task_id else None
    if task is None:
        raise NotFound("没有这项任务；请从待办列表中选择。")
    return task


def text_of(given: Given, name: str, needed: bool = False) -> str:
    """A text that was given, without surrounding space; empty for null. Raises Invalid when it is needed and missing."""
    value = given.get(name)
    text = "" if value is None else str(value).strip()
    if needed and not text:
        raise Invalid("流程图没有给出这一步需要的内容；请流程管理员检查参数。", parameter=name)
    return text


def list_of(value: Any) -> list[str]:
    """One value or a list of them, as a list of texts without empty ones."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [str(one) for one in values if one not in (None, "")]


def once(desk: Desk, what: str) -> str:
    """A key for this occasion: this element of this instance at this moment."""
    return f"{what}:{desk.instance.id}:{desk.element}:{desk.act.at.timestamp():.6f}"
