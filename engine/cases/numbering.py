"""Numbers of cases and letters: gapless per kind and year, given in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.cases.models import Series
from engine.clock import local

TEMPLATES: Mapping[str, str] = {
    "complaint": "营商投诉〔{year}〕{serial:04d}",
    "accountability": "营商移送〔{year}〕{serial:04d}",
    "special-supervision": "营商专督〔{year}〕{serial:04d}",
    "inspection": "营商检查〔{year}〕{serial:04d}",
    "letter/assignment-order": "营商交〔{year}〕{serial}号",
    "letter/redo-notice": "营商重〔{year}〕{serial}号",
    "letter/supervision-letter": "营商督〔{year}〕{serial}号",
    "letter/rectification-notice": "营商改〔{year}〕{serial}号",
    "letter/referral-letter": "营商移〔{year}〕{serial}号",
    "letter/transfer-letter": "营商转〔{year}〕{serial}号",
    "letter/answer-letter": "营商复〔{year}〕{serial}号",
    "letter/talk-notice": "营商约〔{year}〕{serial}号",
    "letter/special-order": "营商专〔{year}〕{serial}号",
    "letter/negotiation-opinion": "营商意〔{year}〕{serial}号",
}


def next_number(session: Session, kind: str, year: int) -> tuple[int, str]:
    """The next serial of the series and its text. One statement takes the series' row lock until the transaction ends,
    so two processes never get the same number, and a number taken back by a rollback is given again: no gaps."""
    taken = _take(session.get_bind().dialect.name)
    serial: int = session.connection().execute(taken, {"the_kind": kind, "the_year": year}).scalar_one()
    return serial, render(kind, year, serial)


def render(kind: str, year: int, serial: int) -> str:
    """The number as people write it. A kind without a template of its own is named in the number, so that numbers stay unique."""
    if kind in TEMPLATES:
        return TEMPLATES[kind].format(year=year, serial=serial)
    if kind.startswith("letter/"):
        return f"营商函·{kind.removeprefix('letter/')}〔{year}〕{serial}号"
    return f"营商案·{kind}〔{year}〕{serial:04d}"


def year_of(moment: datetime) -> int:
    """The year a number belongs to: that of the moment in China."""
    return local(moment).year


@cache
def _take(dialect: str) -> Any:
    series: Table = Series.__table__  # type: ignore[assignment]
    insert = postgresql.insert(series) if dialect == "postgresql" else sqlite.insert(series)
    first = insert.values(kind=bindparam("the_kind"), year=bindparam("the_year"), last=1)
    return first.on_conflict_do_update(index_elements=["kind", "year"], set_={"last": series.c.last + 1}).returning(series.c.last)
