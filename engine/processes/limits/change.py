"""Stopping the clock (暂停计时) and extending (延期).

The rule of the remainder: what is left when the clock stops is the number of working days after the day of the stop up to and including
the limit's day (for kinds d and until: of calendar days). When the clock runs again, the limit is that many days after the day it does,
at the end of the day. A limit that had passed already stays where it is: late stays late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import journal
from engine.calendar import end_of, local_day
from engine.errors import Conflict, Invalid
from engine.processes.acts import Act
from engine.processes.assess import begin, moments, rungs
from engine.processes.conduct import conduct
from engine.processes.courses import Course, Note, Posting
from engine.processes.models import LimitChange, Task
from engine.processes.ports import Ports
from engine.processes.rows import TASKS, lock_task, task_of


def pause(session: Session, ports: Ports, act: Act, case_id: int) -> list[Task]:
    """Stop the clock of every open task with a limit in a case, for the reason in ``act``; returns the tasks whose clock was running."""
    with conduct(session, ports) as course:
        tasks = [task for task in _open_tasks(session, case_id) if task.limit_at is not None and task.paused_at is None]
        for task in tasks:
            _write(session, task, {"paused_at": act.at})
            _record(session, act, task, "pause", task.limit_at, task.limit_at, None)
        _note(course, act, case_id, "limit.pause", tasks)
    return tasks


def resume(session: Session, ports: Ports, act: Act, case_id: int) -> list[Task]:
    """Let the clock of a case run again; each limit moves so that its remainder is kept. Returns the tasks whose clock had stood still."""
    with conduct(session, ports) as course:
        tasks = [task for task in _open_tasks(session, case_id) if task.paused_at is not None]
        for task in tasks:
            before, (after, days) = task.limit_at, remainder(course, task, act.at)
            _move(course, act, task, after, {"paused_at": None})
            _record(session, act, task, "resume", before, after, days)
        _note(course, act, case_id, "limit.resume", tasks)
    return tasks


def extend(session: Session, ports: Ports, act: Act, task_id: int, days: int | None = None, until: date | None = None) -> Task:
    """Give a task ``days`` working days more, or time until the end of the day ``until``, for the reason in ``act``.

    Raises Invalid when the new limit is not later than the old one, Conflict when the task is done or has no limit.
    """
    with conduct(session, ports) as course:
        _, task = lock_task(session, task_id)
        if task.status != "open" or task.limit_at is None:
            raise Conflict("这项任务已办结或没有时限，不能延期。", task_id=task_id)
        before, after = task.limit_at, _extended(course, task.limit_at, days, until)
        _move(course, act, task, after, {})
        _record(session, act, task, "extend", before, after, days)
        data = {"task": task.id, "days": days, "limit_before": before, "limit_after": after}
        course.note(act, journal.chain_of(task.case_id, task.instance_id), Note("limit.extend", task.element, data))
    return task


def _extended(course: Course, limit_at: datetime, days: int | None, until: date | None) -> datetime:
    if until is not None:
        after = end_of(until)
    elif days is not None and days > 0:
        after = course.calendar.workdays_after(limit_at, days)
    else:
        raise Invalid("请填写延长的工作日数（大于 0）或新的截止日期。")
    if after <= limit_at:
        raise Invalid("新的截止日期应晚于原来的截止日期；请重新填写。", limit_at=limit_at)
    return after


def remainder(course: Course, task: Task, at: datetime) -> tuple[datetime, int | None]:
    """Where the limit of a paused task falls if the clock runs again at ``at``, and how many days are left then (None: it had passed)."""
    assert task.limit_at is not None and task.paused_at is not None
    if task.limit_at <= task.paused_at:
        return task.limit_at, None
    if task.limit_kind == "wd":
        left = course.calendar.workdays_between(task.paused_at, task.limit_at)
        return course.calendar.workdays_after(at, left), left
    left = (local_day(task.limit_at) - local_day(task.paused_at)).days
    return end_of(local_day(at) + timedelta(days=left)), left


def _open_tasks(session: Session, case_id: int) -> list[Task]:
    query = select(TASKS).where(TASKS.c.case_id == case_id, TASKS.c.status == "open").order_by(TASKS.c.id).with_for_update()
    return [task_of(tuple(row)) for row in session.connection().execute(query)]


def _move(course: Course, act: Act, task: Task, limit_at: datetime, also: dict[str, Any]) -> None:
    steps = rungs(course.standing, limit_at, task.limit_days)
    values = {**moments(limit_at, steps), **also}
    if task.rung_at is not None:  # the ladder has not begun: begin it with the new first rung
        values["rung_at"] = begin(steps, task.opened_at)
    else:
        payload = {"task_id": task.id, "limit_at": limit_at, "limit_days": task.limit_days}
        course.postings.append(Posting(act, "limit-moved", str(task.id), payload))
    _write(course.session, task, values)


def _write(session: Session, task: Task, values: dict[str, Any]) -> None:
    session.connection().execute(update(TASKS).where(TASKS.c.id == task.id).values(values))
    for name, value in values.items():
        setattr(task, name, value)


def _record(session: Session, act: Act, task: Task, kind: str, before: Any, after: Any, days: int | None) -> None:
    by = act.actor.user_id
    change = LimitChange(
        task_id=task.id, kind=kind, at=act.at, limit_before=before, limit_after=after, days=days, reason=act.reason, by_id=by
    )
    session.add(change)
    session.flush()


def _note(course: Course, act: Act, case_id: int, name: str, tasks: Sequence[Task]) -> None:
    if tasks:
        data = {"tasks": {task.id: task.limit_at for task in tasks}}
        course.note(act, journal.chain_of(case_id, None), Note(name, f"case:{case_id}", data))
