"""The units that take part in a case: 主办 leads, 协办 helps. Taking part gives a unit's people sight of the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import house_names
from engine.cases.models import Case, CaseUnit
from engine.errors import Invalid
from engine.people.models import Unit

PARTS: Mapping[str, str] = {"lead": "主办", "co": "协办"}


def take_part(session: Session, case: Case, unit_id: str, part: str, at: datetime) -> CaseUnit:
    """Let a unit take part. A new lead unit ends the part of the one before. Raises Invalid for an unknown unit or part."""
    if part not in PARTS or session.get(Unit, unit_id) is None:
        raise Invalid("没有这个单位，或参与方式不对；请重新选择。", unit=unit_id)
    if part == "lead":
        _end_leads(session, case, unit_id, at)
        case.lead_unit_id = unit_id
    row = session.get(CaseUnit, (case.id, unit_id))
    if row is None:
        row = CaseUnit(case_id=case.id, unit_id=unit_id, part=part, since=at)
        session.add(row)
    row.part, row.until = part, None
    session.flush()
    return row


def share_out(session: Session, case: Case, lead: str, helping: Sequence[str], at: datetime) -> datetime:
    """Set the lead unit and those that help; units that were there and are named no more lose their part. Two statements.

    Returns since when ``lead`` leads. Raises Invalid for an unknown unit.
    """
    named = {lead: "lead", **{unit: "co" for unit in helping if unit != lead}}
    for unit in named.keys() - house_names.units(session).keys():
        raise Invalid("没有这个单位，或参与方式不对；请重新选择。", unit=unit)
    rows = {row.unit_id: row for row in session.scalars(select(CaseUnit).where(CaseUnit.case_id == case.id))}
    before = rows.get(lead)
    since = before.since if before is not None and before.part == "lead" and before.until is None else at
    for row in rows.values():
        if row.unit_id not in named and row.until is None:
            row.until = at
    for unit, part in named.items():
        if unit not in rows:
            rows[unit] = CaseUnit(case_id=case.id, unit_id=unit, since=at)
            session.add(rows[unit])
        rows[unit].part, rows[unit].until = part, None
    case.lead_unit_id = lead
    return since


def leave(session: Session, case: Case, unit_id: str, at: datetime) -> None:
    """End a unit's part: its people no longer see the case. Unknown parts do no harm."""
    row = session.get(CaseUnit, (case.id, unit_id))
    if row is not None and row.until is None:
        row.until = at
    if case.lead_unit_id == unit_id:
        case.lead_unit_id = None


def current(session: Session, case_id: int) -> list[CaseUnit]:
    """The units that take part now, the leading one first."""
    rows = session.scalars(select(CaseUnit).where(CaseUnit.case_id == case_id, CaseUnit.until.is_(None)))
    return sorted(rows, key=lambda row: (row.part != "lead", row.since, row.unit_id))


def _end_leads(session: Session, case: Case, unit_id: str, at: datetime) -> None:
    query = select(CaseUnit).where(
        CaseUnit.case_id == case.id, CaseUnit.part == "lead", CaseUnit.until.is_(None), CaseUnit.unit_id != unit_id
    )
    for row in session.scalars(query):
        row.until = at
