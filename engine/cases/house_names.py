"""Names of units and action groups, remembered during an act until the house changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.people.models import ActionGroup, Unit
from engine.processes.courses import under_way

T = TypeVar("T")


def units(session: Session) -> Mapping[str, str]:
    """Id → name of every unit, those that are no longer active, too."""
    return _remembered(session, "unit names", partial(_units, session))


def areas(session: Session) -> Mapping[int, str]:
    """Number → name of every action group."""
    return _remembered(session, "area names", partial(_areas, session))


def _remembered(session: Session, key: str, read: Callable[[], T]) -> T:
    course = under_way(session)
    return read() if course is None else course.standing.remembered(key, read)


def _units(session: Session) -> dict[str, str]:
    return {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}


def _areas(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(ActionGroup.id, ActionGroup.name))}
