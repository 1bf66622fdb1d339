"""What people do with tasks, one or many: with the right to it checked each time, the files of a form kept in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.models import Case
from engine.cases.queries import visible_cases
from engine.errors import DubanError, Invalid
from engine.people.permissions import actor_for, may, require
from engine.people.person import Person
from engine.processes.complete import done as already_done
from engine.processes.models import Task
from webapp import task_page
from webapp.session import house


def check(session: Session, person: Person, task: Task, verb: str, facts: Mapping[str, Any], to: int | None = None) -> None:
    """May this person do this with the task now, and is ``to`` one of those whose post it is? Raises Conflict, Forbidden, Invalid."""
    if task.status != "open":
        raise already_done(session, task)
    require(person, verb, task, facts)
    if to is not None and to not in dict(task_page.candidates(session, task)):
        raise Invalid("选定的人员没有办理这个环节的岗位；请重新选择。", fields={"to": "请重新选择。"})


def each(
    person: Person, task_ids: Sequence[int], verb: str, use_case: Callable[..., Any], *given: Any, to: int | None = None
) -> tuple[int, list[str]]:
    """Do one thing with each task, each in a transaction of its own: how many succeeded, and why others did not."""
    done, failed = 0, []
    for task_id in dict.fromkeys(task_ids):
        try:
            with house().sessions.read() as session:
                found = task_page.find(session, person, task_id)
                check(session, person, found.task, verb, found.facts, to)
            house().act(use_case, task_id, *given, by=actor_for(person, found.task))
            done += 1
        except DubanError as refusal:
            failed.append(str(_(refusal.sentence) % refusal.details if refusal.details else _(refusal.sentence)))
    return done, failed


def told(act: str, done: int, failed: Sequence[str]) -> tuple[str, str]:
    """What to say after a bulk act, and how: (sentence, kind)."""
    if not done and not failed:
        return _("没有选择事项。"), "warning"
    if not failed:
        return _("%(act)s %(n)s 项。", act=act, n=done), "success"
    reasons = " ".join(dict.fromkeys(failed))
    return _("%(act)s %(n)s 项，%(m)s 项没有成功：%(why)s", act=act, n=done, m=len(failed), why=reasons), "warning"


def assignable(session: Session, person: Person, tasks: Sequence[Task]) -> list[tuple[int, str]]:
    """The people to whom this person may give one of these tasks: (id, name). A few statements, however many tasks."""
    wanted = {task.case_id for task in tasks if task.case_id is not None}
    seen = set(session.scalars(select(Case.id).where(Case.id.in_(wanted), visible_cases(person)))) if wanted else set()
    mine = [task for task in tasks if may(person, "task.assign", task, {"sees": task.case_id in seen})]
    posts = {(task.role, task.unit_id, task.area): task for task in mine}
    return sorted(task_page.holders(session, list(posts.values())), key=lambda one: one[1])
