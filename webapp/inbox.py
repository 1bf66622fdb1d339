"""The inbox (待办): what waits for a person, in four views, filtered and searched; a fixed number of statements a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.bpm.drawing import Drawing
from engine.cases.models import Case, Watch
from engine.cases.queries import visible_cases
from engine.errors import DubanError
from engine.people.person import Person
from engine.processes import definitions, queries
from engine.processes.models import Task
from engine.processes.queries import Filters as Narrow
from webapp import list_filters, names
from webapp.filters import Choices, Field, Filters
from webapp.i18n import drawn
from webapp.session import house

VIEWS = queries.VIEWS
NAMES = ("process", "element", "area", "unit", "limit_from", "limit_to", "opened_from", "opened_to")
Where = Sequence[ColumnElement[bool]]


def tabs() -> list[tuple[str, str]]:
    """Key and word of each view."""
    return [("mine", _("我的")), ("posts", _("本岗")), ("unit", _("本单位")), ("watched", _("关注"))]


def view(wanted: str, counted: Mapping[str, Mapping[str, int]]) -> str:
    """The view that is asked for, else the first of mine and my posts' that has something."""
    if wanted in VIEWS:
        return wanted
    return "mine" if sum(counted["mine"].values()) or not sum(counted["posts"].values()) else "posts"


def page(session: Session, person: Person, view: str, at: datetime, filters: Filters, after: str) -> queries.Page:
    """One page of a view under these filters."""
    return queries.inbox(session, person, view, at, _narrow(filters), where=_where(session, person, view, filters), after=after)


def counts(session: Session, person: Person, at: datetime, filters: Filters | None = None) -> dict[str, dict[str, int]]:
    """View → light → how many, under the same filters but that for the light. One statement a view."""
    filters = filters or Filters({}, ())
    narrow = _narrow(filters, light=False)
    return {view: queries.counts(session, person, view, at, narrow, where=_where(session, person, view, filters)) for view in VIEWS}


def most_urgent(session: Session, person: Person, at: datetime, most: int) -> list[Task]:
    """The most urgent tasks that are the person's or free for their posts."""
    found: list[Task] = []
    for view in ("mine", "posts"):
        found += queries.inbox(session, person, view, at, size=most).items
    return sorted(found, key=lambda task: (task.urgency, task.id))[:most]


def together(*counted: Mapping[str, int]) -> dict[str, int]:
    """Counts by light added up."""
    return {light: sum(one.get(light, 0) for one in counted) for light in counted[0]}


def fields(session: Session, filters: Filters) -> list[Field]:
    """The filters of the inbox with their words and choices."""
    known = list_filters.labels()
    choices: dict[str, Choices] = {
        "process": _processes(session),
        "element": _steps(session),
        "area": [(str(key), name) for key, name in names.areas(session).items()],
        "unit": list(names.units(session).items()),
    }
    return [
        Field(name, known[name], "choice" if name in choices else "date", choices.get(name, ()), filters.get(name))
        for name in NAMES
        if name in choices or name in known
    ]


def _narrow(filters: Filters, *, light: bool = True) -> Narrow:
    area = filters.area
    return Narrow(
        process=filters.process,
        element=filters.element,
        area=int(area) if area.isdecimal() and len(area) < 4 else None,
        unit=filters.unit,
        light=filters.light if light else "",
        opened_from=filters.start_of("opened_from"),
        opened_to=filters.end_of("opened_to"),
        limit_from=filters.start_of("limit_from"),
        limit_to=filters.end_of("limit_to"),
    )


def _where(session: Session, person: Person, view: str, filters: Filters) -> Where:
    """Searching and watching go through the cases, and only through those that the person sees."""
    conditions: list[ColumnElement[bool]] = []
    if view == "watched":
        watched = select(Watch.case_id).where(Watch.user_id == person.id)
        conditions.append(Task.case_id.in_(select(Case.id).where(Case.id.in_(watched), visible_cases(person))))
    if filters.q:
        found = list_filters.found(session, person, filters.q)
        conditions.append(Task.case_id.in_(select(Case.id).where(*found, visible_cases(person))))
    return conditions


def _processes(session: Session) -> Choices:
    return [(drawing.key, drawn(drawing.name)) for drawing in _drawings(session)]


def _steps(session: Session) -> Choices:
    """The steps that people do, of all processes that run here, each name once with its element."""
    found: dict[str, str] = {}
    for drawing in _drawings(session):
        for element in drawing.elements.values():
            if element.kind == "userTask":
                found.setdefault(element.id, drawn(element.name))
    return sorted(found.items(), key=lambda one: one[1])


def _drawings(session: Session) -> list[Drawing]:
    """The current drawings (parsed once and kept); one that cannot be read any more is left out."""
    found = []
    for definition_id in definitions.current(session).values():
        with suppress(DubanError):
            found.append(house().ports.drawings.drawing(session, house().ports, definition_id))
    return found
