"""No code in drawings."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem

CODE = frozenset({"preScript", "postScript", "unitTests", "script"})


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """No script tasks, no scripts before or after a task."""
    for element in sheet.elements.values():
        if element.kind == "scriptTask":
            yield problem("script", sheet, element, "不允许脚本任务，请改为服务任务（操作）或业务规则任务（决策表）。")
        if element.extensions & CODE:
            yield problem("script", sheet, element, "不允许前置或后置脚本，请删除，或改为服务任务。")
