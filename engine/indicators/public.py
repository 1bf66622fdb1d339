"""Figures that everybody may see: no personal data, and no count so small that it could point to somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.cases.models import Case
from engine.indicators import months
from engine.indicators.months import Month
from engine.people.models import ActionGroup

Key = TypeVar("Key", Month, int)
SMALLEST = 5  # a count from 1 to 4 is not shown
FEWEST_FOR_A_RATE = 20  # cases under a percentage, so that one case moves it by no more than five points


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: ``key`` is a Month or the number of an action group; None is a count too small to show."""

    key: Month | int
    received: int | None
    closed: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The last twelve months up to ``end``. Rates are whole percentages, None where too few cases are under them."""

    start: date
    end: datetime
    received: int | None
    closed: int | None
    on_time: int | None
    satisfied: int | None
    by_month: tuple[Line, ...]
    by_area: tuple[Line, ...]


def figures(session: Session, at: datetime) -> Figures:
    """Complaints of the last twelve months, the running one included. Five statements."""
    span = months.last(at, 12)
    received, closed = _by_month(session, Case.received_at, span, at), _by_month(session, Case.closed_at, span, at)
    on_time, finished, satisfied, rated = _quality(session, span[0], at)
    return Figures(
        start=span[0].first,
        end=at,
        received=_shown(sum(received.values())),
        closed=_shown(sum(closed.values())),
        on_time=_rate(on_time, finished),
        satisfied=_rate(satisfied, rated),
        by_month=_lines(span, {m: received.get(i, 0) for i, m in enumerate(span)}, {m: closed.get(i, 0) for i, m in enumerate(span)}),
        by_area=_by_area(session, span[0], at),
    )


def suppress(counts: Sequence[int]) -> list[int | None]:
    """Hide counts from 1 to 4. Where that hides only one, the next smallest is hidden, too: the total must not give it away."""
    hidden = {i for i, n in enumerate(counts) if 0 < n < SMALLEST}
    if len(hidden) == 1:
        others = [(n, i) for i, n in enumerate(counts) if n >= SMALLEST]
        hidden |= {min(others)[1]} if others else set()
    return [None if i in hidden else n for i, n in enumerate(counts)]


def _lines(keys: Sequence[Key], received: Mapping[Key, int], closed: Mapping[Key, int]) -> tuple[Line, ...]:
    columns = suppress([received.get(key, 0) for key in keys]), suppress([closed.get(key, 0) for key in keys])
    return tuple(Line(key, r, c) for key, r, c in zip(keys, *columns, strict=True))


def _by_month(session: Session, column: InstrumentedAttribute[Any], span: Sequence[Month], at: datetime) -> dict[int, int]:
    position = months.number(column, span)
    query = select(position, func.count()).where(Case.kind == "complaint", column >= span[0].start, column <= at).group_by(position)
    return {i: n for i, n in session.execute(query) if i is not None}


def _by_area(session: Session, first: Month, at: datetime) -> tuple[Line, ...]:
    within = Case.received_at.between(first.start, at)
    done = func.sum(cast(Case.closed_at.is_not(None), Integer))
    query = select(Case.area, func.count(), done).where(Case.kind == "complaint", Case.area.is_not(None), within).group_by(Case.area)
    counted = {area: (n, closed or 0) for area, n, closed in session.execute(query)}
    keys = list(session.scalars(select(ActionGroup.id).order_by(ActionGroup.id)))
    return _lines(keys, {k: counted.get(k, (0, 0))[0] for k in keys}, {k: counted.get(k, (0, 0))[1] for k in keys})


def _quality(session: Session, first: Month, at: datetime) -> tuple[int, int, int, int]:
    """Closed without a limit passed, closed; rated satisfied or fair, rated."""
    good, rated = Case.satisfaction.in_(("satisfied", "fair")), Case.satisfaction != ""
    query = select(*(func.sum(cast(condition, Integer)) for condition in (Case.reds == 0, Case.closed_at.is_not(None), good, rated)))
    row = session.execute(query.where(Case.kind == "complaint", Case.closed_at.between(first.start, at))).one()
    return row[0] or 0, row[1] or 0, row[2] or 0, row[3] or 0


def _shown(count: int) -> int | None:
    return None if 0 < count < SMALLEST else count


def _rate(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole >= FEWEST_FOR_A_RATE else None
