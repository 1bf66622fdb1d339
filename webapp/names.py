"""Names of units, action groups and people for lists: read once a request, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.models import Case
from engine.people.models import ActionGroup, Unit, User
from webapp import words
from webapp.i18n import drawn, language


def units(session: Session) -> dict[str, str]:
    """Unit → name; one statement a request."""
    if "unit_names" not in g:
        english = language() == "en"
        rows = session.execute(select(Unit.id, Unit.name, Unit.name_en).order_by(Unit.kind, Unit.name))
        g.unit_names = {key: (name_en if english and name_en else name) for key, name, name_en in rows}
    found: dict[str, str] = g.unit_names
    return found


def areas(session: Session) -> dict[int, str]:
    """Action group → name; one statement a request."""
    if "area_names" not in g:
        english = language() == "en"
        rows = session.execute(select(ActionGroup.id, ActionGroup.name, ActionGroup.name_en).order_by(ActionGroup.id))
        g.area_names = {key: (name_en if english and name_en else name) for key, name, name_en in rows}
    found: dict[int, str] = g.area_names
    return found


def places(session: Session) -> dict[str, str]:
    """Town or park → name."""
    wanted = set(session.scalars(select(Unit.id).where(Unit.kind.in_(("park", "town")))))
    return {key: name for key, name in units(session).items() if key in wanted}


def categories(session: Session) -> dict[str, str]:
    """Category → word, of those that occur."""
    found = session.scalars(select(Case.category).where(Case.category != "").distinct().order_by(Case.category))
    return {key: wording(session, "category", key) for key in found}


def people(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Person → name, for the people on a page; one statement, none when nobody is named."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def wording(session: Session, kind: str, value: Any) -> str:
    """The word for a code: a unit's or group's name, the category as drawn, else what ``words`` knows."""
    if kind == "area":
        return areas(session).get(int(value), str(value)) if value else "—"
    if kind == "unit":
        return units(session).get(value, str(value)) if value else "—"
    if kind == "category":
        return drawn(words.word("category", value))
    return words.word(kind, value)
