"""One process, at most one pool, and it may be run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """At most one pool; executable."""
    if sheet.pools > 1:
        yield problem("one-pool", sheet, None, "一张图里最多一个泳池，请把其他泳池的流程画成单独的文件。")
    if not sheet.executable:
        yield problem("not-executable", sheet, None, "流程没有标为可执行（isExecutable），请在流程属性里勾选。")
