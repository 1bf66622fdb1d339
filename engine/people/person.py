"""A person as the doors see them: their posts, and those of the people they stand in for today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.people.models import Substitution, User

NOT_LENT = frozenset({"admin", "designer", "auditor"})  # a substitute does the absent person's tasks, nothing else


@dataclass(frozen=True, slots=True)
class PostView:
    """A post; ``for_id`` is the absent person it is lent by, None for a post of one's own."""

    role: str
    unit_id: str | None = None
    area: int | None = None
    for_id: int | None = None

    def fits(self, role: str, unit: str | None = None, area: int | None = None) -> bool:
        """Is this the post ``role``, in ``unit`` and for ``area`` where those are given?"""
        return self.role == role and (unit is None or self.unit_id == unit) and (area is None or self.area == area)


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person with own posts, and the people they substitute for today (one level, never a chain)."""

    id: int
    account: str
    name: str
    posts: tuple[PostView, ...] = ()
    substitutes_for: tuple[Person, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    email: str = ""

    def holds(self, role: str, unit: str | None = None, area: int | None = None) -> bool:
        """Do they hold the post themselves (substitutions do not count)?"""
        return any(post.fits(role, unit, area) for post in self.posts)

    def holds_any(self, *roles: str) -> bool:
        """Do they hold one of ``roles`` themselves?"""
        return any(post.role in roles for post in self.posts)

    def all_posts(self) -> tuple[PostView, ...]:
        """Own posts first, then those lent by absent people, each with ``for_id``."""
        lent = (replace(post, for_id=absent.id) for absent in self.substitutes_for for post in absent.posts if post.role not in NOT_LENT)
        return (*self.posts, *lent)

    def acts_as(self, *roles: str) -> bool:
        """Do they hold one of ``roles``, themselves or for an absent person?"""
        return any(post.role in roles for post in self.all_posts())

    def units(self) -> frozenset[str]:
        """The units in which they (or those they stand in for) are handler or leader."""
        return frozenset(p.unit_id for p in self.all_posts() if p.role.startswith("unit.") and p.unit_id)

    def areas(self) -> frozenset[int]:
        """The action groups they lead (or stand in for)."""
        return frozenset(p.area for p in self.all_posts() if p.role == "lead" and p.area)

    def ids(self) -> frozenset[int]:
        """Their own id and those of the people they stand in for."""
        return frozenset({self.id, *(absent.id for absent in self.substitutes_for)})

    def absent(self, user_id: int | None) -> Person | None:
        """The absent person with this id whom they stand in for, or None."""
        return next((one for one in self.substitutes_for if one.id == user_id), None)


def load(session: Session, user_id: int, today: date) -> Person:
    """The person with ``user_id`` as of ``today`` (the date in China). Raises NotFound for unknown or inactive accounts."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotFound("没有这个账号，或账号已停用；请联系管理员。")
    return _view(user, tuple(_view(one) for one in _absent(session, user_id, today)))


def _absent(session: Session, user_id: int, today: date) -> list[User]:
    absent = select(Substitution.absent_id).where(
        Substitution.substitute_id == user_id, Substitution.starts_on <= today, Substitution.ends_on >= today
    )
    return list(session.scalars(select(User).where(User.id.in_(absent), User.active).order_by(User.id)))


def _view(user: User, substitutes_for: tuple[Person, ...] = ()) -> Person:
    posts = tuple(PostView(post.role, post.unit_id, post.area) for post in sorted(user.posts, key=lambda p: p.id))
    return Person(user.id, user.account, user.name, posts, substitutes_for, dict(user.settings), user.email)
