"""The daily digest: each person is told in the morning what waits for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.outbox import digest
from engine.people import person as people
from engine.people.models import User
from engine.processes.limits import light
from engine.processes.models import Task
from engine.processes.queries import inbox
from engine.wiring import House

MOST = 100  # lines of one digest


def daily_digest(house: House) -> int:
    """Tell everybody who has work; how many were told. Nothing on days when nobody works, and each person once a day."""
    now = clock.now()
    with house.sessions.read() as session:
        if not house.calendar(session).is_working(clock.local(now).date()):
            return 0
        users = list(session.scalars(select(User.id).where(User.active).order_by(User.id)))
    told = 0
    for user_id in users:
        with house.sessions.begin() as session:
            told += _tell(session, user_id, now)
    return told


def _tell(session: Session, user_id: int, now: datetime) -> bool:
    today = clock.local(now).date()
    person = people.load(session, user_id, today)
    tasks = [task for view in ("mine", "posts") for task in inbox(session, person, view, now, size=MOST).items]
    tasks.sort(key=lambda task: (task.urgency, task.id))
    user = session.get_one(User, user_id)
    return digest.write(session, user, [_line(task, now) for task in tasks[:MOST]], today, now, "/tasks")


def _line(task: Task, now: datetime) -> digest.Line:
    until = f"，限 {clock.local(task.limit_at):%m月%d日}" if task.limit_at is not None else ""
    return digest.Line(light(task, now), f"{task.name}{until}", f"/tasks/{task.id}")
