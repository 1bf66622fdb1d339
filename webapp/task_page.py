"""What the page of a task shows: instructions, form, limit, case, files, events, diagram; or how it was done."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.cases import queries as case_queries
from engine.cases.models import Case
from engine.cases.queries import CasePage
from engine.errors import NotFound
from engine.people.models import Post, User
from engine.people.permissions import actor_for, may
from engine.people.person import Person
from engine.processes import limits, queries
from engine.processes.models import Task
from engine.processes.queries import TaskPage
from webapp import answers, inbox, lines, names, progress, task_form, timeline, words
from webapp.forms import Bound
from webapp.i18n import drawn
from webapp.session import house
from webapp.task_form import Pairs

EVENTS = 3  # last events on the page


@dataclass(frozen=True, slots=True)
class Found:
    """A task that this person may see. ``works``: it is theirs to do, so they see its form, too."""

    page: TaskPage
    case: Case | None
    facts: dict[str, Any]
    works: bool

    @property
    def task(self) -> Task:
        return self.page.task


def find(session: Session, person: Person, task_id: int) -> Found:
    """The task. Raises NotFound when there is none, or none that this person may see."""
    page = queries.task_page(session, task_id, person.id)
    task = page.task
    facts = {"sees": task.case_id is not None and case_queries.sees(session, person, task.case_id)}
    works = may(person, "task.see", task, {})
    if not works and not may(person, "task.see", task, facts):
        raise NotFound("没有这项任务，或您不能查看；请从待办列表中选择。")
    case = session.get(Case, task.case_id) if task.case_id is not None and facts["sees"] else None
    return Found(page, case, facts, works)


def rendered(session: Session, person: Person, found: Found, raw: Pairs | None = None, bound: Bound | None = None, key: str = "") -> str:
    """The page of an open task; ``bound`` is the form as it was just sent, ``raw`` what is typed in it."""
    task = found.task
    if bound is None and found.works:
        raw = raw or task_form.draft(found.page.draft)
        bound = task_form.bound(session, person, task, found.page.instance, found.case, raw, quiet=True)
    context = {
        "task": task,
        "step": drawn(task.name),
        "bound": bound,
        "key": key or uuid.uuid4().hex,
        "instructions": _instructions(session, task),
        "explanation": limits.explain(session, house().calendar(session), task),
        "stopped": found.page.instance.status == "suspended",
        "draft_at": found.page.draft.saved_at if found.page.draft else None,
        "wording": lambda kind, value: names.wording(session, kind, value),
        **_people(session, person, found),
        **_watched(session, found),
        **_acts(session, person, found),
        **_case(session, person, found),
    }
    return render_template("tasks/show.html", **context)


def done(session: Session, person: Person, found: Found) -> str:
    """The page of a task that is no longer open: how it was done, and what comes next."""
    task, of = found.task, found.page.names
    sight = case_queries.sight(session, person, found.case) if found.case else None
    mine = task.completed_by_id in person.ids() or task.unit_id in person.units() or bool(sight and sight.office)
    following = lines.of(session, person, inbox.most_urgent(session, person, clock.now(), 1))
    return render_template(
        "tasks/done.html",
        task=task,
        step=drawn(task.name),
        case=found.case,
        done_by=of.get(task.completed_by_id or 0, _("系统")),
        done_for=of.get(task.completed_for_id or 0, ""),
        answers=answers.labelled(session, task, office=bool(sight and sight.office)) if mine and task.status == "completed" else [],
        next=following[0] if following else None,
    )


def candidates(session: Session, task: Task) -> list[tuple[int, str]]:
    """The people whose own posts let them do the task: (id, name)."""
    return holders(session, [task])


def holders(session: Session, tasks: Sequence[Task]) -> list[tuple[int, str]]:
    """The people whose own posts let them do one of the tasks: (id, name), by name. One statement; the rule is candidate_posts'."""
    posts = [_post(task) for task in tasks if task.role]
    if not posts:
        return []
    query = select(User.id, User.name).join(Post, Post.user_id == User.id).where(User.active, or_(*posts))
    return [(row.id, row.name) for row in session.execute(query.distinct().order_by(User.name))]


