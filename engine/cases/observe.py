"""Keeping the case's read model: after each step of a process, in its transaction, the case file follows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.cases import fields, ledger, opening, read_model, recipients
from engine.cases.identity import Keys
from engine.cases.models import Case
from engine.cases.read_model import follow, is_loaded, lock
from engine.cases.recipients import Addressee, Seat
from engine.errors import NotFound
from engine.outbox.queue import Telling, tell_many
from engine.processes.models import Task

if TYPE_CHECKING:
    from engine.processes.ports import Change, Desk


class Observe:
    """The observer with the keys that let it mask what names the reporter in what people write into the case."""

    def __init__(self, keys: Keys | None = None) -> None:
        self.keys = keys

    def __call__(self, desk: Desk, change: Change) -> None:
        """Write the answers, the stage, the lights and the end of the process into its case; tell those whom new tasks wait for."""
        case_id = change.instance.case_id
        if case_id is None:
            _tell(desk, change, "")
            return
        row = None if _is_rare(desk, change, case_id) else follow(desk.session, case_id, _stages(change), desk.act.at)
        case = row if row is not None else self._follow(desk, change, case_id)
        _tell(desk, change, f"{case.number} {case.title}" if case is not None else "")

    def _follow(self, desk: Desk, change: Change, case_id: int) -> Case | None:
        """The whole of it, on the case as an object."""
        case = lock(desk.session, case_id)
        if case is not None:
            with desk.session.no_autoflush:  # one UPDATE at the end
                _write_answers(desk, change, case, self.keys)
                for stage in _stages(change):
                    opening.reach(case, stage, desk.act.at)
                _end(desk, change, case)
                read_model.write(desk.session, case)
            desk.session.flush()
        return case


observe = Observe()


def _is_rare(desk: Desk, change: Change, case_id: int) -> bool:
    """Is there more to do than stage and lights: answers to write, an end, or an operation that has loaded the case?"""
    return change.instance.status != "running" or is_loaded(desk.session, case_id) or bool(_answers(desk, change))


def _stages(change: Change) -> list[str]:
    return [str(task.properties.get("stage") or "") for task in change.opened]


def _answers(desk: Desk, change: Change) -> dict[str, dict[str, Any]]:
    """``case`` and ``ledger`` → what the completed form writes there, by its name there."""
    done = next((task for task in change.closed if task.status == "completed"), None)
    if done is None or not change.form or not change.answers:
        return {}
    drawing = desk.ports.drawings.drawing(desk.session, desk.ports, done.definition_id)
    schema = drawing.files.get(f"forms/{change.form}.form")
    found: dict[str, dict[str, Any]] = {}
    for key, (where, target) in written(schema).items() if schema is not None else ():
        if key in change.answers:
            found.setdefault(where, {})[target] = change.answers[key]
    return found


def _write_answers(desk: Desk, change: Change, case: Case, keys: Keys | None) -> None:
    answers = _answers(desk, change)
    if "case" in answers:
        fields.write(desk.session, case, answers["case"], keys)
    if "ledger" in answers:
        _write_ledger(desk, change, case, answers["ledger"])


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


def _end(desk: Desk, change: Change, case: Case) -> None:
    """The process of the case's kind has ended: so has the case, unless an operation closed it before."""
    instance = change.instance
    if instance.key != case.kind or case.state == "closed":
        return
    if instance.status == "cancelled":
        opening.close_case(desk.session, desk.act, case, "cancelled")
    elif instance.status == "completed":
        opening.close_case(desk.session, desk.act, case, instance.outcome)


def _tell(desk: Desk, change: Change, body: str) -> None:
    """Tell those whom each new task waits for, but not the one who just acted."""
    if not change.opened:
        return
    assigned = {task.assignee_id for task in change.opened if task.assignee_id is not None}
    seats = {Seat(task.role, task.unit_id, task.area) for task in change.opened if task.assignee_id is None}
    by_person = recipients.people(desk.session, assigned, desk.act.at)
    by_seat = recipients.by_seat(desk.session, seats, desk.act.at)
    tellings = []
    for task in change.opened:
        seat = Seat(task.role, task.unit_id, task.area)
        whom = by_person.get(task.assignee_id, []) if task.assignee_id is not None else by_seat.get(seat, [])
        tellings += [_telling(user, task, body) for user in whom if user.id != desk.act.actor.user_id]
    tell_many(desk.session, tellings, at=desk.act.at)


def _telling(user: Addressee, task: Task, body: str) -> Telling:
    return Telling(user, "assigned", f"新任务：{task.name}", f"assigned:{task.id}", body, f"/tasks/{task.id}", {"task": task.id})
