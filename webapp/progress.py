"""Where a case stands on its drawings: done and current elements, and what happened at each, from the journal and the open tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine.bpm.drawing import Drawing
from engine.errors import DubanError
from engine.journal.models import Entry
from engine.processes import queries
from engine.processes.models import Task
from engine.processes.queries import Position
from webapp.i18n import drawn, language
from webapp.session import house

SHOWN = frozenset({"userTask", "manualTask", "callActivity", "startEvent", "endEvent", "serviceTask", "businessRuleTask", "subProcess"})


@dataclass(frozen=True, slots=True)
class StepLine:
    """Something that happened at an element."""

    at: datetime
    text: str


@dataclass(slots=True)
class Stop:
    """An element of the drawing with what happened there; ``state``: done, current or ahead."""

    id: str
    name: str
    state: str
    lines: list[StepLine] = field(default_factory=list)


@dataclass(slots=True)
class Chart:
    """One drawing of a case: marks for the viewer (``data``) and the same as a list (``stops``)."""

    key: str
    name: str
    current: bool
    data: dict[str, Any]
    stops: list[Stop]

    def small(self) -> dict[str, Any]:
        """The marks alone, for a small picture without the list."""
        return {**self.data, "links": {}}


def positions(session: Session, case_id: int) -> list[Position]:
    """Where the instances of a case stand, in the order in which they started; those that cannot be read are left out."""
    found = []
    for instance in queries.instances_of(session, case_id):
        try:
            found.append(queries.position(session, house().ports, instance))
        except DubanError:
            continue
    return found


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
    stops = _stops(drawing, passed, current, tasks, detailed)
    return Chart(key, drawing.name, bool(current), _marks(case_id, drawing, passed, current, stops), stops)


def _passed(rows: Sequence[Entry], key: str) -> dict[str, list[Entry]]:
    """Element → the journal rows in which it was passed, oldest first."""
    found: dict[str, list[Entry]] = {}
    for row in reversed(rows):
        for step in row.data.get("steps") or ():
            process, _slash, element = str(step).partition("/")
            if process == key:
                found.setdefault(element, []).append(row)
    return found


def _marks(case_id: int, drawing: Drawing, passed: dict[str, list[Entry]], current: set[str], stops: list[Stop]) -> dict[str, Any]:
    return {
        "source": url_for("cases.drawing", case_id=case_id, key=drawing.key),
        "done": [element for element in passed if element not in current],
        "current": dict.fromkeys(current, _("当前")),
        "links": {stop.id: f"#step-{drawing.key}-{stop.id}" for stop in stops},
        "names": {e.id: drawn(e.name) for e in drawing.elements.values() if e.name} if language() != "zh" else {},
        "zoomIn": _("放大"),
        "zoomOut": _("缩小"),
        "fit": _("适合窗口"),
    }


def _stops(drawing: Drawing, passed: dict[str, list[Entry]], current: set[str], tasks: Sequence[Task], detailed: bool) -> list[Stop]:
    touched = {*passed, *current}
    found = []
    for element in drawing.elements.values():
        if element.id in touched and (element.kind in SHOWN or element.name):
            state = "current" if element.id in current else "done"
            lines = [_line(row, element.id, tasks, detailed) for row in passed.get(element.id, ())]
            found.append(Stop(element.id, element.name, state, lines))
    return sorted(found, key=lambda stop: (stop.state != "current", -(stop.lines[-1].at.timestamp() if stop.lines else 0)))


def _line(row: Entry, element: str, tasks: Sequence[Task], detailed: bool) -> StepLine:
    task = next((t for t in tasks if t.id == row.data.get("task") and t.element == element), None)
    if task is not None and row.act == "task.complete":
        return StepLine(row.at, _("%(name)s 办结", name=row.actor) if detailed or task.unit_id else _("已办结"))
    due = next((t for t in row.data.get("timers") or () if t.get("element") == element), None)
    return StepLine(row.at, _("到时触发") if due else _("已经过"))
