"""An operator has repaired the cause of an incident: what failed is done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import journal
from engine.errors import Conflict, NotFound
from engine.journal.actor import Actor
from engine.processes.acts import Act
from engine.processes.climb import climb
from engine.processes.complete import complete
from engine.processes.conduct import conduct
from engine.processes.courses import kept
from engine.processes.incidents import release
from engine.processes.models import Incident, Message
from engine.processes.payloads import unpack
from engine.processes.ports import Ports
from engine.processes.start import start
from engine.processes.wake import wake

Again = Callable[[Session, Ports, Act, Mapping[str, Any]], bool]  # done?


def retry(session: Session, ports: Ports, act: Act, incident_id: int) -> Incident:
    """Do again what failed, in the name of who did it the first time, and resolve the incident; the journal says who had it done again.

    A message whose receiver fails again stays unresolved with one attempt more. Raises NotFound; Conflict when it has been resolved;
    StepFailed when it fails again (the door then records one attempt more).
    """
    query = select(Incident).where(Incident.id == incident_id).with_for_update()
    incident = session.scalars(query).one_or_none()
    if incident is None:
        raise NotFound("没有这条异常记录；请从异常列表中选择。", incident_id=incident_id)
    if incident.resolved_at is not None:
        raise Conflict("这条异常已经处理，不用再试；请刷新页面。", incident_id=incident_id)
    redo = unpack(incident.act)
    if redo.get("verb") not in _AGAIN:
        raise Conflict("这条异常不能自动重做，请核对后关闭。", incident_id=incident_id)
    done = _AGAIN[redo["verb"]](session, ports, _first_act(act, redo), redo)
    chain = journal.chain_of(incident.case_id, incident.instance_id)
    journal.append(session, chain, act.actor, act.at, "incident.retry", incident.element, {"incident": incident_id, "done": done})
    if done:
        incident.resolved_at = act.at
    session.flush()
    return incident


def _first_act(act: Act, redo: Mapping[str, Any]) -> Act:
    return Act(Actor(**redo["actor"]), act.at, redo.get("key"), redo.get("reason") or "")


def _complete(session: Session, ports: Ports, act: Act, redo: Mapping[str, Any]) -> bool:
    complete(session, ports, act, redo["task"], redo["answers"])
    return True


def _wake(session: Session, ports: Ports, act: Act, redo: Mapping[str, Any]) -> bool:
    if wake(session, ports, act, redo["instance"]) is None:
        release(session, redo["instance"])
    return True


def _climb(session: Session, ports: Ports, act: Act, redo: Mapping[str, Any]) -> bool:
    climb(session, ports, act, redo["task"], again=True)
    return True


def _start(session: Session, ports: Ports, act: Act, redo: Mapping[str, Any]) -> bool:
    start(session, ports, act, redo["process"], redo["variables"], redo["case"], redo["by"], redo["about"])
    return True


def _deliver(session: Session, ports: Ports, act: Act, redo: Mapping[str, Any]) -> bool:
    """A delivery that fails does not raise, because the act of its sender stands; it is held again."""
    message = session.scalars(select(Message).where(Message.id == redo["message"])).one()
    message.held = False
    session.flush()
    with conduct(session, ports) as course:
        course.postings.append(kept(act, message))
    session.refresh(message)
    return not message.held


_AGAIN: Mapping[str, Again] = {"complete": _complete, "wake": _wake, "climb": _climb, "start": _start, "deliver": _deliver}
