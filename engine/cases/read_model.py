"""The case's row as the processes keep it: locked, its lights and its stage written. The hot path of each step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.orm import LoaderCallableStatus, Session
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.util import identity_key

from engine.cases.models import Case
from engine.cases.opening import STAGES
from engine.processes.models import Task

HELD = "locked cases"
LIGHTS = ("limit_at", "yellow_at", "black_at", "paused_at")
CASES: Table = Case.__table__  # type: ignore[assignment]


def lock(session: Session, case_id: int) -> Case | None:
    """The case, locked until the transaction ends, so that steps of two processes on it don't overwrite each other. One statement for
    the whole transaction; but a lock taken behind a savepoint may be lost with it, and is not remembered."""
    held: dict[int, Case] = session.info.setdefault(HELD, {})
    if case_id in held:
        return held[case_id]
    case = session.scalar(_WHOLE, {"this_case": case_id})
    if case is not None and not session.in_nested_transaction():
        held[case_id] = case
    return case


def refresh(case: Case) -> None:
    """Let the case show the limit of its most urgent open task, with its next UPDATE. The case must be locked: then no other step on
    it is under way, and the UPDATE sees the tasks as they are."""
    if case.state != "closed":
        for name in LIGHTS:
            setattr(case, name, _URGENT[name])


def write(session: Session, case: Case) -> None:
    """Write what has changed on the locked case, and the lights of an open one, with one statement that is built once for each set of
    columns: an UPDATE of the ORM with the lights in it is compiled anew each time. Behind a savepoint the next flush does it, for only
    that is taken back from the object, too, with the savepoint."""
    if session.in_nested_transaction():
        refresh(case)
        return
    state, lit = instance_state(case), case.state != "closed"
    if lit:
        session.expire(case, LIGHTS)
    changed = {
        name: getattr(case, name)
        for name, old in state.committed_state.items()
        if old is LoaderCallableStatus.NO_VALUE or old != getattr(case, name)
    }
    if changed or lit:
        given = {f"new_{name}": value for name, value in changed.items()}
        session.connection().execute(_writing(tuple(sorted(changed)), lit), {"this_case": case.id, **given})
    state._commit_all(state.dict, session.identity_map)


@lru_cache(maxsize=256)
def _writing(names: tuple[str, ...], lit: bool) -> Update:
    statement = _LIGHT if lit else update(CASES).where(CASES.c.id == _THIS)
    return statement.values({name: bindparam(f"new_{name}", type_=CASES.c[name].type) for name in names}) if names else statement


def is_loaded(session: Session, case_id: int) -> bool:
    """Has this session the case as an object? Then it must be changed as one."""
    return identity_key(Case, case_id) in session.identity_map


def follow(session: Session, case_id: int, stages: Iterable[str], at: datetime) -> Any:
    """Lock an open case that this session has not loaded, write its lights, and the last of ``stages`` if it is another one: two
    statements without an object. Returns its number and title; None when it is closed or missing, then nothing was done."""
    connection = session.connection()
    row = connection.execute(_LOCK, {"this_case": case_id}).one_or_none()
    if row is None or row.state != "open":
        return None
    stage, reached = row.stage, row.facts.get("stages", {})
    for one in stages:
        if one in STAGES and one != stage:
            stage, reached = one, {**reached, one: at.isoformat()}
    if stage == row.stage:
        connection.execute(_LIGHT, {"this_case": case_id})
    else:
        moved = {"new_stage": stage, "new_facts": {**row.facts, "stages": reached}}
        connection.execute(_LIGHT_AND_STAGE, {"this_case": case_id, **moved})
    return row


def _urgent(name: str, case_id: Any) -> Any:
    query = select(getattr(Task, name)).where(Task.case_id == case_id, Task.status == "open").order_by(Task.urgency, Task.id)
    return query.limit(1).scalar_subquery()


_URGENT = {name: _urgent(name, CASES.c.id).correlate(CASES) for name in LIGHTS}  # built once: that costs more than running it
_THIS: Any = bindparam("this_case")
_WHOLE = select(Case).where(Case.id == _THIS).with_for_update(of=Case).execution_options(populate_existing=True)
_LOCK = (
    select(CASES.c.number, CASES.c.title, CASES.c.state, CASES.c.stage, CASES.c.facts).where(CASES.c.id == _THIS).with_for_update(of=CASES)
)
_LIGHT = update(CASES).where(CASES.c.id == _THIS).values({name: _urgent(name, _THIS) for name in LIGHTS})
_LIGHT_AND_STAGE = _LIGHT.values(stage=bindparam("new_stage"), facts=bindparam("new_facts"))
