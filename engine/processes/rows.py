"""Rows of instances and tasks on the hot path: SQLAlchemy Core in, plain objects out. Locks: instance first, then its task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, Table, bindparam, case, cast, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.instrumentation import manager_of_class

from engine import journal
from engine.errors import NotFound
from engine.journal.models import Chain
from engine.processes.models import ActKey, Incident, Instance, Message, Subscription, Task
from engine.processes.standing import HEAD

INSTANCES: Table = Instance.__table__  # type: ignore[assignment]
TASKS: Table = Task.__table__  # type: ignore[assignment]
SUBSCRIPTIONS: Table = Subscription.__table__  # type: ignore[assignment]
MESSAGES: Table = Message.__table__  # type: ignore[assignment]
ACT_KEYS: Table = ActKey.__table__  # type: ignore[assignment]
INCIDENTS: Table = Incident.__table__  # type: ignore[assignment]

Row = TypeVar("Row", Instance, Task)
_INSTANCE_KEYS = tuple(column.key for column in INSTANCES.columns)
_TASK_KEYS = tuple(column.key for column in TASKS.columns)
_INSTANCE_END, _TASK_END = len(_INSTANCE_KEYS), len(_INSTANCE_KEYS) + len(_TASK_KEYS)
_TROUBLED = select(INCIDENTS.c.id).where(INCIDENTS.c.instance_id == INSTANCES.c.id, INCIDENTS.c.resolved_at.is_(None)).exists()

_CHAIN_ID = case(
    (INSTANCES.c.case_id.is_not(None), "case:" + cast(INSTANCES.c.case_id, String)), else_="instance:" + cast(INSTANCES.c.id, String)
)
_END = select(cast(Chain.length, String) + ":" + Chain.head).where(Chain.id == _CHAIN_ID).correlate(INSTANCES).scalar_subquery()
_ALONG = (_TROUBLED.label("troubled"), HEAD.label("stamp"), _END.label("end"))


@cache
def _lock_instance(skip_locked: bool) -> Select[Any]:
    query = select(INSTANCES, *_ALONG).where(INSTANCES.c.id == bindparam("this"))
    return query.with_for_update(of=INSTANCES, skip_locked=skip_locked)


@cache
def _lock_task(*along: ColumnElement[Any]) -> Select[Any]:
    query = select(INSTANCES, TASKS, *_ALONG, *along).join_from(TASKS, INSTANCES, TASKS.c.instance_id == INSTANCES.c.id)
    return query.where(TASKS.c.id == bindparam("this")).with_for_update(of=[INSTANCES, TASKS])


@cache
def _maker(table: type[Row], keys: Sequence[str]) -> Callable[[Sequence[Any]], Row]:
    """Makes plain objects from whole rows, some ten times faster than the constructor, which sets each attribute by itself."""
    new: Callable[[], Row] = manager_of_class(table).new_instance

    def made(values: Sequence[Any]) -> Row:
        one = new()
        one.__dict__.update(zip(keys, values, strict=True))
        return one

    return made


def instance_of(values: Sequence[Any]) -> Instance:
    """A plain Instance from the columns of its table, in their order."""
    made: Instance = _maker(Instance, _INSTANCE_KEYS)(values)
    return made


def task_of(values: Sequence[Any]) -> Task:
    """A plain Task from the columns of its table, in their order."""
    made: Task = _maker(Task, _TASK_KEYS)(values)
    return made


def insert_new(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ``on_conflict_do_nothing()`` on this session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class Locked:
    """An instance that this transaction has locked; is an incident open; the stamp of what stands (standing.py); what was read along."""

    __slots__ = ("along", "instance", "stamp", "troubled")

    def __init__(self, instance: Instance, troubled: bool = False, stamp: str | None = None, along: Sequence[Any] = ()) -> None:
        self.instance, self.troubled, self.stamp, self.along = instance, troubled, stamp, along


def lock_instance(session: Session, instance_id: int, *, skip_locked: bool = False) -> Locked | None:
    """Lock an instance until the transaction ends; None when another holds it and ``skip_locked``. Raises NotFound."""
    row = session.connection().execute(_lock_instance(skip_locked), {"this": instance_id}).one_or_none()
    if row is not None:
        return _locked(session, row)
    if skip_locked:
        return None
    raise NotFound("没有这个流程实例；请从案卷页面进入。", instance_id=instance_id)


def lock_task(session: Session, task_id: int, along: tuple[ColumnElement[Any], ...] = ()) -> tuple[Locked, Task]:
    """Lock a task and its instance until the transaction ends. ``along``: lasting scalar subqueries on Task that one more answer each
    is wanted for, in ``Locked.along``; the same objects each time. Raises NotFound."""
    row = session.connection().execute(_lock_task(*along), {"this": task_id}).one_or_none()
    if row is None:
        raise NotFound("没有这项任务；请从待办列表中选择。", task_id=task_id)
    return _locked(session, row, row[_TASK_END + len(_ALONG) :]), task_of(row[_INSTANCE_END:_TASK_END])


def _locked(session: Session, row: Any, along: Sequence[Any] = ()) -> Locked:
    instance = instance_of(row[:_INSTANCE_END])
    if row.end is not None:
        length, _, head = row.end.partition(":")
        chain = journal.chain_of(instance.case_id, instance.id)
        journal.known(session).setdefault(chain, (int(length), head))
    return Locked(instance, row.troubled, row.stamp or "", along)
