"""Nothing is drawn that no token can come to."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Each element can be reached from the start event of its scope."""
    reached: set[str] = set()
    queue = [e for e in sheet.elements.values() if e.kind == "startEvent" or e.by_event]
    while queue:
        element = queue.pop()
        if element.id not in reached:
            reached.add(element.id)
            queue += _next(sheet, element)
    for element in sheet.elements.values():
        if element.id not in reached and element.kind not in ("dataObject", "dataObjectReference", "dataStoreReference"):
            yield problem("unreachable", sheet, element, "从启动事件走不到这里，请连接或删除。")


def _next(sheet: Sheet, element: Element) -> list[Element]:
    names = [flow.target for flow in element.outgoing] + [b.id for b in sheet.boundaries.get(element.id, ())]
    return [sheet.elements[name] for name in names if name in sheet.elements]
