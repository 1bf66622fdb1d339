"""What waits for a person today, put into the daily digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.models import Case
from engine.cases.queries import visible_cases, waits_for
from engine.clock import local
from engine.outbox import digest
from engine.outbox.digest import Line
from engine.people import person
from engine.people.models import User
from engine.processes.limits import light
from engine.processes.models import Task

if TYPE_CHECKING:
    from datetime import datetime

    from engine.processes.acts import Act

MOST = 100  # lines of a digest


def readers(session: Session) -> list[int]:
    """The active people who want the digest on some channel."""
    rows = session.execute(select(User.id, User.settings).where(User.active).order_by(User.id))
    return [row.id for row in rows if dict(row.settings or {}).get("notices", {}).get("digest")]


def brief(session: Session, _ports: object, act: Act, user_id: int) -> bool:
    """Write one person's digest for the day of ``act``, once; returns whether there was anything to write."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        return False
    today = local(act.at).date()
    return digest.write(session, user, _lines(session, person.load(session, user_id, today), act.at), today, act.at, "/")


def _lines(session: Session, someone: person.Person, at: datetime) -> list[Line]:
    query = (
        select(Task, Case.number, Case.title)
        .outerjoin(Case, Case.id == Task.case_id)
        .where(Task.status == "open", waits_for(someone), Task.case_id.is_(None) | visible_cases(someone))
        .order_by(Task.urgency, Task.id)
        .limit(MOST)
    )
    return [
        Line(light(task, at), f"{task.name} {number or ''} {title or ''}".strip(), f"/tasks/{task.id}")
        for task, number, title in session.execute(query)
    ]
