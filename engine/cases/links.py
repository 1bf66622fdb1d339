"""Cases that belong together: duplicate, repeat, merged, caused, source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.cases.models import Case, CaseLink
from engine.errors import Invalid, NotFound

RELATIONS: Mapping[str, str] = {
    "similar": "内容相似",
    "duplicate": "疑似重复",
    "repeat": "重复投诉",
    "merged": "已并入",
    "caused": "引发",
    "related": "相关",
}


BY_HAND = ("duplicate", "repeat", "related")  # the others come about by themselves


def link(session: Session, from_id: int, to_id: int, relation: str, at: datetime, score: float | None = None) -> CaseLink:
    """Tie two cases together; a tie that is there keeps its moment and takes the new score. Raises Invalid or NotFound."""
    if relation not in RELATIONS or from_id == to_id:
        raise Invalid("案卷不能这样关联；请检查两个案卷和关系。")
    if session.get(Case, from_id) is None or session.get(Case, to_id) is None:
        raise NotFound("没有这个案卷；请检查编号。")
    row = session.get(CaseLink, (from_id, to_id, relation))
    if row is None:
        row = CaseLink(from_id=from_id, to_id=to_id, relation=relation, at=at)
        session.add(row)
    row.score = score if score is not None else row.score
    session.flush()
    return row


def of_case(session: Session, case_id: int) -> list[CaseLink]:
    """The case's ties in both directions, strongest first. Show only those whose other case the person sees."""
    query = select(CaseLink).where(or_(CaseLink.from_id == case_id, CaseLink.to_id == case_id))
    return sorted(session.scalars(query), key=lambda row: (-(row.score or 0), row.at))
