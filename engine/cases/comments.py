"""Remarks in the case file, for the office only or for whoever sees the case; and what was said to the reporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.identity import Keys, without_reporter
from engine.cases.models import Comment
from engine.errors import Invalid
from engine.processes.courses import append

if TYPE_CHECKING:
    from engine.processes.acts import Act

AUDIENCES = ("all", "office", "reporter")  # reporter: shown on the portal, too
LONGEST = 4000


def add(session: Session, _ports: object, act: Act, case_id: int, body: str, audience: str = "all", *, keys: Keys | None = None) -> Comment:
    """Write a remark; with ``keys`` what names the reporter is taken out. Raises Invalid when it is empty or too long. The journal keeps
    that it was written, not its words."""
    body = body.strip() if keys is None else without_reporter(session, keys, case_id, body.strip())
    if not body or len(body) > LONGEST:
        raise Invalid("请填写意见，不超过 4000 字。", fields={"body": "请填写意见，不超过 4000 字。"})
    if audience not in AUDIENCES:
        raise Invalid("请选择意见的可见范围。", fields={"audience": "请选择意见的可见范围。"})
    row = Comment(case_id=case_id, author_id=act.actor.user_id, author=act.actor.name, at=act.at, body=body, audience=audience)
    session.add(row)
    session.flush()
    append(session, f"case:{case_id}", act.actor, act.at, "comment.add", str(row.id), {"audience": audience})
    return row


def of_case(session: Session, case_id: int, *, office: bool) -> list[Comment]:
    """The remarks, oldest first; those for the office (and to or from the reporter) only where ``office``."""
    query = select(Comment).where(Comment.case_id == case_id).order_by(Comment.id)
    return list(session.scalars(query if office else query.where(Comment.audience == "all")))


def for_reporter(session: Session, case_id: int) -> list[Comment]:
    """What the reporter was told and has added, oldest first."""
    return list(session.scalars(select(Comment).where(Comment.case_id == case_id, Comment.audience == "reporter").order_by(Comment.id)))
