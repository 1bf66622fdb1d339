"""Timers have a value that can be read, and cycles stand where something is repeated."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm import timing
from engine.bpm.elements import Element, Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Invalid, Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """Each timer event is complete."""
    for element in sheet.elements.values():
        if element.event.kind == "timer":
            yield from _check(sheet, element)


def _check(sheet: Sheet, element: Element) -> Iterator[Problem]:
    event = element.event
    if not event.timer or not event.value:
        yield problem("timer", sheet, element, "定时器没有写时间，请写日期、时间长度或循环。")
        return
    if event.timer == "timeCycle" and not _repeats(sheet, element):
        yield problem("timer-cycle", sheet, element, "循环时间只能用于不中断的边界事件、不中断的事件子流程和流程的启动事件。")
    if timing.is_literal(event):
        try:
            timing.cycle(event.value) if event.timer == "timeCycle" else timing.duration(event.value)
        except Invalid as wrong:
            yield problem("timer", sheet, element, wrong.sentence)


def _repeats(sheet: Sheet, element: Element) -> bool:
    if element.kind == "startEvent":
        return element.scope == sheet.key or not element.interrupting
    return element.kind == "boundaryEvent" and not element.interrupting
