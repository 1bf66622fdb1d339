"""Opening and closing a case file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import numbering, search
from engine.cases.models import Case, LedgerRow
from engine.errors import NotFound
from engine.processes.courses import append

if TYPE_CHECKING:
    from engine.processes.acts import Act

KINDS: Mapping[str, str] = {"complaint": "投诉举报", "accountability": "问责移交", "special-supervision": "专项督查督办"}
STAGES: Mapping[str, str] = {
    "accept": "受理",
    "verify": "核实",
    "assign": "交办",
    "rectify": "整改",
    "call-back": "回访",
    "strike-off": "销号",
}
OUTCOMES: Mapping[str, str] = {
    "struck-off": "已销号",
    "not-accepted": "不予受理",
    "transferred": "已转送",
    "not-supplemented": "逾期未补充",
    "not-substantiated": "经核实不属实",
    "withdrawn": "反映人撤回",
    "merged": "已并案",
    "cancelled": "已取消",
}


def open_case(session: Session, act: Act, *, kind: str, title: str, received_at: datetime | None = None, **columns: Any) -> Case:
    """A new case file with its number, in the journal and the search index; ``columns`` are further ones of Case."""
    received_at = received_at or act.at
    year = numbering.year_of(received_at)
    serial, number = numbering.next_number(session, kind, year)
    columns.setdefault("facts", {})
    case = Case(
        kind=kind, number=number, year=year, serial=serial, title=title.strip()[:200], received_at=received_at, state="open", **columns
    )
    case.stage = case.stage or "accept"
    case.facts = {**case.facts, "stages": {case.stage: act.at.isoformat()}}
    session.add(case)
    session.flush()
    search.index(session, case)
    known = {"kind": kind, "channel": case.channel, "area": case.area, "source": case.source_id}
    append(session, f"case:{case.id}", act.actor, act.at, "case.open", number, {k: v for k, v in known.items() if v})
    return case


def close_case(session: Session, act: Act, case: Case, outcome: str) -> None:
    """Close the case; its open ledger rows are cancelled and its clock stands no longer. A closed case stays as it is."""
    if case.state == "closed":
        return
    case.state, case.outcome, case.closed_at, case.paused_at = "closed", outcome, act.at, None
    case.limit_at = case.yellow_at = case.black_at = None
    for row in session.scalars(select(LedgerRow).where(LedgerRow.case_id == case.id, LedgerRow.closed_at.is_(None))):
        row.state, row.closed_at = "cancelled", act.at
    append(session, f"case:{case.id}", act.actor, act.at, "case.close", case.number, {"outcome": outcome})


def get(session: Session, case_id: int | str) -> Case:
    """The case with this id, or this number. Raises NotFound."""
    text = str(case_id).strip()
    case = session.get(Case, int(text)) if text.isdecimal() else session.scalar(select(Case).where(Case.number == text))
    if case is None:
        raise NotFound("没有这个案卷；请检查编号。")
    return case


def reach(case: Case, stage: str, at: datetime) -> None:
    """Move the stage bar, and note when the stage was reached (the last time, where it comes again)."""
    if stage in STAGES and case.stage != stage:
        case.stage = stage
        case.facts = {**case.facts, "stages": {**case.facts.get("stages", {}), stage: at.isoformat()}}
