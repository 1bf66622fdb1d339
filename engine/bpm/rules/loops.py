"""A repeated activity says how often, or over which list."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Loop, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Multi-instance: a list or a number, not both; standard loop: a condition or a maximum."""
    for element in sheet.elements.values():
        if element.loop is not None and (sentence := _wrong(element.loop)):
            yield problem("loop", sheet, element, sentence)
        if element.loop is not None and element.by_event:
            yield problem("loop", sheet, element, "事件子流程不能是多实例，请删除标记。")


def _wrong(loop: Loop) -> str:
    if loop.kind == "standard":
        return "" if loop.condition or loop.maximum else "循环任务没有条件也没有最多次数，请至少写一个。"
    if not loop.collection and not loop.cardinality:
        return "多实例没有写列表变量（loopDataInputRef）或次数，请写一个。"
    if loop.collection and loop.cardinality:
        return "多实例同时写了列表变量和次数，请只写一个。"
    if loop.output_item and not loop.output:
        return "多实例写了要收集的值（outputDataItem），但没有写收集到哪个变量（loopDataOutputRef）。"
    return ""
