"""What people read on their lists and on the drawing has a name (a warning)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import TASKS, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Tasks and end events have names."""
    for element in sheet.elements.values():
        if element.kind in TASKS | {"endEvent"} and not element.name.strip():
            yield problem("no-name", sheet, element, "没有名称，办理人看不懂这一步，请写上名称。", severity="warning")
