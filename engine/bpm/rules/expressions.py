"""Every expression compiles."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm import expressions, timing
from engine.bpm.elements import Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Invalid, Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Conditions, timers, correlations, payloads, parameters, properties that begin with "=", loops."""
    for element in sheet.elements.values():
        for where, text in written(element):
            try:
                called = expressions.compile(text).called
            except Invalid as wrong:
                yield problem("expression", sheet, element, f"{where}写得不对：{wrong.sentence}")
            else:
                if called - expressions.FUNCTION_NAMES:
                    yield problem(
                        "expression", sheet, element, f"{where}用了没有的函数：{'、'.join(sorted(called - expressions.FUNCTION_NAMES))}。"
                    )


def written(element: Element) -> Iterator[tuple[str, str]]:
    """All expressions of an element: (what it is for, text)."""
    for flow in element.outgoing:
        if flow.condition:
            yield f"出口“{flow.name or flow.id}”的条件", flow.condition
    event = element.event
    if event.kind == "timer" and event.value and not timing.is_literal(event):
        yield "定时器的时间", event.value
    for name, value in element.properties.items():
        if value.startswith("="):
            yield f"属性 {name}", value[1:]
    if element.properties.get("correlation"):
        yield "消息的关联键", element.properties["correlation"]
    if element.payload:
        yield "消息的内容", element.payload
    yield from _of_operation_and_loop(element)


def _of_operation_and_loop(element: Element) -> Iterator[tuple[str, str]]:
    for name, value in element.parameters.items():
        if value.strip():
            yield f"参数 {name}", value
    loop = element.loop
    if loop is not None:
        named = {
            "多实例的列表": loop.collection,
            "多实例的次数": loop.cardinality,
            "多实例要收集的值": loop.output_item,
            "循环的条件": loop.condition,
        }
        for where, text in named.items():
            if text:
                yield where, text
