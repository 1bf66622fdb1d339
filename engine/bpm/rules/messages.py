"""Message events say which message."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Each message event, send and receive task names a message that has a name."""
    for element in sheet.elements.values():
        if element.event.kind == "message" and not element.event.message:
            yield problem("no-message", sheet, element, "没有选择消息，或消息没有名称，请在属性里选择。")
