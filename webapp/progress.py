"""Where a case stands on its drawings: done and current elements, and what happened at each, from the journal and the open tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from engine.bpm.drawing import Drawing
from engine.errors import DubanError
from engine.journal.models import Entry
from engine.processes import queries
from engine.processes.models import Task
from engine.processes.queries import Position
from webapp import names, words
from webapp.i18n import drawn, language
from webapp.session import house

TOLD = frozenset({"userTask", "callActivity", "subProcess", "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent"})
WORDS = {"task.complete": _l("完成"), "timer.fire": _l("到时触发"), "message.deliver": _l("收到消息"), "instance.start": _l("开始")}


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened at an element: when, by whom, what."""

    at: datetime
    who: str
    what: str


@dataclass(slots=True)
class Stop:
    """An element with what happened there, newest first; ``state``: done or current; ``told``: people know it as a step."""

    id: str
    name: str
    state: str
    told: bool
    waits_for: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Chart:
    """One drawing of a case: marks for the viewer (``data``), and the same in words (``stops``)."""

    key: str
    name: str
    current: bool
    data: dict[str, Any]
    stops: list[Stop]

    def small(self) -> dict[str, Any]:
        """The marks alone, for a small picture without the words."""
        return {**self.data, "links": {}}

    def past(self, *, told: bool) -> list[tuple[Stop, Line]]:
        """What happened, newest first: at the steps that people know, or at the others."""
        lines = [(stop, line) for stop in self.stops if stop.told == told for line in stop.lines]
        return sorted(lines, key=lambda pair: pair[1].at, reverse=True)


def positions(session: Session, case_id: int) -> list[Position]:
    """Where the instances of a case stand, in the order in which they started; those that cannot be read are left out."""
    found = []
    for instance in queries.instances_of(session, case_id):
        try:
            found.append(queries.position(session, house().ports, instance))
        except DubanError:
            continue
    return found


def waits(session: Session, case_id: int) -> list[tuple[str, datetime]]:
    """The timers that a case waits for, each with its name and moment, the next one first."""
    found = []
    for position in positions(session, case_id):
        for token in position.tokens:
            if token.due_at is not None:
                drawing = house().ports.drawings.drawing(session, house().ports, position.definitions[token.process])
                found.append((drawing.elements[token.element].name, token.due_at))
    return sorted(found, key=lambda wait: wait[1])


def processes(found: Sequence[Position]) -> dict[str, int]:
    """Process key → definition id of the drawings that the case has been on."""
    keys: dict[str, int] = {}
    for position in found:
        been = {one.partition("/")[0] for one in position.passed} | {token.process for token in position.tokens}
        for key, definition_id in position.definitions.items():
            if key in been:
                keys.setdefault(key, definition_id)
    return keys


def chart(session: Session, case_id: int, key: str, found: Sequence[Position], rows: Sequence[Entry], detailed: bool) -> Chart | None:
    """One drawing with the state of the case. ``detailed``: names of those who acted. None when the case has not been on it."""
    definition_id = processes(found).get(key)
    if definition_id is None:
        return None
    drawing = house().ports.drawings.drawing(session, house().ports, definition_id)
    tasks = [task for task in queries.tasks_of(session, case_id) if task.process == key]
    passed = _passed(rows, key)
    current = {t.element for one in found for t in one.tokens if t.process == key and t.state in ("task", "waiting", "inside")}
    stops = _stops(session, drawing, passed, current, tasks, detailed)
    done = {one.partition("/")[2] for position in found for one in position.passed if one.startswith(f"{key}/")} - current
    return Chart(key, drawing.name, bool(current), _marks(case_id, drawing, done, current, stops), stops)


def _passed(rows: Sequence[Entry], key: str) -> dict[str, list[Entry]]:
    """Element → the journal rows in which it was passed, oldest first."""
    found: dict[str, list[Entry]] = {}
    for row in reversed(rows):
        for step in row.data.get("steps") or ():
            process, _slash, element = str(step).partition("/")
            if process == key:
                found.setdefault(element, []).append(row)
    return found


def _marks(case_id: int, drawing: Drawing, done: set[str], current: set[str], stops: list[Stop]) -> dict[str, Any]:
    return {
        "source": url_for("cases.drawing", case_id=case_id, key=drawing.key),
        "done": sorted(done),
        "current": dict.fromkeys(current, _("当前")),
        "links": {stop.id: f"#step-{drawing.key}-{stop.id}" for stop in stops},
        "names": {e.id: drawn(e.name) for e in drawing.elements.values() if e.name} if language() != "zh" else {},
        "zoomIn": _("放大"),
        "zoomOut": _("缩小"),
        "fit": _("适合窗口"),
    }


def _stops(
    session: Session, drawing: Drawing, passed: Mapping[str, list[Entry]], current: set[str], tasks: Sequence[Task], detailed: bool
) -> list[Stop]:
    people = names.people(session, (task.assignee_id for task in tasks if task.status == "open"))
    found = []
    for element in drawing.elements.values():
        if element.id not in passed and element.id not in current:
            continue
        state = "current" if element.id in current else "done"
        told = element.kind in TOLD and bool(element.name)
        lines = [_line(row, element.id, tasks, detailed) for row in reversed(passed.get(element.id, ()))]
        found.append(Stop(element.id, element.name, state, told, _waits_for(element.id, tasks, people), lines))
    return found


def _waits_for(element: str, tasks: Sequence[Task], people: Mapping[int, str]) -> str:
    """Who has the open task there, else whose post it is."""
    waiting = [task for task in tasks if task.element == element and task.status == "open"]
    return "、".join(people.get(task.assignee_id or 0) or words.word("role", task.role) for task in waiting)


def _line(row: Entry, element: str, tasks: Sequence[Task], detailed: bool) -> Line:
    task = next((t for t in tasks if t.id == row.data.get("task") and t.element == element), None)
    done_here = task is not None and row.act == "task.complete"
    timed = any(one.get("element") == element for one in row.data.get("timers") or ())
    who = row.actor if detailed or (task is not None and task.unit_id) or row.actor_id is None else _("市营商办")
    if not done_here and not timed and row.act in ("task.complete", "timer.fire"):
        return Line(row.at, "", _("经过"))
    return Line(row.at, str(_(who) if row.actor_id is None else who), str(WORDS.get(row.act, _("经过"))))
