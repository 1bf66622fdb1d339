"""Telling a person something: a notice in the house and, by their own settings, a message on other channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.db import Base
from engine.outbox.models import Dispatch, Notice

KINDS: Mapping[str, str] = {
    "assigned": "新任务",
    "reminder": "到期提醒",
    "red": "超期督办",
    "letter": "收到文书",
    "returned": "退回与重办",
    "answer": "反映人的消息",
    "digest": "每日摘要",
    "notice": "通知",
}
CHANNELS: Mapping[str, str] = {"email": "邮件", "webhook": "推送接口"}
DEFAULT: Mapping[str, Sequence[str]] = {"red": ("email",), "reminder": ("email",), "digest": ()}


class Recipient(Protocol):
    """A person as far as messages are concerned; engine.people.models.User is one."""

    @property
    def id(self) -> Any: ...
    @property
    def email(self) -> Any: ...
    @property
    def settings(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Telling:
    """What a person is told. ``key`` names the occasion (``red:task:12``): the same person is never told of it twice."""

    user: Recipient
    kind: str
    subject: str
    key: str
    body: str = ""
    link: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def tell(
    session: Session,
    user: Recipient,
    kind: str,
    subject: str,
    body: str = "",
    link: str = "",
    *,
    at: datetime,
    key: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Put a notice in the person's inbox and queue a dispatch for each channel they chose for ``kind``, in the caller's transaction."""
    tell_many(session, [Telling(user, kind, subject, key, body, link, data or {})], at=at)


def tell_many(session: Session, tellings: Sequence[Telling], *, at: datetime) -> None:
    """Several tellings with one statement for the notices and one for what goes out on other channels."""
    notices = [_notice(one, at) for one in tellings]
    out = [_dispatch(one, channel, at) for one in tellings for channel in channels_of(one.user, one.kind) if address_of(one.user, channel)]
    _insert_once(session, Notice, notices)
    _insert_once(session, Dispatch, out)


def _notice(one: Telling, at: datetime) -> dict[str, Any]:
    told = {"kind": one.kind, "subject": one.subject[:300], "body": one.body[:4000], "link": one.link, "data": dict(one.data)}
    return {"key": f"{one.key}:{one.user.id}", "user_id": one.user.id, **told, "created_at": at}


def _dispatch(one: Telling, channel: str, at: datetime) -> dict[str, Any]:
    body = f"{one.body}\n\n{one.link}".strip()
    return _queued(channel, address_of(one.user, channel), one.subject, body, at, f"{channel}:{one.key}:{one.user.id}")


def queue(session: Session, channel: str, address: str, subject: str, body: str, *, at: datetime, key: str) -> None:
    """Queue one message on one channel, due at once; a key that is known queues nothing."""
    _insert_once(session, Dispatch, [_queued(channel, address, subject, body, at, key)])


def _queued(channel: str, address: str, subject: str, body: str, at: datetime, key: str) -> dict[str, Any]:
    subject = " ".join(subject.split())[:300]  # one line: a subject is a header
    row = {"key": key, "channel": channel, "address": address, "subject": subject, "body": body[:20_000]}
    return {**row, "created_at": at, "due_at": at, "attempts": 0, "failure": ""}


def channels_of(user: Recipient, kind: str) -> tuple[str, ...]:
    """The channels this person wants ``kind`` on, beside the in-app inbox."""
    chosen = dict(user.settings or {}).get("notices", {}).get(kind, DEFAULT.get(kind, ()))
    return tuple(channel for channel in CHANNELS if channel in chosen)


def address_of(user: Recipient, channel: str) -> str:
    """Where this person is reached on ``channel``; empty when they gave nothing."""
    return str(user.email if channel == "email" else dict(user.settings or {}).get("webhook", ""))


def inbox(session: Session, user_id: int, before: int | None = None, limit: int = 50) -> list[Notice]:
    """The person's notices, newest first, from before the notice with id ``before``."""
    query = select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc()).limit(limit)
    return list(session.scalars(query if before is None else query.where(Notice.id < before)))


def unread(session: Session, user_id: int) -> int:
    """How many notices the person has not read."""
    return session.scalar(select(func.count()).select_from(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None))) or 0


def mark_read(session: Session, user_id: int, at: datetime, ids: Sequence[int] | None = None) -> None:
    """Mark these notices of the person read, or all of them."""
    act = update(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None)).values(read_at=at)
    session.execute(act if ids is None else act.where(Notice.id.in_(ids)))


def _insert_once(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection().execute(_statement(table, session.get_bind().dialect.name), [dict(row) for row in rows])


@cache
def _statement(table: type[Base], dialect: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table.__table__).on_conflict_do_nothing(index_elements=["key"])  # type: ignore[arg-type]
