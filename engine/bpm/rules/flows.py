"""Sequence flows join elements of one scope; only gateways choose or split."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import GATEWAYS, Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem

CONDITIONAL = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """No loose ends, no implicit splits, no conditions where they are not asked."""
    for flow in sheet.flows:
        source, target = sheet.elements.get(flow.source), sheet.elements.get(flow.target)
        if not flow.id or source is None or target is None or not source.scope == target.scope == flow.scope:
            yield problem("loose-flow", sheet, source or target, "顺序流没有连好、没有编号，或跨越了子流程的边界，请重新连接。", id=flow.id)
        elif flow.condition and source.kind not in CONDITIONAL:
            yield problem("condition-here", sheet, source, "条件只能写在排他或包容网关的出口上，请在这里加一个网关。")
    for element in sheet.elements.values():
        yield from _leaving(sheet, element)
        yield from _arriving(sheet, element)


def _leaving(sheet: Sheet, element: Element) -> Iterator[Problem]:
    count = len(element.outgoing)
    if element.kind == "endEvent" or element.by_event:
        if count:
            yield problem("after-end", sheet, element, "结束事件和事件子流程后面不能再连顺序流，请删除。")
    elif count == 0:
        yield problem("no-outgoing", sheet, element, "后面没有顺序流，也不是结束事件，请连接下一步或画结束事件。")
    elif count > 1 and element.kind not in GATEWAYS:
        yield problem("implicit-split", sheet, element, "有多条出口但不是网关，请用网关表明是并行还是选择。")


def _arriving(sheet: Sheet, element: Element) -> Iterator[Problem]:
    if element.incoming and (element.kind in ("startEvent", "boundaryEvent") or element.by_event):
        yield problem("before-start", sheet, element, "启动事件、边界事件和事件子流程前面不能有顺序流，请删除。")
