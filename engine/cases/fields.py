"""The fields of a case that forms and drawings may write; every other name becomes a fact of the case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import duplicates, identity, search
from engine.cases.models import Case
from engine.errors import Invalid

LONGEST = 20_000
ALIASES = {"lead_unit": "lead_unit_id"}
TEXTS = frozenset({"title", "narrative", "summary", "about", "public_summary"})
RESERVED = frozenset({"stages", "answers", "case_id"})  # facts that only the house writes


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:LONGEST]


def _code(value: Any) -> str | None:
    return str(value)[:100] if value else None


def _area(value: Any) -> int | None:
    if value in (None, ""):
        return None
    if str(value).isdecimal() and 1 <= int(value) <= 9:
        return int(value)
    raise Invalid("没有这个专项行动组；请从九个中选择。")


def _flag(value: Any) -> bool:
    return value in (True, "yes", "true", "是", 1)


def _priority(value: Any) -> str:
    return "important" if value == "important" or value is True else "normal"


WRITABLE: Mapping[str, Callable[[Any], Any]] = {
    "title": _text,
    "narrative": _text,
    "summary": _text,
    "about": _text,
    "public_summary": _text,
    "category": _text,
    "channel": _text,
    "outcome": _text,
    "satisfaction": _text,
    "place": _code,
    "lead_unit_id": _code,
    "area": _area,
    "priority": _priority,
    "real_name": _flag,
    "collusion": _flag,
}


def write(session: Session, case: Case, values: Mapping[str, Any], keys: identity.Keys | None = None) -> None:
    """Write ``values`` into the case. Text that names the reporter is masked where ``keys`` are given; the search index follows."""
    values = {ALIASES.get(name, name): value for name, value in values.items()}
    facts = {name: value for name, value in values.items() if name not in WRITABLE and name not in RESERVED}
    columns = {name: WRITABLE[name](value) for name, value in values.items() if name in WRITABLE}
    changed = {name: value for name, value in columns.items() if value != getattr(case, name)}
    for name, value in _masked(session, case, changed, keys).items():
        setattr(case, name, value)
    if facts:
        case.facts = {**case.facts, **plain(facts)}
    _index(session, case, changed)


def plain(value: Any) -> Any:
    """A value as JSON keeps it: dates as text, numbers as numbers."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _masked(session: Session, case: Case, columns: dict[str, Any], keys: identity.Keys | None) -> dict[str, Any]:
    if keys is None or not any(columns.get(name) for name in TEXTS):
        return columns
    reporter = identity.unseal(session, keys, case.id)
    return {name: identity.redact(value, reporter) if name in TEXTS else value for name, value in columns.items()}


def _index(session: Session, case: Case, written: Iterable[str]) -> None:
    if TEXTS & set(written):
        search.index(session, case)
    if {"title", "narrative"} & set(written):
        duplicates.index(session, case)
