"""Tables of the case file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, JSON, ForeignKey, Index, Text, UniqueConstraint, event
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, Key

Grams = JSON(none_as_null=True).with_variant(ARRAY(Text), "postgresql")


class Case(Base):
    """One case file (案卷). Never holds who reported it: that is in Identity, sealed."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("kind", "year", "serial"),
        Index(None, "kind", "state", "id"),
        Index(None, "kind", "received_at", "id"),
        Index(None, "lead_unit_id", "state"),
        Index(None, "area", "received_at"),
        Index(None, "state", "limit_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]  # complaint | accountability | special-supervision | …
    number: Mapped[str] = mapped_column(unique=True)  # 营商投诉〔2026〕0001
    year: Mapped[int]
    serial: Mapped[int]
    title: Mapped[str]
    narrative: Mapped[str] = mapped_column(default="")  # the reporter's own words: office only
    summary: Mapped[str] = mapped_column(default="")  # without personal data: what units read
    area: Mapped[int | None]  # 1 … 9
    category: Mapped[str] = mapped_column(default="")
    place: Mapped[str | None] = mapped_column(ForeignKey("units.id"))  # 属地: a town or park
    about: Mapped[str] = mapped_column(default="")  # 被反映单位/人, as reported: office only
    lead_unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    channel: Mapped[str] = mapped_column(default="")
    priority: Mapped[str] = mapped_column(default="normal")  # normal | important
    real_name: Mapped[bool] = mapped_column(default=False)
    collusion: Mapped[bool] = mapped_column(default=False)  # 官商勾结、为官不为
    state: Mapped[str] = mapped_column(default="open")  # open | closed
    stage: Mapped[str] = mapped_column(default="accept")  # key of the stage bar
    outcome: Mapped[str] = mapped_column(default="")  # struck-off | not-accepted | transferred | withdrawn | merged | …
    received_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    limit_at: Mapped[datetime | None]  # of its most urgent open task
    yellow_at: Mapped[datetime | None]
    black_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    reds: Mapped[int] = mapped_column(default=0)  # limits passed in this case
    returns: Mapped[int] = mapped_column(default=0)
    redos: Mapped[int] = mapped_column(default=0)
    extensions: Mapped[int] = mapped_column(default=0)
    satisfaction: Mapped[str] = mapped_column(default="")  # satisfied | fair | dissatisfied
    public_summary: Mapped[str] = mapped_column(default="")
    source_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # the case this one came from
    code_hash: Mapped[str] = mapped_column(default="")  # of the reporter's secret code
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # further fields that forms write, by process


class CaseUnit(Base):
    """A unit that takes part: ``lead`` (主办) or ``co`` (协办). Gives its people sight of the case."""

    __tablename__ = "case_units"
    __table_args__ = (Index(None, "unit_id", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    part: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Identity(Base):
    """Who reported it, encrypted with a key outside the database. ``mark`` is a keyed hash that finds repeat reporters."""

    __tablename__ = "identities"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sealed: Mapped[bytes]
    mark: Mapped[str] = mapped_column(default="", index=True)


class Comment(Base):
    """A remark in the case file; ``audience`` is ``office`` or ``all`` (whoever sees the case)."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    author: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[str]
    audience: Mapped[str] = mapped_column(default="all")


class Attachment(Base):
    """A file of the case, stored outside the web root under its SHA-256; type by content."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int | None]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    uploaded_by_id: Mapped[int | None]
    uploaded_by: Mapped[str]
    at: Mapped[datetime]
    audience: Mapped[str] = mapped_column(default="all")  # office: a reporter's own file, may tell who they are


class Letter(Base):
    """A numbered document (交办单, 督办函, 整改通知书, 移送函, 答复函): Word made from a template, kept as bytes by SHA-256."""

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("kind", "year", "serial"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int | None]
    kind: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    year: Mapped[int]
    serial: Mapped[int]
    title: Mapped[str]
    to_unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))  # None: to the reporter or an organ named in the text
    issued_at: Mapped[datetime]
    sha256: Mapped[str]
    size: Mapped[int]
    audience: Mapped[str] = mapped_column(default="all")


class LedgerRow(Base):
    """A row of a ledger (台账): problem, cause, measure, owner, deadline, state."""

    __tablename__ = "ledger_rows"
    __table_args__ = (Index(None, "ledger", "state", "id"), Index(None, "unit_id", "ledger"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    ledger: Mapped[str]  # rectification | …
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    instance_id: Mapped[int | None]
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    problem: Mapped[str] = mapped_column(default="")
    cause: Mapped[str] = mapped_column(default="")
    measure: Mapped[str] = mapped_column(default="")
    standard: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    deadline: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="open")  # open | planned | carried-out | struck-off | cancelled
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CaseLink(Base):
    """Two cases that belong together: duplicate, repeat, merged, caused; ``score`` 0 … 1 where found by similarity."""

    __tablename__ = "case_links"
    __table_args__ = (Index(None, "to_id"),)

    from_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    relation: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float | None]
    at: Mapped[datetime]


class Shingle(Base):
    """A MinHash band of a case's text: cases that share one are compared for similarity."""

    __tablename__ = "shingles"
    __table_args__ = (Index(None, "band"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    band: Mapped[int] = mapped_column(Key, primary_key=True)


class Series(Base):
    """A gapless series of numbers per kind and year; its row is the lock."""

    __tablename__ = "series"

    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Watch(Base):
    """A person who follows a case (关注)."""

    __tablename__ = "watches"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)


class SavedView(Base):
    """A person's saved filter of a list."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]


class CalendarDay(Base):
    """A day the administrator has set apart from the published calendar: ``working`` or not, with its name."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")


class CaseText(Base):
    """What the full-text search reads: ``open_text`` for whoever sees the case, ``office_text`` (the narrative) for the office.

    On PostgreSQL the grams stand here under a GIN index; on SQLite in the FTS5 table ``case_grams`` (see engine.cases.search).
    """

    __tablename__ = "case_texts"
    __table_args__ = (
        Index("ix_case_texts_open_grams", "open_grams", postgresql_using="gin").ddl_if(dialect="postgresql"),
        Index("ix_case_texts_office_grams", "office_grams", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    open_text: Mapped[str] = mapped_column(default="")
    office_text: Mapped[str] = mapped_column(default="")
    open_grams: Mapped[list[str] | None] = mapped_column(Grams)
    office_grams: Mapped[list[str] | None] = mapped_column(Grams)


GRAM_TABLE = "CREATE VIRTUAL TABLE IF NOT EXISTS case_grams USING fts5(open, office, content='', tokenize='ascii')"
event.listen(CaseText.__table__, "after_create", DDL(GRAM_TABLE).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
