"""Every exit of a choice has a condition, but the default; an event-based gateway leads to events."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Choices can be decided, whatever the variables are."""
    for element in sheet.elements.values():
        choice = element.kind in ("exclusiveGateway", "inclusiveGateway")
        if choice and len(element.outgoing) > 1:
            yield from _choice(sheet, element)
        elif choice and any(flow.condition for flow in element.outgoing):
            yield problem("only-exit", sheet, element, "网关只有一条出口，不能有条件；请删除条件或加一条出口。")
        elif element.kind == "eventBasedGateway":
            yield from _events(sheet, element)
        elif element.default and element.kind not in ("exclusiveGateway", "inclusiveGateway"):
            yield problem("default-here", sheet, element, "只有排他和包容网关可以有默认出口，请删除默认标记。")


def _choice(sheet: Sheet, element: Element) -> Iterator[Problem]:
    if element.default not in {flow.id for flow in element.outgoing}:
        yield problem("no-default", sheet, element, "网关没有默认出口，条件都不成立时会停住；请指定一条默认出口。")
    if any(flow.condition and flow.id == element.default for flow in element.outgoing):
        yield problem("default-condition", sheet, element, "默认出口不能有条件，请删除条件或换一条默认出口。")
    if any(not flow.condition and flow.id != element.default for flow in element.outgoing):
        yield problem("no-condition", sheet, element, "有一条出口既没有条件也不是默认出口，请写上条件。")


def _events(sheet: Sheet, element: Element) -> Iterator[Problem]:
    targets = [sheet.elements[flow.target] for flow in element.outgoing if flow.target in sheet.elements]
    if len(targets) < 2:
        yield problem("event-gateway", sheet, element, "事件网关至少要有两条出口。")
    for target in targets:
        if target.kind not in ("intermediateCatchEvent", "receiveTask") or len(target.incoming) > 1 or sheet.boundaries.get(target.id):
            yield problem("event-gateway", sheet, target, "事件网关后面只能直接是消息、定时器事件或接收任务，且没有其他入口和边界事件。")
