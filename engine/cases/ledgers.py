"""The ledgers (台账): which columns each has, and which rows a filter leaves. Who may see which rows is added by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from engine.cases.listing import Column, Listing
from engine.cases.models import Case, CaseUnit, LedgerRow
from engine.people.models import Unit
from engine.processes.models import Task

Lead, Place, Owner, Source = aliased(Unit), aliased(Unit), aliased(Unit), aliased(Case)

_co_units = (
    select(func.aggregate_strings(Unit.name, "、"))
    .join(CaseUnit, CaseUnit.unit_id == Unit.id)
    .where(CaseUnit.case_id == Case.id, CaseUnit.part == "co", CaseUnit.until.is_(None))
    .correlate(Case)
    .scalar_subquery()
)
_limit_kind = (
    select(Task.limit_kind)
    .where(Task.case_id == Case.id, Task.status == "open")
    .order_by(Task.urgency, Task.id)
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
)
_case_light: Mapping[str, Any] = {
    "case_id": Case.id,
    "limit_at": Case.limit_at,
    "limit_kind": _limit_kind,  # whether what is left is told in working days
    "yellow_at": Case.yellow_at,
    "black_at": Case.black_at,
    "paused_at": Case.paused_at,
    "unit_id": Case.lead_unit_id,
    "place_id": Case.place,
}


def _with_units(statement: Select[Any]) -> Select[Any]:
    return statement.select_from(Case).outerjoin(Lead, Lead.id == Case.lead_unit_id).outerjoin(Place, Place.id == Case.place)


def _with_source(statement: Select[Any]) -> Select[Any]:
    return _with_units(statement).outerjoin(Source, Source.id == Case.source_id)


def _with_case(statement: Select[Any]) -> Select[Any]:
    return statement.select_from(LedgerRow).join(Case, Case.id == LedgerRow.case_id).outerjoin(Owner, Owner.id == LedgerRow.unit_id)


_NUMBER = Column("number", Case.number, "case", nullable=False)
_TITLE = Column("title", Case.title, "title", nullable=False)
_LIGHT = Column("light", Case.limit_at, "light")
_AREA = Column("area", Case.area, "word:area")
_LEAD = Column("lead_unit", Lead.name, "unit")
_RECEIVED = Column("received_at", Case.received_at, "day", nullable=False)
_CLOSED = Column("closed_at", Case.closed_at, "day")
_STATE = Column("state", Case.state, "word:state", nullable=False)
_OUTCOME = Column("outcome", Case.outcome, "word:outcome", nullable=False)

COMPLAINTS = Listing(
    name="complaints",
    columns=(
        _NUMBER,
        _LIGHT,
        _TITLE,
        Column("stage", Case.stage, "word:stage", nullable=False),
        _STATE,
        _OUTCOME,
        _AREA,
        Column("category", Case.category, "word:category", nullable=False),
        Column("place", Place.name, "unit"),
        _LEAD,
        Column("co_units", _co_units, "text", sortable=False),
        Column("channel", Case.channel, "word:channel", nullable=False),
        Column("priority", Case.priority, "word:priority", nullable=False),
        Column("real_name", Case.real_name, "yes", nullable=False),
        Column("collusion", Case.collusion, "yes", nullable=False),
        _RECEIVED,
        Column("limit_at", Case.limit_at, "day"),
        _CLOSED,
        Column("reds", Case.reds, "number", summed=True, nullable=False),
        Column("returns", Case.returns, "number", summed=True, nullable=False),
        Column("redos", Case.redos, "number", summed=True, nullable=False),
        Column("extensions", Case.extensions, "number", summed=True, nullable=False),
        Column("satisfaction", Case.satisfaction, "word:satisfaction", nullable=False),
        Column("public_summary", Case.public_summary, "text", sortable=False),
    ),
    joined=_with_units,
    key=Case.id,
    shown=(
        "number",
        "light",
        "title",
        "stage",
        "area",
        "category",
        "place",
        "lead_unit",
        "received_at",
        "limit_at",
        "closed_at",
        "outcome",
    ),
    order="-received_at",
    extra=_case_light,
)

RECTIFICATIONS = Listing(
    name="rectifications",
    columns=(
        _NUMBER,
        Column("unit", Owner.name, "unit"),
        Column("problem", LedgerRow.problem, "title", nullable=False),
        Column("cause", LedgerRow.cause, "text", nullable=False),
        Column("measure", LedgerRow.measure, "text", nullable=False),
        Column("standard", LedgerRow.standard, "text", nullable=False),
        Column("owner", LedgerRow.owner, "text", nullable=False),
        Column("deadline", LedgerRow.deadline, "day"),
        Column("state", LedgerRow.state, "word:ledger-state", nullable=False),
        _AREA,
        Column("opened_at", LedgerRow.opened_at, "day", nullable=False),
        Column("closed_at", LedgerRow.closed_at, "day"),
    ),
    joined=_with_case,
    key=LedgerRow.id,
    shown=("number", "unit", "problem", "cause", "measure", "owner", "deadline", "state", "opened_at", "closed_at"),
    order="-opened_at",
    extra={"case_id": Case.id, "unit_id": LedgerRow.unit_id},
)

REFERRALS = Listing(
    name="referrals",
    columns=(
        _NUMBER,
        _LIGHT,
        _TITLE,
        Column("source", Source.number, "source"),
        _STATE,
        _OUTCOME,
        _AREA,
        _LEAD,
        _RECEIVED,
        Column("limit_at", Case.limit_at, "day"),
        _CLOSED,
        Column("reds", Case.reds, "number", summed=True, nullable=False),
    ),
    joined=_with_source,
    key=Case.id,
    shown=("number", "light", "title", "source", "state", "lead_unit", "received_at", "limit_at", "closed_at", "outcome"),
    order="-received_at",
    extra={**_case_light, "source_id": Case.source_id},
)

CASES = replace(
    COMPLAINTS,
    name="cases",
    columns=(_NUMBER, Column("kind", Case.kind, "word:kind", nullable=False), *COMPLAINTS.columns[1:]),
    shown=("number", "light", "title", "stage", "category", "place", "lead_unit", "received_at", "limit_at", "outcome"),
)
LEDGERS: Mapping[str, Listing] = {each.name: each for each in (COMPLAINTS, RECTIFICATIONS, REFERRALS)}
BELONGS: Mapping[str, ColumnElement[bool]] = {
    "complaints": Case.kind == "complaint",
    "rectifications": LedgerRow.ledger == "rectification",
    "referrals": Case.kind == "accountability",
}
