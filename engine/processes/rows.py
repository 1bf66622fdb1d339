"""Rows of instances and tasks on the hot path: SQLAlchemy Core in, plain objects out. Locks: instance first, then its task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.processes.models import ActKey, Incident, Instance, Message, Subscription, Task
from engine.processes.standing import HEAD

INSTANCES: Table = Instance.__table__  # type: ignore[assignment]
TASKS: Table = Task.__table__  # type: ignore[assignment]
SUBSCRIPTIONS: Table = Subscription.__table__  # type: ignore[assignment]
MESSAGES: Table = Message.__table__  # type: ignore[assignment]
ACT_KEYS: Table = ActKey.__table__  # type: ignore[assignment]
INCIDENTS: Table = Incident.__table__  # type: ignore[assignment]

_INSTANCE_KEYS = tuple(column.key for column in INSTANCES.columns)
_TASK_KEYS = tuple(column.key for column in TASKS.columns)
_TROUBLED = select(INCIDENTS.c.id).where(INCIDENTS.c.instance_id == INSTANCES.c.id, INCIDENTS.c.resolved_at.is_(None)).exists()

_ALONG = (_TROUBLED.label("troubled"), HEAD.label("stamp"))
_INSTANCE = select(INSTANCES, *_ALONG).where(INSTANCES.c.id == bindparam("the_id"))
_LOCK_INSTANCE = {skip: _INSTANCE.with_for_update(of=INSTANCES, skip_locked=skip) for skip in (False, True)}
_TASK: Select[Any] = select(INSTANCES, TASKS, *_ALONG).join_from(TASKS, INSTANCES, TASKS.c.instance_id == INSTANCES.c.id)
_LOCK_TASK = _TASK.where(TASKS.c.id == bindparam("the_id")).with_for_update(of=[INSTANCES, TASKS])


def instance_of(values: Sequence[Any]) -> Instance:
    """A plain Instance from the columns of its table, in their order."""
    return Instance(**dict(zip(_INSTANCE_KEYS, values, strict=True)))


def task_of(values: Sequence[Any]) -> Task:
    """A plain Task from the columns of its table, in their order."""
    return Task(**dict(zip(_TASK_KEYS, values, strict=True)))


def insert_new(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ``on_conflict_do_nothing()`` on this session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class Locked:
    """An instance that this transaction has locked; is an incident open; the stamp of what stands (see standing.py)."""

    __slots__ = ("instance", "stamp", "troubled")

    def __init__(self, instance: Instance, troubled: bool = False, stamp: str | None = None) -> None:
        self.instance, self.troubled, self.stamp = instance, troubled, stamp


def lock_instance(session: Session, instance_id: int, *, skip_locked: bool = False) -> Locked | None:
    """Lock an instance until the transaction ends; None when another holds it and ``skip_locked``. Raises NotFound."""
    row = session.connection().execute(_LOCK_INSTANCE[skip_locked], {"the_id": instance_id}).one_or_none()
    if row is not None:
        return Locked(instance_of(row[:-2]), row.troubled, row.stamp or "")
    if skip_locked:
        return None
    raise NotFound("没有这个流程实例。", instance_id=instance_id)


def lock_task(session: Session, task_id: int) -> tuple[Locked, Task]:
    """Lock a task and its instance until the transaction ends. Raises NotFound."""
    row = session.connection().execute(_LOCK_TASK, {"the_id": task_id}).one_or_none()
    if row is None:
        raise NotFound("没有这项任务。", task_id=task_id)
    task = task_of(row[len(_INSTANCE_KEYS) : -2])
    return Locked(instance_of(row[: len(_INSTANCE_KEYS)]), row.troubled, row.stamp or ""), task
