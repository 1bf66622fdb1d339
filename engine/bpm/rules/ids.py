"""Every node has an id of its own that SpiffWorkflow doesn't use itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem

RESERVED = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
FORM = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,79}")


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Ids exist, are unique, well-formed, not reserved."""
    for id in sheet.duplicates:
        yield problem("duplicate-id", sheet, None, "编号重复，请给每个元素不同的编号。", id=id)
    for element in sheet.elements.values():
        if element.id in RESERVED or element.id.endswith((".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin")):
            yield problem("reserved-id", sheet, element, "这个编号是系统保留的，请换一个编号。")
        elif not FORM.fullmatch(element.id):
            yield problem("bad-id", sheet, element, "元素没有编号，或编号含有不允许的字符（只用字母、数字、下划线、连字符，最长 80 个）。")
