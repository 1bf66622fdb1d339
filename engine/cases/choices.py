"""What a form may offer from the house: units, towns, areas, categories, likely duplicates. Named by ``properties.options_from``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.duplicates import similar
from engine.cases.models import Case, CaseUnit
from engine.errors import Invalid
from engine.people.models import ActionGroup, Unit
from engine.processes.standing import Standing

STANDING = frozenset({"units", "towns", "areas"})  # the same for all cases
CATEGORIES = Path(__file__).parents[2] / "bpmn" / "categories.toml"
Choices = list[tuple[Any, str]]  # value, label
_AREAS = select(ActionGroup.id, ActionGroup.name).order_by(ActionGroup.id)


class Offered(Mapping[str, Choices]):
    """For each name its values with labels, read when they are asked for; units and areas from memory where ``standing`` is given.

    Raises Invalid for a name that is not known."""

    def __init__(self, session: Session, names: Iterable[str], case: Case | None = None, standing: Standing | None = None) -> None:
        self._names = frozenset(names)
        if unknown := sorted(self._names - set(_SOURCES)):
            raise Invalid("表单引用了不存在的选项来源，请流程管理员修改表单。", names=unknown)
        self._session, self._case, self._standing = session, case, standing
        self._read: dict[str, Choices] = {}

    def __getitem__(self, name: str) -> Choices:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = _choices(self._session, name, self._case, self._standing)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def choices(session: Session, names: Iterable[str], case: Case | None = None) -> dict[str, Choices]:
    """All of them at once, for a page."""
    return dict(Offered(session, names, case))


def needs_case(names: Iterable[str]) -> bool:
    """Do some of these choices depend on the case?"""
    return not set(names) <= STANDING


def _choices(session: Session, name: str, case: Case | None, standing: Standing | None) -> Choices:
    read = partial(_SOURCES[name], session, case)
    return standing.remembered(("choices", name), read) if standing is not None and name in STANDING else read()


@lru_cache(1)
def categories() -> Mapping[int, tuple[str, ...]]:
    """Area → its categories, from bpmn/categories.toml."""
    data = tomllib.loads(CATEGORIES.read_text(encoding="utf-8"))
    return {area["id"]: tuple(area["categories"]) for area in data["areas"]}


def _units(session: Session, _case: Case | None) -> Choices:
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.active).order_by(Unit.kind, Unit.id))
    return [(row.id, row.name) for row in rows]


def _other_units(session: Session, case: Case | None) -> Choices:
    """The unit whose return is upheld is not proposed again."""
    return [choice for choice in _units(session, case) if case is None or choice[0] != case.lead_unit_id]


def _towns(session: Session, _case: Case | None) -> Choices:
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.active, Unit.kind.in_(("town", "park"))).order_by(Unit.kind, Unit.id))
    return [(row.id, row.name) for row in rows]


def _areas(session: Session, _case: Case | None) -> Choices:
    return [(row.id, f"{row.id} {row.name}") for row in session.execute(_AREAS)]


def _categories(session: Session, case: Case | None) -> Choices:
    """Those of the case's own area first, then the others by area; each says which area it belongs to."""
    own = case.area or 0 if case is not None else 0
    areas = {row.id: row.name for row in session.execute(_AREAS)}
    order = sorted(categories(), key=lambda area: (area != own, area))
    return [(name, f"{areas.get(area, area)} · {name}") for area in order for name in categories()[area]]


def _duplicates(session: Session, case: Case | None) -> Choices:
    if case is None:
        return []
    return [(other.id, f"{other.number} {other.title}（{score:.0%}）") for other, score in similar(session, case)]


def _co_units(session: Session, case: Case | None) -> Choices:
    if case is None:
        return []
    taking_part = select(CaseUnit.unit_id).where(CaseUnit.case_id == case.id, CaseUnit.part == "co", CaseUnit.until.is_(None))
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(taking_part)).order_by(Unit.id))
    return [(row.id, row.name) for row in rows]


_SOURCES: Mapping[str, Callable[[Session, Case | None], Choices]] = {
    "units": _units,
    "other_units": _other_units,
    "towns": _towns,
    "areas": _areas,
    "categories": _categories,
    "duplicates": _duplicates,
    "co_units": _co_units,
}
