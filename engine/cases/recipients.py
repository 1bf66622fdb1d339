"""Who is told: the holders of a post, or a person, with those who stand in for them today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Date, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from engine.clock import local
from engine.people.models import GroupUnit, Post, Substitution, User
from engine.processes.courses import under_way


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


def leaders(session: Session, seat: Seat, at: datetime) -> list[Addressee]:
    """Who leads the holders of ``seat``: the leader of their unit, of the units that lead their action group, or the director of the
    office; where there is none, and above those, the leading group."""
    found = holders(session, _above(session, seat), at)
    return found or holders(session, [Seat("leader")], at)


def _above(session: Session, seat: Seat) -> list[Seat]:
    if seat.unit_id:
        return [Seat("unit.leader", seat.unit_id)]
    if seat.role in ("office.intake", "office.supervision"):
        return [Seat("office.director")]
    if seat.role != "lead" or not seat.area:
        return []
    leading = select(GroupUnit.unit_id).where(GroupUnit.group_id == seat.area, GroupUnit.part == "lead")
    return [Seat("unit.leader", unit) for unit in session.scalars(leading)]


def by_seat(session: Session, seats: Iterable[Seat], at: datetime) -> dict[Seat, list[Addressee]]:
    """The same for each seat: one statement a seat, and during an act only when it has not been asked for since the house changed."""
    course, day = under_way(session), local(at).date()
    found: dict[Seat, list[Addressee]] = {}
    for seat in {seat for seat in seats if seat.role}:
        read = partial(_holders, session, seat, day)
        found[seat] = read() if course is None else course.standing.remembered((seat, day), read)
    return found


def _holders(session: Session, seat: Seat, day: date) -> list[Addressee]:
    statement, names = _statement_of(seat)
    given = {"role": seat.role, "day": day, **{name: getattr(seat, name) for name in names}}
    each = {row[0]: Addressee(*row) for row in session.connection().execute(statement, given)}
    return [each[key] for key in sorted(each)]


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


def _statement_of(seat: Seat) -> tuple[CompoundSelect[Any], tuple[str, ...]]:
    """The statement that finds the holders of such a seat, and the parameters it takes beside role and day."""
    if seat.role.startswith("unit."):
        return _IN_UNIT, ("unit_id",)
    return (_OF_AREA, ("area",)) if seat.role == "lead" else (_ANYWHERE, ())


def _find(*also: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Holders, and those who stand in for them; a person may come twice."""
    held = and_(Post.role == bindparam("role"), User.active, *also)
    now = and_(Substitution.starts_on <= bindparam("day", type_=Date), Substitution.ends_on >= bindparam("day", type_=Date))
    columns = (User.id, User.email, User.settings)
    holding = select(*columns).join(Post, Post.user_id == User.id).where(held)
    standing_in = (
        select(*columns).join(Substitution, Substitution.substitute_id == User.id).join(Post, Post.user_id == Substitution.absent_id)
    )
    return union_all(holding, standing_in.where(held, now))


_ANYWHERE = _find()
_IN_UNIT = _find(Post.unit_id == bindparam("unit_id"))
_OF_AREA = _find(Post.area == bindparam("area"))
