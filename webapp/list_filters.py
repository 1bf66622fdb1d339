"""Which filters each list offers, their choices, and what they leave: always within what the person may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from engine.cases import conditions as sql
from engine.cases import search
from engine.cases.queries import visible_cases
from engine.people.permissions import OFFICE, REFERRAL
from engine.people.person import Person
from webapp import names, words
from webapp.filters import Choices, Field, Filters

_DATES = ("received_from", "received_to", "limit_from", "limit_to", "closed_from", "closed_to")
_OF_CASES = (
    "unit",
    "lead",
    "area",
    "category",
    "place",
    "stage",
    "state",
    "outcome",
    "channel",
    "priority",
    "real_name",
    "collusion",
    "late",
    *_DATES,
)
NAMES: Mapping[str, Sequence[str]] = {
    "cases": ("kind", *_OF_CASES),
    "complaints": _OF_CASES,
    "rectifications": ("unit", "area", "state", "overdue", "opened_from", "opened_to"),
    "referrals": ("unit", "area", "state", "outcome", "late", *_DATES),
}


def fields(session: Session, name: str, filters: Filters) -> list[Field]:
    """The filters of a list with their words and choices."""
    return [_field(session, name, each, filters.get(each)) for each in NAMES[name]]


def conditions(session: Session, person: Person, name: str, filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    """What the person may see, searched and filtered."""
    given = {each: _value(each, filters) for each in (*NAMES[name], "light")}
    of = sql.of_rows if name == "rectifications" else sql.of_cases
    return [visible_cases(person), *found(session, person, filters.q), *of({k: v for k, v in given.items() if v}, at)]


def found(session: Session, person: Person, text: str) -> list[ColumnElement[bool]]:
    """The condition of the full-text search; the reporter's words are searched only for those who may read them."""
    return [search.matching(session, text, office=person.acts_as(*OFFICE, *REFERRAL))] if text else []


def _value(name: str, filters: Filters) -> Any:
    if name.endswith("_from"):
        return filters.start_of(name)
    return filters.end_of(name) if name.endswith("_to") else filters.get(name)


def _field(session: Session, page: str, name: str, value: str) -> Field:
    if name.endswith(("_from", "_to")):
        return Field(name, labels()[name], "date", (), value)
    return Field(name, labels()[name], "choice", _choices(session, page, name), value)


def labels() -> Mapping[str, str]:
    """The word for each filter of any list."""
    return {
        "process": _("流程"),
        "element": _("环节"),
        "kind": _("案件类型"),
        "unit": _("单位"),
        "lead": _("主办单位"),
        "area": _("领域"),
        "category": _("类别"),
        "place": _("属地"),
        "stage": _("阶段"),
        "state": _("状态"),
        "outcome": _("结果"),
        "channel": _("来源"),
        "priority": _("重要程度"),
        "real_name": _("实名"),
        "collusion": _("官商勾结、为官不为"),
        "late": _("超过期限"),
        "overdue": _("整改逾期"),
        "received_from": _("登记 从"),
        "received_to": _("登记 到"),
        "limit_from": _("期限 从"),
        "limit_to": _("期限 到"),
        "closed_from": _("了结 从"),
        "closed_to": _("了结 到"),
        "opened_from": _("开始 从"),
        "opened_to": _("开始 到"),
    }


def _choices(session: Session, page: str, name: str) -> Choices:
    if name in ("unit", "lead"):
        return (
            [(sql.NO_UNIT, _("尚未交办")), *names.units(session).items()]
            if page != "rectifications"
            else list(names.units(session).items())
        )
    if name in ("place", "category", "area"):
        return [(str(key), text) for key, text in _NAMED[name](session).items()]
    if name in ("real_name", "collusion", "late", "overdue"):
        return [("yes", _("是")), ("no", _("否"))]
    if name == "state" and page == "rectifications":
        return words.choices("ledger-state")
    return words.choices(name) if name in words.WORDS else []


_NAMED: Mapping[str, Callable[[Session], Mapping[Any, str]]] = {"place": names.places, "category": names.categories, "area": names.areas}
