"""Operations on limits: stop the clock, let it run, extend."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.cases import limits
from engine.cases.desks import Given, case_of, task_of, text_of
from engine.errors import Invalid
from engine.processes.acts import Act
from engine.processes.ports import Desk


def pause(desk: Desk, given: Given) -> None:
    """暂停计时, for a reason."""
    limits.pause(desk.session, desk.ports, _act(desk, given), case_of(desk, given).id)


def resume(desk: Desk, given: Given) -> None:
    """The clock runs again."""
    limits.resume(desk.session, desk.ports, _act(desk, given), case_of(desk, given).id)


def extend(desk: Desk, given: Given) -> dict[str, Any]:
    """延期 of one task by working days; returns the new limit as ``extended_to`` (the drawing tells the reporter). A task that is closed is
    left alone."""
    task = task_of(desk, given)
    if task.status != "open" or task.limit_at is None:
        return {}
    if not given.get("days"):
        raise Invalid("流程图没有写明延长几天；请流程管理员检查参数。")
    moved = limits.extend(desk.session, desk.ports, _act(desk, given), task.id, int(given["days"]))
    return {"extended_to": moved.limit_at}


def _act(desk: Desk, given: Given) -> Act:
    return replace(desk.act, key=None, reason=text_of(given, "reason") or desk.act.reason)
