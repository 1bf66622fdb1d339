"""Figures of the home page: by month, by category, by unit. Each counts only the cases that a condition lets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine import clock
from engine.cases.models import Case
from engine.indicators import months
from engine.indicators.months import Month
from engine.people.models import Unit

COMPLAINT = Case.kind == "complaint"
PERIOD = timedelta(days=90)  # of hot spots; it begins with a day


@dataclass(frozen=True, slots=True)
class Flow:
    """One month: complaints received and closed, and the same month of last year."""

    month: Month
    received: int
    closed: int
    received_before: int
    closed_before: int


@dataclass(frozen=True, slots=True)
class Punctual:
    """One month: of the complaints closed, how many passed no limit. ``rate`` is a percentage, None where none was closed."""

    month: Month
    closed: int
    on_time: int

    @property
    def rate(self) -> float | None:
        return round(100 * self.on_time / self.closed, 1) if self.closed else None


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A category with its complaints of the last 90 days and of the 90 days before."""

    category: str
    now: int
    before: int


@dataclass(slots=True)
class UnitLights:
    """Open cases of a lead unit by light; ``unit_id`` None: not assigned to a unit yet."""

    unit_id: str | None
    name: str
    name_en: str = ""
    lights: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.lights.values())


def flow(session: Session, visible: ColumnElement[bool], at: datetime) -> list[Flow]:
    """The last twelve months with those of last year. Two statements."""
    span = months.last(at, 24)
    received = _by_month(session, visible, Case.received_at, span)
    closed = _by_month(session, visible, Case.closed_at, span)
    return [
        Flow(m, received.get(i, (0, 0))[0], closed.get(i, (0, 0))[0], received.get(i - 12, (0, 0))[0], closed.get(i - 12, (0, 0))[0])
        for i, m in enumerate(span)
        if i >= 12
    ]


def punctual(session: Session, visible: ColumnElement[bool], at: datetime) -> tuple[list[Punctual], list[Punctual]]:
    """The last twelve months and the twelve before them. One statement."""
    span = months.last(at, 24)
    closed = _by_month(session, visible, Case.closed_at, span)
    rows = [Punctual(m, *closed.get(i, (0, 0))) for i, m in enumerate(span)]
    return rows[12:], rows[:12]


def hot_spots(session: Session, visible: ColumnElement[bool], at: datetime, most: int = 8) -> list[HotSpot]:
    """The categories with most complaints in the last 90 days. One statement."""
    start = clock.local(at - PERIOD).replace(hour=0, minute=0, second=0, microsecond=0)
    recent = func.sum(cast(Case.received_at >= start, Integer))
    rows = session.execute(
        select(Case.category, recent.label("recent"), (func.count() - recent).label("before"))
        .where(visible, COMPLAINT, Case.category != "", Case.received_at >= start - PERIOD, Case.received_at <= at)
        .group_by(Case.category)
        .order_by(recent.desc(), Case.category)
        .limit(most)
    )
    return [HotSpot(category, now, before) for category, now, before in rows if now]


def lights_by_unit(session: Session, visible: ColumnElement[bool], light: ColumnElement[str]) -> list[UnitLights]:
    """Open cases by lead unit and light (``light``: SQL giving its name), the reddest units first. One statement."""
    each = select(Case.lead_unit_id.label("unit"), light.label("light")).where(visible, Case.state == "open").subquery()
    rows = session.execute(
        select(each.c.unit, each.c.light, func.count(), func.max(Unit.name), func.max(Unit.name_en))
        .outerjoin(Unit, Unit.id == each.c.unit)
        .group_by(each.c.unit, each.c.light)
    )
    found: dict[str | None, UnitLights] = {}
    for unit, name_of_light, count, name, name_en in rows:
        found.setdefault(unit, UnitLights(unit, name or "", name_en or "")).lights[name_of_light] = count
    return sorted(found.values(), key=_urgency)


def _urgency(row: UnitLights) -> tuple[int, ...]:
    return (*(-row.lights.get(light, 0) for light in ("black", "red", "yellow")), -row.total)


def _by_month(
    session: Session, visible: ColumnElement[bool], column: InstrumentedAttribute[Any], span: Sequence[Month]
) -> dict[int, tuple[int, int]]:
    """Position in ``span`` → (complaints, those of them that passed no limit)."""
    each = (
        select(months.number(column, span).label("month"), cast(Case.reds == 0, Integer).label("on_time"))
        .where(visible, COMPLAINT, column >= span[0].start, column < span[-1].end)
        .subquery()
    )
    rows = session.execute(select(each.c.month, func.count(), func.sum(each.c.on_time)).group_by(each.c.month))
    return {month: (count, int(on_time or 0)) for month, count, on_time in rows}
