"""Lists of cases and ledger rows: columns with their SQL, any column as the order, keyset pages, totals. One statement a page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

PAGE = 50  # rows
STREAM = 500  # rows fetched at a time by an export
MOST = 50_000  # rows of an export


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. ``kind`` says how a door shows it: text, number, day, moment, light, case, word:<kind>, yes."""

    key: str
    value: ColumnElement[Any] | InstrumentedAttribute[Any]
    kind: str = "text"
    sortable: bool = True
    summed: bool = False
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its columns in their order, the joins its columns need, the key that makes every order total."""

    name: str
    columns: tuple[Column, ...]
    joined: Callable[[Select[Any]], Select[Any]]
    key: InstrumentedAttribute[int]
    shown: tuple[str, ...]  # keys of the columns shown at first
    order: str  # e.g. "-received_at"
    extra: Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any]]  # read along, for links and lights

    def column(self, key: str) -> Column | None:
        """The column ``key``, None when the list has none."""
        return next((c for c in self.columns if c.key == key), None)

    def ordered_by(self, wanted: str) -> tuple[Column, bool]:
        """The column of an order like ``-received_at`` and whether it descends; the list's own order for anything unknown."""
        for text in (wanted, self.order):
            column = self.column(text.removeprefix("-"))
            if column is not None and column.sortable:
                return column, text.startswith("-")
        raise LookupError(self.order)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with every column by its key, and the cursor of the next page (None on the last)."""

    rows: Sequence[Row[Any]]
    next: str | None
    previous: None = None


def page(
    session: Session, listing: Listing, where: Sequence[ColumnElement[bool]], order: str = "", after: str = "", size: int = PAGE
) -> Page:
    """One page in the order of ``order``; ``after`` is the cursor of the page before. Nulls come last."""
    column, down = listing.ordered_by(order)
    place = _read(after, column)
    statement = _ordered(listing, _select(listing, where), column, down)
    if place is not None:
        statement = statement.where(_beyond(listing, column, down, *place))
    rows = session.execute(statement.limit(size + 1)).all()
    if len(rows) <= size:
        return Page(rows, None)
    last = rows[size - 1]
    return Page(rows[:size], _write(getattr(last, column.key), last.key))


def every(session: Session, listing: Listing, where: Sequence[ColumnElement[bool]], order: str = "") -> Iterator[Row[Any]]:
    """All rows in that order, at most 50,000, read in portions: for exports and prints."""
    column, down = listing.ordered_by(order)
    statement = _ordered(listing, _select(listing, where), column, down).limit(MOST)
    yield from session.execute(statement.execution_options(yield_per=STREAM))


def totals(session: Session, listing: Listing, where: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """How many rows there are (``rows``), and the sum of each summed column. One statement."""
    summed = [c for c in listing.columns if c.summed]
    statement = listing.joined(select(func.count().label("rows"), *[func.coalesce(func.sum(c.value), 0).label(c.key) for c in summed]))
    row = session.execute(statement.where(*where)).one()
    return {name: int(value) for name, value in row._mapping.items()}


def _select(listing: Listing, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    values = [c.value.label(c.key) for c in listing.columns]
    extra = [value.label(name) for name, value in listing.extra.items() if listing.column(name) is None]
    return listing.joined(select(listing.key.label("key"), *values, *extra)).where(*where)


def _ordered(listing: Listing, statement: Select[Any], column: Column, down: bool) -> Select[Any]:
    value, key = column.value, listing.key
    nulls_last = [value.is_(None)] if column.nullable else []
    return statement.order_by(*nulls_last, value.desc() if down else value, key.desc() if down else key)


def _beyond(listing: Listing, column: Column, down: bool, value: Any, key: int) -> ColumnElement[bool]:
    expression = column.value
    later_key = listing.key < key if down else listing.key > key
    if value is None:
        return and_(expression.is_(None), later_key)
    place = literal(value, expression.type)  # as a parameter: SQLAlchemy compares with a bare True by IS only
    later = expression < place if down else expression > place
    rest = [expression.is_(None)] if column.nullable else []
    return or_(later, and_(expression == place, later_key), *rest)


def _write(value: Any, key: int) -> str:
    kind = "m" if isinstance(value, datetime) else "d" if isinstance(value, date) else "v"
    plain = value.isoformat() if kind in "md" else value
    return base64.urlsafe_b64encode(json.dumps([kind, plain, key]).encode()).decode().rstrip("=")


def _read(cursor: str, column: Column) -> tuple[Any, int] | None:
    """The place a cursor names; None for none, and for one that somebody made up or that belongs to another order."""
    if not cursor:
        return None
    try:
        kind, plain, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value = _PARSE[kind](plain)
        known = value is None or isinstance(value, column.value.type.python_type)
        return (value, key) if known and type(key) is int and abs(key) < 2**60 else None
    except (ValueError, TypeError, KeyError, OverflowError, binascii.Error):
        return None


_PARSE: Mapping[str, Callable[[Any], Any]] = {
    "m": lambda text: datetime.fromisoformat(text).astimezone(UTC),
    "d": date.fromisoformat,
    "v": lambda value: value,
}
