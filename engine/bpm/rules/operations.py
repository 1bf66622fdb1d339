"""A service task names an operation of the table, with parameters it knows."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """The operation exists and knows the parameters; none of them is empty."""
    for element in sheet.elements.values():
        if element.kind != "serviceTask":
            continue
        if not element.operation:
            yield problem("no-operation", sheet, element, "没有选择操作，请在属性里选择一个。")
        elif element.operation not in context.operations:
            yield problem("unknown-operation", sheet, element, f"没有操作 {element.operation}，请从操作表里选择。")
        else:
            known = context.operations[element.operation]
            unknown = sorted(set(element.parameters) - known) if known is not None else []
            if unknown:
                yield problem("unknown-parameter", sheet, element, f"操作没有参数 {'、'.join(unknown)}，请检查名称。")
            empty = sorted(name for name, text in element.parameters.items() if not text.strip())
            if empty:
                yield problem("empty-parameter", sheet, element, f"参数 {'、'.join(empty)} 没有值，请填写或删除。")
