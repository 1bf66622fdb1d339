"""A drawing is small enough to be read by people and by SpiffWorkflow's recursive parser."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem

MOST_ELEMENTS = 250


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Not too many elements."""
    if len(sheet.elements) > MOST_ELEMENTS:
        yield problem("too-large", sheet, None, "流程图的元素超过 250 个，请用调用活动拆分成几个流程。")
