"""Tables of the outbox and the in-app notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, Key


class Dispatch(Base):
    """One message on one channel. ``key`` is unique, so the same message is never queued twice."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "sent_at", "due_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]  # email | webhook
    address: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # None: sent or given up
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")


class Notice(Base):
    """A notice in a person's in-app inbox."""

    __tablename__ = "notices"
    __table_args__ = (Index(None, "user_id", "read_at", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]  # assigned, reminder, red, letter, …
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
