"""Plays drawings in tests: a world of plain functions, and a run that is stored and loaded between any two steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.bpm import drawing, runner
from engine.bpm.drawing import Drawing
from engine.bpm.results import Advance, Call, World
from tests.engine.bpm.draw import Sketch

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ANY = {"work": None, "fail": None, "count": None}

Perform = Callable[[Call], Any]


def parse(sketch: Sketch, definition_id: int = 1, extra: str = "", **further: bytes) -> Drawing:
    return drawing.parse(
        sketch.files(extra, **further),
        operations=ANY,
        definition_id=definition_id,
        shared_decisions=frozenset({"shared"}),
        called=frozenset({"called"}),
    )


class Play:
    """One instance and its world. Every act loads the stored state, so each is a store and a load."""

    def __init__(
        self, *drawings: Drawing, variables: Mapping[str, Any] | None = None, perform: Callable[[Call], Any] | None = None
    ) -> None:
        self.drawings = {d.definition_id: d for d in drawings}
        self.at = START
        self.calls: list[Call] = []
        self.perform = perform
        self.advance: Advance
        self.open: dict[str, str] = {}
        self.passed: list[str] = []
        bindings = {d.key: d.definition_id for d in drawings}
        self._take(runner.start(self.world, drawings[0].key, bindings, {"case_id": 7} | dict(variables or {})))

    @property
    def world(self) -> World:
        return World(self.at, self.drawings.__getitem__, self._perform, self._decide)

    def _perform(self, call: Call) -> Any:
        self.calls.append(call)
        return self.perform(call) if self.perform else dict(call.parameters)

    def _decide(self, definition_id: int, decision: str, variables: Mapping[str, Any]) -> Any:
        table = self.drawings[definition_id].decisions.get(decision)
        return table.decide(variables) if table else {"decided": decision}

    def _take(self, advance: Advance) -> Advance:
        self.advance = advance
        for task in advance.closed:
            del self.open[task.token]
        for task in advance.opened:
            assert task.token not in self.open
            self.open[task.token] = task.element
        self.passed += [step.element for step in advance.steps]
        waiting = {t.token: t.element for t in runner.tokens(self.world, advance.state) if t.state == "task"}
        assert waiting == self.open
        return advance

    @property
    def variables(self) -> Mapping[str, Any]:
        return runner.variables(self.advance.state)

    @property
    def tasks(self) -> list[str]:
        return sorted(self.open.values())

    @property
    def messages(self) -> list[str]:
        return sorted(s.message for s in self.advance.subscriptions)

    def do(self, element: str, **answers: Any) -> Advance:
        token = next(t for t, e in self.open.items() if e == element)
        return self._take(runner.complete(self.world, self.advance.state, token, answers))

    def hear(self, message: str, **payload: Any) -> Advance:
        token = next(s.token for s in self.advance.subscriptions if s.message == message)
        return self._take(runner.deliver(self.world, self.advance.state, token, payload))

    def pass_time(self, **by: float) -> Advance:
        self.at += timedelta(**by)
        return self._take(runner.wake(self.world, self.advance.state))

    @property
    def finished(self) -> bool:
        return self.advance.finished
