"""Every scope can end, and so can every path in it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Each scope has an end event; each element has a way to one."""
    insides: list[Element | None] = [None, *(e for e in sheet.elements.values() if e.kind == "subProcess")]
    for inside in insides:
        elements = sheet.within(sheet.key if inside is None else inside.id)
        ends = [e for e in elements if e.kind == "endEvent"]
        if not ends:
            yield problem("no-end", sheet, inside, "没有结束事件，请给每条路径画上结束事件。")
            continue
        able = _backwards(sheet, ends)
        for element in elements:
            if element.id not in able and element.outgoing:
                yield problem("no-way-to-end", sheet, element, "从这里走不到结束事件，流程会永远转圈；请加一条出路。")


def _backwards(sheet: Sheet, ends: list[Element]) -> set[str]:
    able, queue = {e.id for e in ends}, list(ends)
    while queue:
        element = queue.pop()
        before = [flow.source for flow in element.incoming] + ([element.attached_to] if element.attached_to else [])
        for name in before:
            if name not in able and name in sheet.elements:
                able.add(name)
                queue.append(sheet.elements[name])
    return able
