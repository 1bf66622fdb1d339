"""Who is told: the holders of a post, with those who stand in for them today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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


def holders(session: Session, seats: Iterable[Seat], at: datetime) -> list[User]:
    """The active people who hold one of ``seats``, and their substitutes on that day, each once."""
    conditions = [_holds(seat) for seat in seats]
    if not conditions:
        return []
    direct = select(Post.user_id).where(or_(*conditions))
    return _people(session, User.id.in_(direct), Substitution.absent_id.in_(direct), at)


def users(session: Session, ids: Iterable[int], at: datetime) -> list[User]:
    """These people, as far as they are active, and their substitutes on that day."""
    ids = set(ids)
    return _people(session, User.id.in_(ids), Substitution.absent_id.in_(ids), at) if ids else []


def _people(session: Session, direct: ColumnElement[bool], absent: ColumnElement[bool], at: datetime) -> list[User]:
    day = local(at).date()
    stand_ins = select(Substitution.substitute_id).where(absent, Substitution.starts_on <= day, Substitution.ends_on >= day)
    query = select(User).where(or_(direct, User.id.in_(stand_ins)), User.active).order_by(User.id)
    return list(session.scalars(query.execution_options(populate_existing=False)))


def _holds(seat: Seat) -> ColumnElement[bool]:
    if not seat.role:
        return false()
    if seat.role.startswith("unit."):
        return and_(Post.role == seat.role, Post.unit_id == seat.unit_id)
    if seat.role == "lead":
        return and_(Post.role == "lead", Post.area == seat.area)
    return Post.role == seat.role
