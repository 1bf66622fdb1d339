"""The administrator's days, laid over the published calendar of holidays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.models import CalendarDay
from engine.errors import Invalid, NotFound
from engine.journal.append import append

if TYPE_CHECKING:
    from engine.processes.acts import Act


def overrides(session: Session) -> dict[date, tuple[bool, str]]:
    """Day → (working, name) for each day that was set apart."""
    rows = session.execute(select(CalendarDay.day, CalendarDay.working, CalendarDay.name))
    return {row.day: (row.working, row.name) for row in rows}


def set_day(session: Session, _ports: object, act: Act, day: date, *, working: bool, name: str) -> CalendarDay:
    """Set a day apart. Limits that already run keep their dates; new ones count with it. Raises Invalid without a name."""
    name = name.strip()[:60]
    if not name:
        raise Invalid("请写明这一天的名称或依据。", fields={"name": "请写明这一天的名称或依据。"})
    row = session.get(CalendarDay, day)
    before = None if row is None else [row.working, row.name]
    if row is None:
        row = CalendarDay(day=day)
        session.add(row)
    row.working, row.name = working, name
    session.flush()
    append(session, "house", act.actor, act.at, "calendar.set", day.isoformat(), {"old": before, "new": [working, name]})
    return row


def set_days(session: Session, ports: object, act: Act, days: Iterable[tuple[date, bool, str]]) -> int:
    """Set many days apart at once, e.g. a year that has just been published; returns how many."""
    return len([set_day(session, ports, act, day, working=working, name=name) for day, working, name in days])


def clear_day(session: Session, _ports: object, act: Act, day: date) -> None:
    """Let the published calendar rule this day again. Raises NotFound when it was not set apart."""
    row = session.get(CalendarDay, day)
    if row is None:
        raise NotFound("这一天没有单独设置；请从列表中选择。")
    append(session, "house", act.actor, act.at, "calendar.clear", day.isoformat(), {"old": [row.working, row.name]})
    session.delete(row)
