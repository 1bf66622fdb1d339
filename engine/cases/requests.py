"""What a unit asks of the office about its clock: an extension (延期), a stop (暂停计时); and the office lets it run again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import limits
from engine.cases.models import Case
from engine.cases.opening import get
from engine.errors import Conflict, Invalid, NotFound
from engine.processes.acts import Act
from engine.processes.correlate import correlate
from engine.processes.models import Subscription, Task
from engine.processes.ports import Ports

MOST_EXTENSIONS = 2  # of one case (processes.md, 1)
MOST_DAYS = 60  # working days of one extension


def ask_extension(session: Session, ports: Ports, act: Act, task_id: int, days: int) -> None:
    """Ask for ``days`` working days more for a task, with the reason in ``act``; the process hears ``extension-requested``.

    Raises Invalid (no reason, days out of range), Conflict (after the limit, twice already, no limit, closed), NotFound.
    """
    task = session.get(Task, task_id)
    if task is None or task.case_id is None:
        raise NotFound("没有这项任务，或它不属于任何案件。", task_id=task_id)
    case = get(session, task.case_id)
    _still_runs(case)
    if task.status != "open" or task.limit_at is None:
        raise Conflict("这项任务已办结或没有时限，不需要延期。")
    if act.at > task.limit_at:
        raise Conflict("期限已过，不能再申请延期；请尽快办结并说明情况。")
    if case.extensions >= MOST_EXTENSIONS:
        raise Conflict("一件案件最多延期两次；本件已延期两次。")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("请填写延长的工作日数，1 到 60。", fields={"days": "请填写延长的工作日数，1 到 60。"})
    payload = {"task_id": task_id, "days": days, "reason": _reason(act), "requested_by": act.actor.name}
    correlate(session, ports, act, "extension-requested", case.id, payload)


def ask_pause(session: Session, ports: Ports, act: Act, case_id: int) -> None:
    """Ask for a stop of the clock for the reason in ``act``; the process hears ``pause-requested``. Raises Invalid, Conflict, NotFound."""
    case = get(session, case_id)
    _still_runs(case)
    if case.paused_at is not None:
        raise Conflict("本件已经暂停计时，不用再次暂停；请刷新页面。")
    correlate(session, ports, act, "pause-requested", case.id, {"reason": _reason(act), "requested_by": act.actor.name})


def resume_clock(session: Session, ports: Ports, act: Act, case_id: int) -> None:
    """Let the clock run again: the process that stopped it hears ``clock-resumed``; where none waits, the limits resume at once."""
    case = get(session, case_id)
    if case.paused_at is None:
        raise Conflict("本件没有暂停计时，不用恢复；请刷新页面。")
    waiting = select(Subscription.token).where(Subscription.message == "clock-resumed", Subscription.correlation == str(case_id)).limit(1)
    if session.scalar(waiting) is None:
        limits.resume(session, ports, act, case_id)
    else:
        correlate(session, ports, act, "clock-resumed", case_id, {"reason": act.reason})


def _still_runs(case: Case) -> None:
    if case.state != "open":
        raise Conflict("案件已经了结，不能再申请。")


def _reason(act: Act) -> str:
    reason = act.reason.strip()
    if len(reason) < 4:
        raise Invalid("请写明理由（至少 4 个字）。", fields={"reason": "请写明理由（至少 4 个字）。"})
    return reason[:1000]
