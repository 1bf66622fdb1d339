"""Incidents: what failed, on which element, and what to do again after the repair."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import journal
from engine.bpm.results import StepFailed
from engine.errors import NotFound
from engine.processes.acts import Act
from engine.processes.models import Incident, Instance, Message, Task
from engine.processes.payloads import pack
from engine.processes.ports import Ports

LONGEST_TRACE = 20_000  # characters


def describe(failed: StepFailed, *, instance_id: int | None, case_id: int | None, redo: Mapping[str, Any], act: Act) -> None:
    """Write on a failure whose it is and what to do again; the outermost act has the last word. A failed start leaves no instance."""
    failed.details.update(instance_id=None if redo.get("verb") == "start" else instance_id, case_id=case_id)
    actor = act.actor
    failed.details["redo"] = {
        **redo,
        "key": act.key,
        "reason": act.reason,
        "actor": {"user_id": actor.user_id, "name": actor.name, "for_id": actor.for_id},
    }


def record(session: Session, failed: StepFailed, act: Act) -> Incident:
    """Keep a failure of ``act``; the same failure again only counts up. What the clock could not do is not tried again by itself."""
    redo = pack(failed.details.get("redo") or {})
    instance_id: Any = failed.details.get("instance_id")
    incident = _same(session, instance_id, failed.element, redo)
    trace = str(failed.details.get("trace") or "".join(traceback.format_exception(failed)))[-LONGEST_TRACE:]
    if incident is None:
        case_id: Any = failed.details.get("case_id")
        incident = Incident(instance_id=instance_id, case_id=case_id, element=failed.element, sentence="", act=redo, created_at=act.at)
        session.add(incident)
    else:
        incident.attempts += 1
    incident.sentence, incident.trace = failed.sentence, trace
    _hold(session, redo)
    session.flush()
    return incident


def _same(session: Session, instance_id: int | None, element: str, redo: Mapping[str, Any]) -> Incident | None:
    query = select(Incident).where(Incident.resolved_at.is_(None), Incident.instance_id == instance_id, Incident.element == element)
    return next((found for found in session.scalars(query) if _target(found.act) == _target(redo)), None)


def _target(redo: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(redo.get(name) for name in ("verb", "task", "instance", "message", "process"))


def _hold(session: Session, redo: Mapping[str, Any]) -> None:
    verb = redo.get("verb")
    if verb == "wake":
        session.execute(update(Instance).where(Instance.id == redo["instance"], Instance.status == "running").values(status="incident"))
    elif verb == "climb":
        session.execute(update(Task).where(Task.id == redo["task"]).values(rung_at=None))
    elif verb == "deliver" and redo.get("message"):
        session.execute(update(Message).where(Message.id == redo["message"]).values(held=True))


def release(session: Session, instance_id: int) -> None:
    """Let the clock wake an instance again that an incident had stopped."""
    session.execute(update(Instance).where(Instance.id == instance_id, Instance.status == "incident").values(status="running"))


def settle(session: Session, instance: Instance, redo: Mapping[str, Any], at: datetime) -> None:
    """After ``instance`` has moved on: resolve those of its incidents that this act did again, or whose timer no longer waits."""
    query = select(Incident).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    quiet = instance.due_at is None or instance.due_at > at
    for incident in session.scalars(query):
        if _target(incident.act) == _target(redo) or (incident.act.get("verb") == "wake" and quiet):
            incident.resolved_at = at
    session.flush()


def dismiss(session: Session, ports: Ports, act: Act, incident_id: int) -> Incident:
    """Close an incident without doing the act again, for the reason in ``act``. Raises NotFound."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound("没有这条异常记录；请从异常列表中选择。", incident_id=incident_id)
    if incident.resolved_at is None:
        incident.resolved_at = act.at
        if incident.act.get("verb") == "wake" and incident.instance_id is not None:
            release(session, incident.instance_id)
        data = {"incident": incident_id, "sentence": incident.sentence, "reason": act.reason}
        chain = journal.chain_of(incident.case_id, incident.instance_id)
        journal.append(session, chain, act.actor, act.at, "incident.dismiss", incident.element, data)
    return incident
