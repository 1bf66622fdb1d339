"""The ledger (台账): a row is a problem with its cause, measure, standard, owner, deadline and state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cases.models import LedgerRow
from engine.clock import local
from engine.errors import Invalid, NotFound

STATES: Mapping[str, str] = {
    "open": "待定措施",
    "planned": "整改中",
    "carried-out": "待核验",
    "struck-off": "已销号",
    "cancelled": "已撤销",
}
TEXTS = ("problem", "cause", "measure", "standard", "owner")
COLUMNS = frozenset({*TEXTS, "deadline", "state", "unit_id"})
LONGEST = 4000
_IN_LEDGER = select(LedgerRow).where(LedgerRow.case_id == bindparam("the_case"), LedgerRow.ledger == bindparam("the_ledger"))
_ONE = _IN_LEDGER.where(LedgerRow.id == bindparam("the_row"))
_NEWEST = _IN_LEDGER.order_by(LedgerRow.closed_at.isnot(None), LedgerRow.id.desc()).limit(1)


def open_row(session: Session, ledger: str, case_id: int, at: datetime, *, instance_id: int | None = None, **columns: Any) -> LedgerRow:
    """A new row; ``columns`` as in ``write``."""
    row = LedgerRow(ledger=ledger, case_id=case_id, instance_id=instance_id, opened_at=at, facts={}, state="open")
    session.add(row)
    write(row, columns)
    session.flush()
    return row


def write(row: LedgerRow, columns: Mapping[str, Any]) -> None:
    """Write columns of the row; ``unit`` is ``unit_id``; what is no column becomes a fact. None leaves a column as it is."""
    facts = dict(row.facts or {})
    for name, value in columns.items():
        name = "unit_id" if name == "unit" else name
        if name not in COLUMNS:
            facts[name] = value
        elif value is not None:
            setattr(row, name, _column(name, value))
    row.facts = facts


def close_row(row: LedgerRow, at: datetime, state: str = "struck-off") -> None:
    """Strike the row off, or cancel it."""
    if state not in ("struck-off", "cancelled"):
        raise Invalid("台账只能销号或撤销；请修改流程图中 state 的值。")
    row.state, row.closed_at = state, at


def find(session: Session, case_id: int, ledger: str, row_id: int | None = None) -> LedgerRow:
    """The row with this id, else the case's newest one in ``ledger``. Raises NotFound."""
    given = {"the_case": case_id, "the_ledger": ledger}
    row = session.scalar(_ONE, {**given, "the_row": row_id}) if row_id else session.scalar(_NEWEST, given)
    if row is None:
        raise NotFound("台账里没有这一行；请先登记问题。")
    return row


def of_case(session: Session, case_id: int) -> list[LedgerRow]:
    """The case's rows, oldest first."""
    return list(session.scalars(select(LedgerRow).where(LedgerRow.case_id == case_id).order_by(LedgerRow.id)))


def _column(name: str, value: Any) -> Any:
    if name == "deadline":
        return _day(value)
    if name == "state" and value not in STATES:
        raise Invalid("台账没有这种状态；请修改流程图中 state 的值。", state=value)
    return str(value)[:LONGEST]


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return local(value).date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        raise Invalid("日期不对；请按 2026-03-02 的样子填写。") from None
