"""An office with a hundred thousand open tasks; rows made in bulk, for reading only."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.engine import Connection, Engine

from engine.cases.models import Case
from engine.people.models import Unit, User
from engine.processes.models import Definition, Instance, Task

CASES, TASKS_EACH, CHUNK = 20_000, 5, 2_000
STEPS = ("accept", "verify", "assign", "sign_for", "judge", "plan", "check_plan", "carry_out", "check_result", "call_back")


def crowd(engine: Engine, at: datetime) -> int:
    """Fill ``engine``'s database; returns how many open tasks there are."""
    chance = random.Random(2018)
    with engine.begin() as connection:
        definition = connection.scalars(select(Definition.id).where(Definition.key == "complaint")).one()
        units = list(connection.scalars(select(Unit.id).order_by(Unit.id)))
        users = list(connection.scalars(select(User.id)))
        for first in range(1, CASES + 1, CHUNK):
            numbers = range(first, first + CHUNK)
            connection.execute(insert(Case), [_case(number, at, units, chance) for number in numbers])
            connection.execute(insert(Instance), [_instance(number, definition, at) for number in numbers])
            rows = (row for number in numbers for row in _tasks(number, definition, at, units, users, chance))
            connection.execute(insert(Task), list(rows))
    _settle(engine)
    return CASES * TASKS_EACH


def _settle(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _analyse(connection)


def _analyse(connection: Connection) -> None:
    connection.execute(text("ANALYZE"))


def _case(number: int, at: datetime, units: list[str], chance: random.Random) -> dict[str, Any]:
    received = at - timedelta(hours=chance.randint(1, 2_000))
    return {
        "id": number, "kind": "complaint", "number": f"营商投诉〔{received.year}〕{number:05d}", "year": received.year, "serial": number,
        "title": f"办事窗口没有一次性告知 {number}", "narrative": "", "summary": "", "area": chance.randint(1, 9), "category": "审批",
        "about": "", "lead_unit_id": chance.choice(units), "channel": "portal", "received_at": received, "state": "open",
        "stage": "rectify", "facts": {},
    }  # fmt: skip


def _instance(number: int, definition: int, at: datetime) -> dict[str, Any]:
    return {"id": number, "definition_id": definition, "key": "complaint", "case_id": number, "state": b"", "started_at": at}


def _tasks(
    number: int, definition: int, at: datetime, units: list[str], users: list[int], chance: random.Random
) -> Iterator[dict[str, Any]]:
    for token in range(TASKS_EACH):
        role, unit, area = _post(units, chance)
        limit = at + timedelta(hours=chance.randint(-200, 800))
        step = chance.choice(STEPS)
        yield {
            "instance_id": number, "token": str(token), "case_id": number, "definition_id": definition, "process": "complaint",
            "element": step, "name": step, "form": step, "role": role, "unit_id": unit, "area": area,
            "assignee_id": chance.choice(users) if chance.random() < 0.3 else None, "status": "open", "properties": {}, "answers": {},
            "opened_at": at - timedelta(hours=chance.randint(1, 900)), "limit_name": f"complaint/{step}", "limit_days": 5,
            "limit_kind": "wd", "limit_from": at, "limit_at": limit, "urgency": limit, "yellow_at": limit - timedelta(days=1),
            "black_at": limit + timedelta(days=10),
        }  # fmt: skip


def _post(units: list[str], chance: random.Random) -> tuple[str, str | None, int | None]:
    lot = chance.random()
    if lot < 0.30:
        return "office.supervision", None, None
    if lot < 0.35:
        return "office.intake", None, None
    if lot < 0.45:
        return "lead", None, chance.randint(1, 9)
    return ("unit.handler" if lot < 0.9 else "unit.leader"), chance.choice(units), None
