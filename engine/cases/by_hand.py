"""Acts on a case that no drawing asks for: a person does them by hand, with the same operations that drawings use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import limits, links, opening
from engine.cases.models import CaseLink
from engine.errors import Conflict, Invalid
from engine.journal.append import append
from engine.processes import keys
from engine.processes.acts import Act
from engine.processes.cancel import cancel as cancel_instance
from engine.processes.conduct import conduct
from engine.processes.models import Instance, Task
from engine.processes.ports import Desk, Ports
from engine.processes.suspend import resume as resume_instance
from engine.processes.suspend import suspend as suspend_instance

ELEMENT = "by-hand"  # stands where an element of a drawing would


def remind(session: Session, ports: Ports, act: Act, case_id: int, task_id: int) -> None:
    """催办: a notice to those an open task of the case waits for. Raises Conflict when it waits no longer."""
    task = session.get(Task, task_id)
    if task is None or task.case_id != case_id or task.status != "open":
        raise Conflict("这项任务已经办结，不需要催办。")
    _operate(session, ports, act, case_id, "supervision/remind", {"task_id": task_id})


def start_beside(session: Session, ports: Ports, act: Act, case_id: int, process: str) -> dict[str, Any]:
    """Open special supervision or accountability on a case, for what the reason in ``act`` says; returns ``started_case``."""
    case = opening.get(session, case_id)
    facts = _reason(act)
    given = {"process": process, "source_case": case_id, "title": case.title, "facts": facts, "unit": case.lead_unit_id, "reason": facts}
    return _operate(session, ports, act, case_id, "processes/start", given)


def merge(session: Session, ports: Ports, act: Act, case_id: int, into: str) -> None:
    """并案: the case goes into another one and its own processes end. Raises Invalid, Conflict, NotFound."""
    _still_open(session, case_id)
    _reason(act)
    _operate(session, ports, act, case_id, "cases/merge", {"into": into})
    for instance_id in _instances(session, case_id, "running", "suspended", "incident"):
        cancel_instance(session, ports, replace(act, key=None), instance_id, "merged")


def link(session: Session, ports: Ports, act: Act, case_id: int, other_id: int, relation: str) -> None:
    """关联: tie the case to another one; on record in both. Raises Invalid, Conflict when they are tied so already, NotFound.

    Whoever asks must see both cases: the door looks.
    """
    if keys.used(session, act) is not None:
        return
    if relation not in links.BY_HAND:
        raise Invalid("请选择两件案卷的关系。")
    if any(session.get(CaseLink, (*pair, relation)) for pair in ((case_id, other_id), (other_id, case_id))):
        raise Conflict("这两件案卷已经这样关联，不用再次关联。")
    links.link(session, case_id, other_id, relation, act.at)
    for one, other in sorted(((case_id, other_id), (other_id, case_id))):
        append(session, f"case:{one}", act.actor, act.at, "case.link", opening.get(session, other).number, {"relation": relation})
    keys.settle(session, act, {})


def cancel(session: Session, ports: Ports, act: Act, case_id: int) -> None:
    """终止: the case and its processes end, for the reason in ``act``. Raises Conflict when it is closed."""
    case = _still_open(session, case_id)
    _reason(act)
    for instance_id in _instances(session, case_id, "running", "suspended", "incident"):
        cancel_instance(session, ports, act, instance_id)
    opening.close_case(session, act, case, "cancelled")


def suspend(session: Session, ports: Ports, act: Act, case_id: int) -> None:
    """中止: nothing can be done in the case and its clock stands still, for the reason in ``act``."""
    case = _still_open(session, case_id)
    _reason(act)
    running = _instances(session, case_id, "running")
    if not running:
        raise Conflict("本件没有正在运行的流程，不能中止。")
    if case.paused_at is None:
        limits.pause(session, ports, act, case_id)
    for instance_id in running:
        suspend_instance(session, ports, act, instance_id)


def resume(session: Session, ports: Ports, act: Act, case_id: int) -> None:
    """恢复: a suspended case goes on, each limit with its remainder."""
    case = _still_open(session, case_id)
    held = _instances(session, case_id, "suspended")
    if not held:
        raise Conflict("本件没有中止，不用恢复；请刷新页面。")
    for instance_id in held:
        resume_instance(session, ports, act, instance_id)
    if case.paused_at is not None:
        limits.resume(session, ports, act, case_id)


def _operate(session: Session, ports: Ports, act: Act, case_id: int, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """One operation at the desk of the case's own instance; the same ``act.key`` again gives the first result."""
    before = keys.used(session, act)
    if before is not None:
        return before
    instance = session.scalars(select(Instance).where(Instance.case_id == case_id).order_by(Instance.id).limit(1)).one_or_none()
    if instance is None:
        raise Conflict("本件没有流程，不能这样办理。")
    unkeyed = replace(act, key=None)
    run: Callable[[Desk, Mapping[str, Any]], Mapping[str, Any] | None] = ports.operations[name].run
    with conduct(session, ports):
        found = dict(run(Desk(session, ports, unkeyed, instance, instance.key, ELEMENT, {"case_id": case_id}), given) or {})
    keys.settle(session, act, found)
    return found


def _instances(session: Session, case_id: int, *status: str) -> list[int]:
    """Instances that work on the case; ladders end by themselves when their task does."""
    query = select(Instance.id).where(Instance.case_id == case_id, Instance.status.in_(status))
    return list(session.scalars(query.where(Instance.about_task_id.is_(None)).order_by(Instance.id)))


def _still_open(session: Session, case_id: int) -> Any:
    case = opening.get(session, case_id)
    if case.state != "open":
        raise Conflict("案件已经了结，不能再办；请刷新页面。")
    return case


def _reason(act: Act) -> str:
    reason = act.reason.strip()
    if len(reason) < 4:
        raise Invalid("请写明理由（至少 4 个字）。", fields={"reason": "请写明理由（至少 4 个字）。"})
    return reason[:2000]
