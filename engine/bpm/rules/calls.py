"""A call activity names a process that there is, and the variables it passes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem

NAMES = re.compile(r"\s*(\*|\w+(\s*,\s*\w+)*)?\s*")


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """The called process exists; ``inputs`` and ``outputs`` are names or *."""
    for element in sheet.elements.values():
        if element.kind != "callActivity":
            continue
        if element.called not in context.called:
            yield problem("unknown-process", sheet, element, f"没有流程 {element.called or '（未填写）'}，请先部署它，或检查编号。")
        for name in ("inputs", "outputs"):
            if not NAMES.fullmatch(element.properties.get(name, "*")):
                yield problem("call-variables", sheet, element, f"属性 {name} 应当是用逗号分开的变量名，或 *。")
