"""Boundary events stand on activities that can give what they wait for."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import ACTIVITIES, Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Attached to an activity of the same scope; errors and escalations only come out of sub-processes and called processes."""
    for event in sheet.elements.values():
        if event.kind == "boundaryEvent":
            yield from _check(sheet, event, sheet.elements.get(event.attached_to))


def _check(sheet: Sheet, event: Element, host: Element | None) -> Iterator[Problem]:
    kind = event.event.kind
    if host is None or host.kind not in ACTIVITIES or host.scope != event.scope or host.by_event:
        yield problem("boundary-host", sheet, event, "边界事件没有附在任务或子流程上，请重新放置。")
    elif kind in ("error", "escalation") and host.kind not in ("subProcess", "callActivity"):
        yield problem("boundary-host", sheet, event, "错误和升级边界事件只能附在子流程或调用活动上。")
    elif kind in ("message", "timer") and host.kind in ("serviceTask", "businessRuleTask", "sendTask"):
        yield problem("boundary-host", sheet, event, "自动步骤马上就完成，等不到消息或时间，请删除这个边界事件。")
    if kind == "error" and not event.interrupting:
        yield problem("error-interrupts", sheet, event, "错误边界事件总是中断的，请改为中断。")
