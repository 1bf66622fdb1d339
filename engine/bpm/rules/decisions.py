"""A business rule task names a decision that there is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """The decision stands in the folder or in a shared one."""
    for element in sheet.elements.values():
        if element.kind == "businessRuleTask" and element.decision not in context.decisions:
            yield problem(
                "unknown-decision", sheet, element, f"没有决策表 {element.decision or '（未填写）'}，请检查编号或加上 .dmn 文件。"
            )
