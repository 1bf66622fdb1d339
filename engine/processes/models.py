"""Tables of definitions, instances, tasks, messages and incidents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, Key

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Definition(Base):
    """An immutable version of a process folder: diagram, forms, decision tables, letters. Same content, same version."""

    __tablename__ = "definitions"
    __table_args__ = (UniqueConstraint("key", "version"), Index(None, "key", "digest"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str]  # folder name = BPMN process id, e.g. complaint; shared folders (limits) too
    version: Mapped[int]
    digest: Mapped[str]  # SHA-256 over names and contents
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str]
    current: Mapped[bool] = mapped_column(default=True)  # the version new instances start on
    shared: Mapped[bool] = mapped_column(default=False)  # decision tables for all, no diagram (limits)


class DefinitionFile(Base):
    """One file of a definition; ``path`` is relative to its folder (``complaint.bpmn``, ``forms/verify.form`` …)."""

    __tablename__ = "definition_files"

    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class Instance(Base):
    """A running or ended process. ``state`` holds live tokens and variables, never the drawing nor finished history."""

    __tablename__ = "instances"
    __table_args__ = (Index(None, "status", "due_at"), Index(None, "case_id"), Index(None, "definition_id", "status"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    key: Mapped[str]  # process key, e.g. complaint
    case_id: Mapped[int | None]  # the case file this process works on
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("instances.id"))  # the instance that started this one beside it
    about_task_id: Mapped[int | None]  # the task that a ladder (督办) watches
    status: Mapped[str] = mapped_column(default="running")  # running | suspended | incident | completed | cancelled
    state: Mapped[bytes]
    version: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime | None]  # earliest waiting timer; it rings only while the instance is running
    subscribed: Mapped[str] = mapped_column(default="")  # digest of its open subscriptions: tells whether they changed without reading them
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")


class Task(Base):
    """A user task that waits for a person, or has been done. The limit's moments stand here so that lists need no joins;
    a light (灯) is computed from them and the time: see engine.processes.limits."""

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("instance_id", "token"),
        Index(None, "status", "role", "unit_id", "urgency", "id"),
        Index(None, "status", "assignee_id", "urgency", "id"),
        Index(None, "status", "unit_id", "urgency", "id"),
        Index(None, "status", "rung_at"),
        Index(None, "case_id", "status"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"))
    token: Mapped[str]  # the engine's id of the token, stable over store and load
    case_id: Mapped[int | None]
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))  # of the drawing the element is in (a called one, too)
    process: Mapped[str]  # key of that drawing
    element: Mapped[str]  # BPMN element id
    name: Mapped[str]  # element name at that version
    form: Mapped[str] = mapped_column(default="")  # form name, without .form
    role: Mapped[str] = mapped_column(default="")  # candidates: the post …
    unit_id: Mapped[str | None]  # … in this unit (unit.*), else None
    area: Mapped[int | None]  # … for this action group (lead), else None
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # who delegated it, and gets it back
    status: Mapped[str] = mapped_column(default="open")  # open | completed | cancelled
    properties: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the element's properties, evaluated (stage, item …)
    opened_at: Mapped[datetime]
    limit_name: Mapped[str] = mapped_column(default="")  # row of time-limits.dmn
    limit_days: Mapped[int | None]
    limit_kind: Mapped[str] = mapped_column(default="")  # wd | d | until
    limit_from: Mapped[datetime | None]  # the fixed moment it counts from
    limit_at: Mapped[datetime | None]
    urgency: Mapped[datetime] = mapped_column(default=NEVER)  # limit_at, or the end of time: what lists are sorted by
    yellow_at: Mapped[datetime | None]
    black_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]  # the clock stands still since then
    rung_at: Mapped[datetime | None]  # when the ladder (督办) must begin; None once it runs or if there is none
    completed_at: Mapped[datetime | None]
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    completed_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # the absent person
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None]  # idempotency key of the completion


class LimitChange(Base):
    """What happened to a task's limit: pause, resume, extension; with these a limit can explain itself day by day."""

    __tablename__ = "limit_changes"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), index=True)
    kind: Mapped[str]  # pause | resume | extend
    at: Mapped[datetime]
    limit_before: Mapped[datetime | None]
    limit_after: Mapped[datetime | None]
    days: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None]


class Draft(Base):
    """What a person has typed into a task's form so far."""

    __tablename__ = "drafts"

    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime]


class Subscription(Base):
    """A token that waits for a message with this correlation key."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index(None, "message", "correlation"),)

    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    message: Mapped[str]
    correlation: Mapped[str]
    since: Mapped[datetime]  # of several that wait for the same message, the one that began last gets it


class Message(Base):
    """A message kept until its catch event waits for it, or until ``expires_at``."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "name", "correlation", "consumed_at"), Index(None, "expires_at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # idempotency key
    name: Mapped[str]
    correlation: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]
    instance_id: Mapped[int | None]  # who consumed it
    held: Mapped[bool] = mapped_column(default=False)  # its delivery failed; it waits for the retry of its incident


class Incident(Base):
    """An operation or expression that failed; ``act`` is what to do again after the repair."""

    __tablename__ = "incidents"
    __table_args__ = (Index(None, "resolved_at", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instances.id"), index=True)
    case_id: Mapped[int | None]
    element: Mapped[str]
    sentence: Mapped[str]
    trace: Mapped[str] = mapped_column(default="")
    act: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"verb": "complete", "task": 1, "answers": {…}} …
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=1)
    resolved_at: Mapped[datetime | None]


class ActKey(Base):
    """An idempotency key that has been used, and what came of it."""

    __tablename__ = "act_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
