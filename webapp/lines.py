"""Tasks as lines of a list: the case, the unit and the people named; a fixed number of statements whatever the length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.models import Case
from engine.people.permissions import may
from engine.people.person import Person
from engine.processes.climb import LADDER
from engine.processes.models import Instance, Task
from webapp import names, words
from webapp.i18n import drawn


@dataclass(frozen=True, slots=True)
class Line:
    """One task as a list shows it. ``mine``: this person may open its page; ``about``: the late step that a ladder's task is about."""

    task: Task
    number: str
    title: str
    step: str
    unit: str
    assignee: str
    href: str
    mine: bool
    about: str = ""


def of(session: Session, person: Person, tasks: Sequence[Task], cases: Mapping[int, Case] | None = None) -> list[Line]:
    """The tasks as lines, in their order."""
    if cases is None:
        cases = _cases(session, tasks)
    people = names.people(session, (task.assignee_id for task in tasks))
    units = names.units(session) if tasks else {}
    late = _late(session, tasks)
    return [_line(person, task, cases.get(task.case_id or 0), units, people, late.get(task.instance_id, "")) for task in tasks]


def open_tasks(session: Session, case_id: int) -> list[Task]:
    """The tasks of a case that wait for somebody, most urgent first."""
    query = select(Task).where(Task.case_id == case_id, Task.status == "open").order_by(Task.limit_at.is_(None), Task.limit_at, Task.id)
    return list(session.scalars(query))


def is_stopped(session: Session, case_id: int) -> bool:
    """Is the case suspended (中止)?"""
    return session.scalar(select(Instance.id).where(Instance.case_id == case_id, Instance.status == "suspended").limit(1)) is not None


def _cases(session: Session, tasks: Sequence[Task]) -> dict[int, Case]:
    wanted = {task.case_id for task in tasks if task.case_id is not None}
    return {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(wanted)))} if wanted else {}


def _late(session: Session, tasks: Sequence[Task]) -> dict[int, str]:
    """Instance of a ladder → the name of the step that it watches. No statement where there is no ladder."""
    ladders = {task.instance_id for task in tasks if task.process == LADDER}
    if not ladders:
        return {}
    query = select(Instance.id, Task.name).join(Task, Task.id == Instance.about_task_id).where(Instance.id.in_(ladders))
    return {row.id: drawn(row.name) for row in session.execute(query)}


def _line(person: Person, task: Task, case: Case | None, units: Mapping[str, str], people: Mapping[int, str], about: str) -> Line:
    step = drawn(task.name)
    unit = units.get(task.unit_id or "", "") or (words.word("role", task.role) if task.role else "")
    return Line(
        task=task,
        number=case.number if case else "",
        title=case.title if case else step,
        step=step,
        unit=unit,
        assignee=people.get(task.assignee_id or 0, ""),
        href=url_for("tasks.show", task_id=task.id),
        mine=may(person, "task.see", task, {}) or may(person, "task.complete", task),
        about=about,
    )
