"""Who is told: the holders of a post, or a person, with those who stand in for them today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from engine.clock import local
from engine.people.models import Post, Substitution, User


@dataclass(frozen=True, slots=True)
class Seat:
    """A post as an address: the role, in a unit (``unit.*``) or for an action group (``lead``)."""

    role: str
    unit_id: str | None = None
    area: int | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person as far as messages are concerned."""

    id: int
    email: str
    settings: Mapping[str, Any]


def holders(session: Session, seats: Iterable[Seat], at: datetime) -> list[Addressee]:
    """The active people who hold one of ``seats``, and their substitutes on that day, each once."""
    found = {who.id: who for each in by_seat(session, seats, at).values() for who in each}
    return [found[key] for key in sorted(found)]


def by_seat(session: Session, seats: Iterable[Seat], at: datetime) -> dict[Seat, list[Addressee]]:
    """The same for each seat. One statement."""
    wanted = {seat for seat in seats if seat.role}
    if not wanted:
        return {}
    query = (
        select(Post.role, Post.unit_id, Post.area, User.id, User.email, User.settings)
        .select_from(Post)
        .outerjoin(Substitution, and_(Substitution.absent_id == Post.user_id, _on_that_day(at)))
        .join(User, or_(User.id == Post.user_id, User.id == Substitution.substitute_id))
        .where(or_(*[_holds(seat) for seat in wanted]), User.active)
    )
    found: dict[Seat, dict[int, Addressee]] = {seat: {} for seat in wanted}
    for role, unit_id, area, *who in session.execute(query):
        for seat in wanted:
            if _is(seat, role, unit_id, area):
                found[seat][who[0]] = Addressee(*who)
    return {seat: [each[key] for key in sorted(each)] for seat, each in found.items()}


def people(session: Session, ids: Iterable[int], at: datetime) -> dict[int, list[Addressee]]:
    """For each of these people: themselves, as far as they are active, and their substitutes on that day. One statement."""
    wanted = set(ids)
    if not wanted:
        return {}
    query = (
        select(Substitution.absent_id, User.id, User.email, User.settings)
        .select_from(User)
        .outerjoin(Substitution, and_(Substitution.substitute_id == User.id, Substitution.absent_id.in_(wanted), _on_that_day(at)))
        .where(or_(User.id.in_(wanted), Substitution.absent_id.isnot(None)), User.active)
        .order_by(User.id)
    )
    found: dict[int, dict[int, Addressee]] = {one: {} for one in wanted}
    for absent_id, *who in session.execute(query):
        for one in {absent_id, who[0]} & wanted:
            found[one][who[0]] = Addressee(*who)
    return {one: list(each.values()) for one, each in found.items()}


def _on_that_day(at: datetime) -> ColumnElement[bool]:
    day = local(at).date()
    return and_(Substitution.starts_on <= day, Substitution.ends_on >= day)


def _holds(seat: Seat) -> ColumnElement[bool]:
    if not seat.role:
        return false()
    if seat.role.startswith("unit."):
        return and_(Post.role == seat.role, Post.unit_id == seat.unit_id)
    if seat.role == "lead":
        return and_(Post.role == "lead", Post.area == seat.area)
    return Post.role == seat.role


def _is(seat: Seat, role: str, unit_id: str | None, area: int | None) -> bool:
    if seat.role != role:
        return False
    if role.startswith("unit."):
        return seat.unit_id == unit_id
    return role != "lead" or seat.area == area
