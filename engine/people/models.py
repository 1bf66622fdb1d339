"""Tables of people, units, action groups, posts, substitutes and sign-ins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.db import Base, Key


class Unit(Base):
    """A department, park, town or organ (责任单位, 开发园区, 镇区 …); ``id`` is a short code such as ``market-bureau``."""

    __tablename__ = "units"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="department")  # office | department | park | town | organ
    active: Mapped[bool] = mapped_column(default=True)


class ActionGroup(Base):
    """One of the nine special action groups of the plan, part 四; ``id`` is 1 … 9 and equals a case's ``area``."""

    __tablename__ = "action_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    members: Mapped[list[GroupUnit]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class GroupUnit(Base):
    """A unit in an action group: ``lead`` (牵头单位) or ``member`` (责任单位)."""

    __tablename__ = "group_units"

    group_id: Mapped[int] = mapped_column(ForeignKey("action_groups.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)


class User(Base):
    """A person with an account. ``settings`` holds language, theme and which notices they want by which channel."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    posts: Mapped[list[Post]] = relationship(lazy="selectin", cascade="all, delete-orphan", back_populates="user")


class Post(Base):
    """A role a person holds, in a unit (``unit.*``) or for an action group (``lead``), else without either."""

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("user_id", "role", "unit_id", "area"), Index(None, "role", "unit_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]  # leader, office.intake, office.supervision, office.director, lead, unit.handler, unit.leader, discipline, …
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    area: Mapped[int | None]
    user: Mapped[User] = relationship(back_populates="posts")


class Substitution(Base):
    """代理: ``substitute`` sees and completes the tasks of ``absent`` from ``starts_on`` to ``ends_on``, both included."""

    __tablename__ = "substitutions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")


class SignIn(Base):
    """A signed-in browser; the cookie holds the token, the table its SHA-256, so a stolen database opens no session."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LoginAttempt(Base):
    """Each attempt to sign in, for the rate limit and the log of failures."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index(None, "account", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]
    succeeded: Mapped[bool]