def _post(task: Task) -> ColumnElement[bool]:
    if task.role.startswith("unit."):
        return and_(Post.role == task.role, Post.unit_id == task.unit_id)
    if task.role == "lead":
        return and_(Post.role == task.role, Post.area == task.area)
    return and_(Post.role == task.role)


def _instructions(session: Session, task: Task) -> list[str]:
    drawing = house().ports.drawings.drawing(session, house().ports, task.definition_id)
    element = drawing.elements.get(task.element)
    text = drawn(element.documentation) if element is not None and element.documentation else ""
    return [paragraph for paragraph in text.splitlines() if paragraph.strip()]


def _people(session: Session, person: Person, found: Found) -> dict[str, Any]:
    task, of = found.task, found.page.names
    absent = person.absent(actor_for(person, task).for_id)
    return {
        "assignee": of.get(task.assignee_id or 0, ""),
        "owner": of.get(task.owner_id or 0, ""),
        "acting_for": absent.name if absent else "",
        "post": _whose(session, task),
    }


def _watched(session: Session, found: Found) -> dict[str, Any]:
    """The late step that this task of a ladder is about, and whose it is; ``late`` is None for other tasks."""
    late = session.get(Task, found.page.instance.about_task_id) if found.page.instance.about_task_id is not None else None
    if late is None:
        return {"late": None}
    person = names.people(session, [late.assignee_id])
    return {
        "late": late,
        "late_step": drawn(late.name),
        "late_post": _whose(session, late),
        "late_person": person.get(late.assignee_id or 0, ""),
    }


def _whose(session: Session, task: Task) -> str:
    unit = names.wording(session, "unit", task.unit_id) if task.unit_id else ""
    return " · ".join(filter(None, (unit, words.word("role", task.role) if task.role else "")))


def _acts(session: Session, person: Person, found: Found) -> dict[str, Any]:
    task = found.task
    verbs = ("complete", "claim", "unclaim", "delegate", "give-back", "take-back", "assign")
    allowed = {f"may_{verb.replace('-', '_')}": may(person, f"task.{verb}", task, found.facts) for verb in verbs}
    allowed["may_give_back"] = allowed["may_give_back"] and task.owner_id is not None
    if found.page.instance.status == "suspended":
        allowed = dict.fromkeys(allowed, False)
    people = candidates(session, task) if allowed["may_delegate"] or allowed["may_assign"] else []
    return {
        **allowed,
        "colleagues": [one for one in people if one[0] not in (person.id, task.assignee_id)],
        "assignable": [one for one in people if one[0] != task.assignee_id],
        "may_ask": task.limit_at is not None and may(person, "task.ask-extension", task) and task.unit_id is not None,
        "why_not": _why_not(found),
    }


def _why_not(found: Found) -> str:
    if found.page.instance.status == "suspended":
        return str(_("此案已中止，恢复后才能办理。"))
    name = found.page.names.get(found.task.assignee_id or 0)
    return str(_("由 %(name)s 办理。", name=name) if name else _("由本岗位的人员办理。"))


def _case(session: Session, person: Person, found: Found) -> dict[str, Any]:
    if found.case is None:
        return {"case": None, "diagram": None}
    page = case_queries.case_page(session, person, found.case.id)
    return {
        "case": page.case,
        "co_units": [unit.unit_id for unit in page.units if unit.part == "co"],
        "narrative": page.case.narrative if page.sight.narrative else "",
        "comments": page.comments,
        "files": page.attachments,
        "letters": page.letters,
        "may_comment": may(person, "case.comment", page.case, page.sight.facts),
        "may_attach": may(person, "case.attach", page.case, page.sight.facts),
        **_past(session, person, page, found.task),
    }


def _past(session: Session, person: Person, page: CasePage, task: Task) -> dict[str, Any]:
    rows = timeline.entries(session, page.case.id)
    chart = progress.chart(session, page.case.id, task.process, progress.positions(session, page.case.id), rows, page.sight.office)
    return {"events": timeline.events(session, page, person, rows[:40], EVENTS), "diagram": chart.small() if chart else None}
