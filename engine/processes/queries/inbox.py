"""The inbox: open tasks of a person, most urgent first, in keyset pages; each view is a union of index ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, select, true, tuple_, union_all
from sqlalchemy.orm import Session

from engine.people.person import Person
from engine.processes.limits.lights import LIGHTS, condition, lights
from engine.processes.models import Task

VIEWS = ("mine", "posts", "unit", "watched")
PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Where = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person narrows the inbox down to; None or "" does not narrow. Moments: ``from`` included, ``to`` excluded."""

    process: str = ""
    element: str = ""
    area: int | None = None
    unit: str = ""
    light: str = ""
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    limit_from: datetime | None = None
    limit_to: datetime | None = None

    def conditions(self, at: datetime) -> Iterator[ColumnElement[bool]]:
        """SQL on Task. Raises KeyError for a light that is none."""
        equal = {"process": self.process, "element": self.element, "area": self.area, "unit_id": self.unit}
        yield from (getattr(Task, name) == value for name, value in equal.items() if value not in (None, ""))
        if self.light:
            yield condition(Task, self.light, at)
        for column, first, last in ((Task.opened_at, self.opened_from, self.opened_to), (Task.limit_at, self.limit_from, self.limit_to)):
            if first is not None:
                yield column >= first
            if last is not None:
                yield column < last


@dataclass(frozen=True, slots=True)
class Page:
    """Tasks of one page; ``next`` is the cursor of the following page, None on the last."""

    items: list[Task]
    next: str | None
    previous: None = None


def inbox(
    session: Session,
    person: Person,
    view: str,
    at: datetime,
    filters: Filters | None = None,
    *,
    where: Where = (),
    after: str = "",
    size: int = PAGE,
) -> Page:
    """One page of a view in one statement, most urgent (earliest limit) first, tasks without a limit last.

    ``view``: ``mine`` taken by the person (or by somebody they stand in for), ``posts`` free for their posts, ``unit`` all of their units
    (without a unit: of their posts), ``watched`` whatever ``where`` says. ``where``: further conditions on Task (a search, watched cases).
    Raises KeyError for an unknown view or light.
    """
    narrow = [Task.status == "open", *(filters or Filters()).conditions(at), *where, *_after(after)]
    ranges = [_range([branch, *narrow], size) for branch in branches(person, view)]
    found = (union_all(*(select(one.subquery()) for one in ranges)) if len(ranges) > 1 else ranges[0]).subquery()
    query = select(Task).join(found, found.c.id == Task.id).order_by(Task.urgency, Task.id).limit(size + 1)
    tasks = list(session.scalars(query))
    return Page(tasks[:size], _cursor(tasks[size - 1]) if len(tasks) > size else None)


def counts(
    session: Session, person: Person, view: str, at: datetime, filters: Filters | None = None, *, where: Where = ()
) -> dict[str, int]:
    """How many tasks of a view show which light, every light named, in one statement."""
    narrow = [Task.status == "open", *(filters or Filters()).conditions(at), *where]
    shown = lights(Task, at)
    ranges = [select(shown, func.count()).where(branch, *narrow).group_by(shown) for branch in branches(person, view)]
    found = dict.fromkeys(LIGHTS, 0)
    for light, number in session.execute(union_all(*ranges) if len(ranges) > 1 else ranges[0]):
        found[light] += number
    return found


def branches(person: Person, view: str) -> list[ColumnElement[bool]]:
    """Conditions of which a task of the view fulfils exactly one; each is a range of one index. Raises KeyError for an unknown view."""
    return _BRANCHES[view](person) or [false()]


def _mine(person: Person) -> list[ColumnElement[bool]]:
    return [Task.assignee_id == user_id for user_id in sorted(person.ids())]


def _posts(person: Person) -> list[ColumnElement[bool]]:
    """What ``permissions.candidate_posts`` says of one task, said of rows; a test holds the two together."""
    posts = {
        (post.role, post.unit_id or "" if post.role.startswith("unit.") else "", post.area or 0 if post.role == "lead" else 0)
        for post in person.all_posts()
    }
    free = func.coalesce(Task.assignee_id, 0) == 0  # not IS NULL: SQLite would take the index of assignees, half the table
    return [and_(free, Task.role == role, *seat) for role, unit, area in sorted(posts) for seat in _seats(role, unit, area)]


def _seats(role: str, unit: str, area: int) -> list[Where]:
    """A post in a unit or for an area is a candidate there only. Units of other tasks do not matter: the index has a range for either."""
    if role.startswith("unit."):
        return [[Task.unit_id == unit]] if unit else []
    if role == "lead" and not area:
        return []
    narrow = [Task.area == area] if role == "lead" else []
    return [[Task.unit_id.is_(None), *narrow], [Task.unit_id.is_not(None), *narrow]]


def _unit(person: Person) -> list[ColumnElement[bool]]:
    roles = sorted({post.role for post in person.all_posts() if post.unit_id is None and post.area is None})
    units = [Task.unit_id == unit for unit in sorted(person.units())]
    return [*units, *(and_(Task.role == role, Task.unit_id.is_(None)) for role in roles)]


def _watched(_: Person) -> list[ColumnElement[bool]]:
    return [true()]


_BRANCHES: Mapping[str, Callable[[Person], list[ColumnElement[bool]]]] = {
    "mine": _mine,
    "posts": _posts,
    "unit": _unit,
    "watched": _watched,
}


def _range(conditions: Where, size: int) -> Select[Any]:
    return select(Task.id).where(*conditions).order_by(Task.urgency, Task.id).limit(size + 1)


def _cursor(task: Task) -> str:
    return f"{(task.urgency - _EPOCH) // timedelta(microseconds=1)}.{task.id}"


def _after(cursor: str) -> list[ColumnElement[bool]]:
    """Beyond the last row of the page before; a cursor that is none starts from the beginning."""
    moment, _, number = cursor.partition(".")
    if not (moment.isdigit() and number.isdigit() and len(cursor) < 40):
        return []
    try:
        urgency = _EPOCH + timedelta(microseconds=int(moment))
    except OverflowError:
        return []
    return [tuple_(Task.urgency, Task.id) > tuple_(urgency, int(number))]
