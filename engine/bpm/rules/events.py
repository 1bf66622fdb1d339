"""Only events that are run right, each where it may stand."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import EVENTS, Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem

ALLOWED = {
    "startEvent": {"none", "message", "timer"},
    "endEvent": {"none", "message", "error", "escalation", "terminate"},
    "intermediateCatchEvent": {"message", "timer"},
    "intermediateThrowEvent": {"none", "message", "escalation"},
    "boundaryEvent": {"message", "timer", "error", "escalation"},
}
INSTEAD = {
    "signal": "不支持信号事件，请改用消息事件。",
    "link": "不支持链接事件，请直接画顺序流。",
    "compensate": "不支持补偿事件，请改为普通的流程分支。",
    "conditional": "不支持条件事件，请改用网关或消息事件。",
    "cancel": "不支持取消事件，请改用错误或消息事件。",
}


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Each event has one definition, of a kind that its place allows."""
    for element in sheet.elements.values():
        if element.kind in EVENTS:
            yield from _check(sheet, element)


def _check(sheet: Sheet, element: Element) -> Iterator[Problem]:
    kind = element.event.kind
    if element.event.several:
        yield problem("several-events", sheet, element, "一个事件只能有一个定义，请拆成几个事件。")
    elif kind in INSTEAD:
        yield problem("unsupported-event", sheet, element, INSTEAD[kind])
    elif kind not in ALLOWED[element.kind]:
        yield problem("unsupported-event", sheet, element, "这种事件不能放在这里，请换成消息或定时器事件。")
