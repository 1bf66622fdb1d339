"""What the filters of lists mean in SQL. A filter that makes no sense is one that nothing passes, never one that everything passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select

from engine import clock
from engine.cases.models import Case, CaseUnit, LedgerRow
from engine.processes import limits

NO_UNIT = "-"  # filter value: not assigned to a unit yet
Given = Mapping[str, Any]  # filter → text, or a moment for names in _from and _to


def of_cases(given: Given, at: datetime) -> list[ColumnElement[bool]]:
    """Conditions on Case for filters by unit, area, category, place, stage, state, outcome, light, channel, dates …"""
    return [condition(given[name], at) for name, condition in _OF_CASES.items() if given.get(name)]


def of_rows(given: Given, at: datetime) -> list[ColumnElement[bool]]:
    """Conditions on LedgerRow (joined to Case)."""
    return [condition(given[name], at) for name, condition in _OF_ROWS.items() if given.get(name)]


def _area(text: Any, _at: datetime) -> ColumnElement[bool]:
    return Case.area == int(text) if str(text).isdecimal() and int(text) < 100 else false()


def _unit(unit: Any, _at: datetime) -> ColumnElement[bool]:
    if unit == NO_UNIT:
        return Case.lead_unit_id.is_(None)
    takes_part = select(CaseUnit.case_id).where(CaseUnit.unit_id == unit, CaseUnit.until.is_(None))
    return or_(Case.lead_unit_id == unit, Case.id.in_(takes_part))


def _lead(unit: Any, _at: datetime) -> ColumnElement[bool]:
    return Case.lead_unit_id.is_(None) if unit == NO_UNIT else Case.lead_unit_id == unit


def _light(light: Any, at: datetime) -> ColumnElement[bool]:
    return limits.condition(Case, light, at) if light in limits.LIGHTS else false()


def _equals(column: Any) -> Callable[[Any, datetime], ColumnElement[bool]]:
    def condition(value: Any, _at: datetime) -> ColumnElement[bool]:
        return column == value  # type: ignore[no-any-return]

    return condition


def _flag(column: Any) -> Callable[[Any, datetime], ColumnElement[bool]]:
    def condition(value: Any, _at: datetime) -> ColumnElement[bool]:
        return column.is_(value == "yes")  # type: ignore[no-any-return]

    return condition


def _from(column: Any) -> Callable[[Any, datetime], ColumnElement[bool]]:
    def condition(value: Any, _at: datetime) -> ColumnElement[bool]:
        return column >= value  # type: ignore[no-any-return]

    return condition


def _until(column: Any) -> Callable[[Any, datetime], ColumnElement[bool]]:
    def condition(value: Any, _at: datetime) -> ColumnElement[bool]:
        return column < value  # type: ignore[no-any-return]

    return condition


def _late(value: Any, _at: datetime) -> ColumnElement[bool]:
    return Case.reds > 0 if value == "yes" else Case.reds == 0


def _overdue(value: Any, at: datetime) -> ColumnElement[bool]:
    late = LedgerRow.closed_at.is_(None) & (LedgerRow.deadline < clock.local(at).date())
    return late if value == "yes" else ~late


_Conditions = Mapping[str, Callable[[Any, datetime], ColumnElement[bool]]]
_OF_CASES: _Conditions = {
    "kind": _equals(Case.kind),
    "unit": _unit,
    "lead": _lead,
    "area": _area,
    "category": _equals(Case.category),
    "place": _equals(Case.place),
    "stage": _equals(Case.stage),
    "state": _equals(Case.state),
    "outcome": _equals(Case.outcome),
    "channel": _equals(Case.channel),
    "priority": _equals(Case.priority),
    "satisfaction": _equals(Case.satisfaction),
    "real_name": _flag(Case.real_name),
    "collusion": _flag(Case.collusion),
    "light": _light,
    "late": _late,
    "received_from": _from(Case.received_at),
    "received_to": _until(Case.received_at),
    "closed_from": _from(Case.closed_at),
    "closed_to": _until(Case.closed_at),
    "limit_from": _from(Case.limit_at),
    "limit_to": _until(Case.limit_at),
}
_OF_ROWS: _Conditions = {
    "unit": _equals(LedgerRow.unit_id),
    "area": _area,
    "state": _equals(LedgerRow.state),
    "overdue": _overdue,
    "opened_from": _from(LedgerRow.opened_at),
    "opened_to": _until(LedgerRow.opened_at),
}
