"""Operations on the ledgers (台账)."""

from __future__ import annotations

from typing import Any

from engine.cases import ledger
from engine.cases.desks import Given, case_of, text_of
from engine.cases.models import Case, LedgerRow
from engine.processes.ports import Desk

NOT_COLUMNS = ("ledger", "row", "case_id")


def open_row(desk: Desk, given: Given) -> dict[str, int]:
    """A new row; its problem is by default the case's summary or title, its unit the leading one."""
    case = case_of(desk, given)
    columns = _columns(given)
    columns["problem"] = text_of(given, "problem") or case.summary or case.title
    columns["unit"] = given.get("unit") or case.lead_unit_id
    row = ledger.open_row(desk.session, _name(given), case.id, desk.act.at, instance_id=desk.instance.id, **columns)
    return {"ledger_row": row.id}


def update_row(desk: Desk, given: Given) -> None:
    """Write columns of a row that is open."""
    row = _row(desk, case_of(desk, given), given)
    if row.closed_at is None:
        ledger.write(row, _columns(given))


def close_row(desk: Desk, given: Given) -> None:
    """Strike a row off, or cancel it (``state``)."""
    row = _row(desk, case_of(desk, given), given)
    if row.closed_at is None:
        ledger.close_row(row, desk.act.at, text_of(given, "state") or "struck-off")


def _row(desk: Desk, case: Case, given: Given) -> LedgerRow:
    row_id = given.get("row") or desk.variables.get("ledger_row")
    return ledger.find(desk.session, case.id, _name(given), int(row_id) if row_id else None)


def _name(given: Given) -> str:
    return text_of(given, "ledger") or "rectification"


def _columns(given: Given) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in NOT_COLUMNS}
