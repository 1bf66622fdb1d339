"""Months of the wall clock of China, and a SQL expression that sorts moments into them on every database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy import case as choose
from sqlalchemy.orm import InstrumentedAttribute

from engine import clock


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; ``start`` and ``end`` are aware moments, ``end`` excluded."""

    year: int
    month: int

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=clock.LOCAL)

    @property
    def end(self) -> datetime:
        return self.plus(1).start

    def plus(self, months: int) -> Month:
        """The month so many months later (or earlier)."""
        count = self.year * 12 + self.month - 1 + months
        return Month(count // 12, count % 12 + 1)


def of(moment: datetime) -> Month:
    """The month of a moment in China."""
    day = clock.local(moment)
    return Month(day.year, day.month)


def last(at: datetime, n: int) -> list[Month]:
    """The last ``n`` months, oldest first, the one of ``at`` included."""
    present = of(at)
    return [present.plus(i) for i in range(1 - n, 1)]


def number(column: ColumnElement[Any] | InstrumentedAttribute[Any], months: Sequence[Month]) -> ColumnElement[int]:
    """SQL: the position in ``months`` of the month that holds ``column``; null when none does."""
    return choose(*[(and_(column >= m.start, column < m.end), i) for i, m in enumerate(months)], else_=None)
