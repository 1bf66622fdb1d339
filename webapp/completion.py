"""A person completes a task: rights, the check of the form, its files and the step itself, in one transaction and with few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from engine.cases import attachments, identity, read_model
from engine.errors import Invalid
from engine.people.permissions import actor_for, may, require
from engine.people.person import Person
from engine.processes.acts import Act
from engine.processes.complete import finish
from engine.processes.models import Draft, Instance, Task
from engine.processes.ports import Ports
from engine.processes.rows import Locked, lock_task
from engine.processes.standing import Standing
from webapp import task_form, task_page
from webapp.session import actor_of, house
from webapp.task_form import Pairs

Files = Mapping[str, Sequence[tuple[str, bytes]]]
DRAFTED = exists().where(Draft.task_id == Task.id)
ALONG = (DRAFTED, identity.SEALED)


class Unfinished(Exception):
    """The form must be shown again: it has faults, or a row was added. Nothing has been written."""


def complete(person: Person, task_id: int, typed: Pairs, files: Mapping[str, Sequence[FileStorage]], key: str | None) -> Task:
    """Complete the task with what was typed; its files are kept and its drafts dropped in the same transaction.

    Raises Unfinished, NotFound, Forbidden, Conflict, StepFailed, Invalid.
    """
    most = house().settings.upload_bytes
    read = {path: [(str(file.filename), file.stream.read(most + 1)) for file in given] for path, given in files.items()}
    return house().act(_complete, person, task_id, typed, read, by=actor_of(person), key=key, most=most)


def _complete(session: Session, ports: Ports, act: Act, person: Person, task_id: int, typed: Pairs, files: Files, *, most: int) -> Task:
    locked, task = lock_task(session, task_id, ALONG)
    drafted, sealed = locked.along
    if task.case_id is not None:
        identity.read_along(session, task.case_id, sealed)
    act = replace(act, actor=actor_for(person, task))
    answers = _answers(session, ports, person, locked, task, typed, files)
    for name, content in (pair for pairs in files.values() for pair in pairs) if task.status == "open" else ():
        _keep(session, ports, act, task, name, content, most)
    finish(session, ports, act, locked, task, identity.without_reporter(session, house().keys, task.case_id, answers))
    if drafted:
        session.execute(delete(Draft).where(Draft.task_id == task_id))
    return task


def _answers(session: Session, ports: Ports, person: Person, locked: Locked, task: Task, typed: Pairs, files: Files) -> Mapping[str, Any]:
    """The checked answers; none for a task that is no longer open, which the step refuses with a sentence that says more."""
    if task.status != "open" or not may(person, "task.complete", task, {}):
        found = task_page.find(session, person, task.id)
        if task.status != "open":
            return {}
        require(person, "task.complete", found.task, found.facts)
    answers = _sent(session, locked.instance, task, typed, files, ports.standing.at(session, ports, locked.stamp))
    if answers is None:
        raise Unfinished
    return answers


def _sent(session: Session, instance: Instance, task: Task, typed: Pairs, files: Files, standing: Standing) -> dict[str, Any] | None:
    case = None
    if task.case_id is not None and task_form.needs_case(session, task):
        case = read_model.lock(session, task.case_id)
    names = {path: [name for name, _ in given] for path, given in files.items()}
    return task_form.sent(session, task, instance, case, typed, names, standing)


def _keep(session: Session, ports: Ports, act: Act, task: Task, name: str, content: bytes, most: int) -> None:
    if task.case_id is None:
        raise Invalid("此环节没有案卷，不能上传文件；请去掉文件后再提交。")
    unkeyed = Act(act.actor, act.at)
    name = identity.without_reporter(session, house().keys, task.case_id, name)
    attachments.store(session, ports, unkeyed, task.case_id, name, content, files=house().files, task_id=task.id, most=most)
