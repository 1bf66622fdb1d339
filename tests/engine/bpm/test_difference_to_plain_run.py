"""Random drawings × random histories with a moving clock: stored and loaded between any two steps, ours does exactly what it
does when it just stays in memory; and where plain SpiffWorkflow is right (spiffworkflow.md §6), ours does what plain does."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine.bpm import runner
from engine.bpm.firing import fire
from engine.bpm.results import Advance, Call, ClosedTask, StepFailed, World
from engine.bpm.workflows import Instance
from tests.engine.bpm.draw import Sketch
from tests.engine.bpm.plain import Plain
from tests.engine.bpm.play import START, parse
from tests.engine.bpm.random_drawings import draw

STEPS = 60


def perform(call: Call) -> Mapping[str, Any]:
    name = call.parameters["name"]
    return {name: (call.variables.get(name) or 0) + 1}


class Stored:
    """Every act loads the state and stores it."""

    def __init__(self, world: World, variables: Mapping[str, Any]) -> None:
        self.advance = runner.start(world, "p", {"p": 1, "called": 2}, variables)

    def complete(self, world: World, token: str, answers: Mapping[str, Any]) -> None:
        self.advance = runner.complete(world, self.advance.state, token, answers)

    def deliver(self, world: World, token: str, payload: Mapping[str, Any]) -> None:
        self.advance = runner.deliver(world, self.advance.state, token, payload)

    def wake(self, world: World) -> None:
        self.advance = runner.wake(world, self.advance.state)


class InMemory:
    """One live instance of the same classes, never stored."""

    def __init__(self, world: World, variables: Mapping[str, Any]) -> None:
        self.instance = Instance(world, world.drawing(1), {"p": 1, "called": 2}, dict(variables))
        self.advance = runner._advance(self.instance, self.instance.begin)

    def _now(self, world: World) -> Instance:
        live = self.instance
        live.world, live.functions = world, {"now": lambda: world.at}
        live.steps, live.opened, live.closed, live.thrown = [], {}, [], []
        return live

    def complete(self, world: World, token: str, answers: Mapping[str, Any]) -> None:
        live = self._now(world)
        task = live.find(token)
        task.answers = dict(answers)
        live.closed.append(ClosedTask(task.id, task.element.id, "completed"))
        self.advance = runner._advance(live, task.run, task)

    def deliver(self, world: World, token: str, payload: Mapping[str, Any]) -> None:
        live = self._now(world)
        task = live.find(token)
        self.advance = runner._advance(live, lambda: fire(task, payload), task)

    def wake(self, world: World) -> None:
        live = self._now(world)
        self.advance = runner._wake(live)


def called() -> Sketch:
    sketch = Sketch("called")
    sketch.user("cu1")
    sketch.service("cc", "count", name='"x"')
    sketch.user("cu2")
    sketch.end("ce")
    return sketch.start("cu1", "cc", "cu2", "ce", id="cs")


def choose(rnd: random.Random, advance: Advance, open_tasks: Mapping[str, str]) -> tuple[str, Any]:
    choices: list[tuple[str, Any]] = [("complete", token) for token in sorted(open_tasks, key=int)] * 3
    choices += [("deliver", s.token) for s in advance.subscriptions]
    choices += [("wake", None)] * (2 if advance.due_at else 0)
    return rnd.choice(choices) if choices else ("stuck", None)


def play(seed: int) -> int:
    """Run one drawing both ways; the number of steps. Fails where they differ."""
    rnd = random.Random(seed * 31 + 1)
    drawings = {1: parse(draw(seed, plain=False).ours), 2: parse(called(), 2)}
    at = START

    def world() -> World:
        return World(at, drawings.__getitem__, perform, lambda *_: {})

    variables = {"case_id": 1, "x": seed % 7, "items": [1, 2, 3][: seed % 4]}
    stored, memory = Stored(world(), variables), InMemory(world(), variables)
    open_tasks: dict[str, str] = {}
    for step in range(STEPS):
        assert stored.advance == memory.advance, f"seed {seed}, step {step}"
        advance = stored.advance
        for task in advance.closed:
            del open_tasks[task.token]
        open_tasks |= {task.token: task.element for task in advance.opened}
        if advance.finished:
            assert not open_tasks
            return step
        act, token = choose(rnd, advance, open_tasks)
        assert act != "stuck", f"seed {seed}: nothing is awaited, but it is not finished"
        at += timedelta(hours=rnd.randint(1, 12)) if act == "wake" else timedelta()
        acts: dict[str, Callable[[Any], None]] = {
            "complete": lambda run, t=token, s=step: run.complete(world(), t, {"x": s % 5, f"d{s % 9}": s}),
            "deliver": lambda run, t=token, s=step: run.deliver(world(), t, {"heard": s}),
            "wake": lambda run: run.wake(world()),
        }
        failures = []
        for run in (stored, memory):
            try:
                acts[act](run)
            except StepFailed as failed:
                failures.append((failed.element, failed.sentence))
        if failures:
            assert len(failures) == 2 and failures[0] == failures[1], f"seed {seed}, step {step}"
            return step
    return STEPS


def against_plain(seed: int) -> int:
    """Run one drawing in ours and in plain SpiffWorkflow; the number of steps. Fails where the open tasks, the messages that are
    waited for or the end differ."""
    rnd = random.Random(seed * 17 + 3)
    pair = draw(seed, plain=True)
    ours = parse(pair.ours)
    at = START
    x = seed % 7

    def world() -> World:
        return World(at, {1: ours}.__getitem__, perform, lambda *_: {})

    with Plain(pair.plain.xml(), at, {"x": x}) as plain:
        run = Stored(world(), {"case_id": 1, "x": x}) if pair else None
        assert run is not None
        open_tasks: dict[str, str] = {}
        for step in range(STEPS):
            for task in run.advance.closed:
                del open_tasks[task.token]
            open_tasks |= {task.token: task.element for task in run.advance.opened}
            ours_now = (sorted(open_tasks.values()), sorted(s.message for s in run.advance.subscriptions), run.advance.finished)
            assert ours_now == plain.now(), f"seed {seed}, step {step}: {plain.log}"
            if run.advance.finished:
                return step
            act, token = choose(rnd, run.advance, open_tasks)
            assert act != "stuck", f"seed {seed}"
            if act == "complete":
                plain.complete(open_tasks[token])
                run.complete(world(), token, {f"d_{open_tasks[token]}": step})
            elif act == "deliver":
                name = next(s.message for s in run.advance.subscriptions if s.token == token)
                plain.deliver(name)
                run.deliver(world(), token, {})
            else:
                at += timedelta(minutes=61)
                plain.wake(at)
                run.wake(world())
        return STEPS


@pytest.mark.parametrize("decade", range(12))
def test_storing_and_loading_between_any_two_steps_changes_nothing(decade):
    assert sum(play(seed) for seed in range(decade * 10, decade * 10 + 10)) > 40


@pytest.mark.parametrize("decade", range(12))
def test_ours_does_what_plain_spiffworkflow_does_where_plain_is_right(decade):
    assert sum(against_plain(seed) for seed in range(decade * 10, decade * 10 + 10)) > 40


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(12))
def test_storing_and_loading_changes_nothing_in_a_thousand_drawings(hundred):
    assert sum(play(seed) for seed in range(1000 + hundred * 100, 1100 + hundred * 100)) > 400


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(12))
def test_ours_does_what_plain_does_in_a_thousand_drawings(hundred):
    assert sum(against_plain(seed) for seed in range(1000 + hundred * 100, 1100 + hundred * 100)) > 400
