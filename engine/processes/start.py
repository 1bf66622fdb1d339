"""A process starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.bpm import runner
from engine.errors import NotFound
from engine.processes import definitions, keys
from engine.processes.acts import Act
from engine.processes.advance import step
from engine.processes.conduct import conduct
from engine.processes.courses import Note
from engine.processes.models import Instance
from engine.processes.ports import Ports
from engine.processes.rows import INSTANCES, Locked, lock_instance


def start(
    session: Session,
    ports: Ports,
    act: Act,
    key: str,
    variables: Mapping[str, Any],
    case_id: int | None = None,
    started_by_id: int | None = None,
    about_task_id: int | None = None,
) -> Instance:
    """Start an instance of the current version of ``key``; it and all that it calls stay on the versions of today.

    The same ``act.key`` again gives the instance of the first time. Raises NotFound when a process is not deployed; StepFailed.
    """
    before = keys.used(session, act)
    if before is not None:
        return existing(session, before["instance"])
    bound = definitions.bindings(session, ports, key)
    row = {
        "definition_id": bound[key],
        "key": key,
        "case_id": case_id,
        "started_by_id": started_by_id,
        "about_task_id": about_task_id,
        "status": "running",
        "state": b"",
        "version": 0,
        "due_at": None,
        "subscribed": "",
        "started_at": act.at,
        "ended_at": None,
        "outcome": "",
    }
    number = session.connection().execute(insert(INSTANCES).values(row).returning(INSTANCES.c.id)).scalar_one()
    locked = Locked(Instance(id=number, **row))
    redo = {"verb": "start", "process": key, "variables": variables, "case": case_id, "by": started_by_id, "about": about_task_id}
    note = Note("instance.start", key, {"definition": bound[key], "started_by": started_by_id, "about_task": about_task_id}, redo)
    with conduct(session, ports) as course:
        step(course, act, locked, lambda world: runner.start(world, key, bound, variables), note)
    keys.settle(session, act, {"instance": number})
    return locked.instance


def existing(session: Session, instance_id: int) -> Instance:
    """A plain copy of an instance's row. Raises NotFound."""
    locked = lock_instance(session, instance_id)
    if locked is None:
        raise NotFound("没有这个流程实例；请从案卷页面进入。", instance_id=instance_id)
    return locked.instance
