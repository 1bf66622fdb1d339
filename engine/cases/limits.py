"""Stopping and extending the limits of a case, with its lights kept up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from engine.cases import read_model
from engine.cases.models import Case
from engine.errors import NotFound
from engine.processes import limits

if TYPE_CHECKING:
    from datetime import date

    from engine.processes.acts import Act
    from engine.processes.models import Task
    from engine.processes.ports import Ports


def pause(session: Session, ports: Ports, act: Act, case_id: int) -> Case:
    """暂停计时: the clock of every open task of the case stands still. A clock that stands still already stays as it is."""
    limits.pause(session, ports, act, case_id)
    return _refreshed(session, case_id)


def resume(session: Session, ports: Ports, act: Act, case_id: int) -> Case:
    """The clock runs again; each limit keeps its remainder."""
    limits.resume(session, ports, act, case_id)
    return _refreshed(session, case_id)


def extend(session: Session, ports: Ports, act: Act, task_id: int, days: int | None = None, until: date | None = None) -> Task:
    """延期: a new date for one task. Raises Conflict when the task is closed, Invalid when the new date is not later."""
    task = limits.extend(session, ports, act, task_id, days, until)
    if task.case_id is not None:
        _refreshed(session, task.case_id)
    return task


def _refreshed(session: Session, case_id: int) -> Case:
    case = read_model.lock(session, case_id)
    if case is None:
        raise NotFound("没有这个案卷；请检查编号。")
    read_model.refresh(case)
    session.flush()
    return case
