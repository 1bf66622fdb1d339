"""Every process and sub-process begins in exactly one way."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """One start event each, of the kind that its place wants."""
    yield from _one_start(sheet, None, sheet.key)
    for element in sheet.elements.values():
        if element.kind == "subProcess":
            yield from _one_start(sheet, element, element.id)


def _one_start(sheet: Sheet, inside: Element | None, scope: str) -> Iterator[Problem]:
    starts = sheet.starts.get(scope, ())
    if not starts:
        yield problem("no-start", sheet, inside, "没有启动事件，请画一个。")
    elif len(starts) > 1:
        yield problem("several-starts", sheet, starts[1], "只能有一个启动事件；请合并，或把其余的画成事件子流程。")
    elif inside is not None:
        yield from _kind(sheet, inside, starts[0])


def _kind(sheet: Sheet, inside: Element, start: Element) -> Iterator[Problem]:
    kind = start.event.kind
    if inside.by_event and kind not in ("message", "timer"):
        yield problem("event-part-start", sheet, start, "事件子流程只能由消息或定时器启动（不支持错误、升级、信号、条件）。")
    elif not inside.by_event and kind != "none":
        yield problem("inner-start", sheet, start, "子流程的启动事件不能等待消息或时间，请改为普通启动事件。")
