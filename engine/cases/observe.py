"""Keeping the case's read model: after each step of a process, in its transaction, the case file follows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import fields, ledger, opening, recipients
from engine.cases.identity import Keys
from engine.cases.models import Case
from engine.cases.recipients import Addressee, Seat
from engine.errors import NotFound
from engine.outbox.queue import Telling, tell_many
from engine.processes.models import Task

if TYPE_CHECKING:
    from engine.processes.ports import Change, Desk

HELD = "locked cases"
FIELDS = ("limit_at", "yellow_at", "black_at", "paused_at")


class Observe:
    """The observer with the keys that let it mask what names the reporter in what people write into the case."""

    def __init__(self, keys: Keys | None = None) -> None:
        self.keys = keys

    def __call__(self, desk: Desk, change: Change) -> None:
        """Write the answers, the stage, the lights and the end of the process into its case; tell those whom new tasks wait for."""
        case_id = change.instance.case_id
        case = None if case_id is None else lock(desk.session, case_id)
        if case is not None:
            with desk.session.no_autoflush:  # one UPDATE at the end
                _write_answers(desk, change, case, self.keys)
                _move_stage(desk, change, case)
                _end(desk, change, case)
                refresh(case)
        _tell(desk, change, case)


observe = Observe()


def lock(session: Session, case_id: int) -> Case | None:
    """The case, locked until the transaction ends, so that steps of two processes on it don't overwrite each other. One statement for
    the whole transaction; but a lock taken behind a savepoint may be lost with it, and is not remembered."""
    held: dict[int, Case] = session.info.setdefault(HELD, {})
    if case_id in held:
        return held[case_id]
    query = select(Case).where(Case.id == case_id).with_for_update(of=Case)
    case = session.scalar(query.execution_options(populate_existing=True))
    if case is not None and not session.in_nested_transaction():
        held[case_id] = case
    return case


def refresh(case: Case) -> None:
    """Let the case show the limit of its most urgent open task, with its next UPDATE. The case must be locked: then no other step on
    it is under way, and the UPDATE sees the tasks as they are."""
    if case.state == "closed":
        return
    for name in FIELDS:
        urgent = select(getattr(Task, name)).where(Task.case_id == case.id, Task.status == "open").order_by(Task.urgency, Task.id).limit(1)
        setattr(case, name, urgent.scalar_subquery())


def _write_answers(desk: Desk, change: Change, case: Case, keys: Keys | None) -> None:
    done = next((task for task in change.closed if task.status == "completed"), None)
    if done is None or not change.form or not change.answers:
        return
    drawing = desk.ports.drawings.drawing(desk.session, desk.ports, done.definition_id)
    schema = drawing.files.get(f"forms/{change.form}.form")
    if schema is None:
        return
    targets = written(schema)
    case_fields = {target: change.answers[key] for key, (where, target) in targets.items() if where == "case" and key in change.answers}
    columns = {target: change.answers[key] for key, (where, target) in targets.items() if where == "ledger" and key in change.answers}
    if case_fields:
        fields.write(desk.session, case, case_fields, keys)
    if columns:
        _write_ledger(desk, change, case, columns)


@lru_cache(maxsize=512)
def written(schema: bytes) -> Mapping[str, tuple[str, str]]:
    """Key of a form's field → where its answer is written (``case`` or ``ledger``) and under which name."""
    found: dict[str, tuple[str, str]] = {}
    waiting = list(json.loads(schema).get("components", []))
    while waiting:
        component = waiting.pop()
        waiting += component.get("components") or []
        properties = component.get("properties") or {}
        for where in ("case", "ledger"):
            if component.get("key") and properties.get(where):
                found[component["key"]] = (where, str(properties[where]))
    return found


def _write_ledger(desk: Desk, change: Change, case: Case, columns: Mapping[str, Any]) -> None:
    name, row_id = str(columns.get("ledger") or "rectification"), change.answers.get("ledger_row")
    try:
        row = ledger.find(desk.session, case.id, name, int(row_id) if row_id else None)
    except NotFound:
        row = ledger.open_row(desk.session, name, case.id, desk.act.at, instance_id=change.instance.id)
    ledger.write(row, columns)


def _move_stage(desk: Desk, change: Change, case: Case) -> None:
    for task in change.opened:
        opening.reach(case, str(task.properties.get("stage") or ""), desk.act.at)


def _end(desk: Desk, change: Change, case: Case) -> None:
    """The process of the case's kind has ended: so has the case, unless an operation closed it before."""
    instance = change.instance
    if instance.key != case.kind or case.state == "closed":
        return
    if instance.status == "cancelled":
        opening.close_case(desk.session, desk.act, case, "cancelled")
    elif instance.status == "completed":
        opening.close_case(desk.session, desk.act, case, instance.outcome)


def _tell(desk: Desk, change: Change, case: Case | None) -> None:
    """Tell those whom each new task waits for, but not the one who just acted."""
    assigned = {task.assignee_id for task in change.opened if task.assignee_id is not None}
    seats = {Seat(task.role, task.unit_id, task.area) for task in change.opened if task.assignee_id is None}
    by_person = recipients.people(desk.session, assigned, desk.act.at)
    by_seat = recipients.by_seat(desk.session, seats, desk.act.at)
    tellings = []
    for task in change.opened:
        seat = Seat(task.role, task.unit_id, task.area)
        whom = by_person.get(task.assignee_id, []) if task.assignee_id is not None else by_seat.get(seat, [])
        tellings += [_telling(user, task, case) for user in whom if user.id != desk.act.actor.user_id]
    tell_many(desk.session, tellings, at=desk.act.at)


def _telling(user: Addressee, task: Task, case: Case | None) -> Telling:
    body = f"{case.number} {case.title}" if case is not None else ""
    return Telling(user, "assigned", f"新任务：{task.name}", f"assigned:{task.id}", body, f"/tasks/{task.id}", {"task": task.id})
