"""Repetition of an activity: multi-instance in parallel or one after the other, and the standard loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import ParallelMultiInstanceTaskMixin, SequentialMultiInstanceTaskMixin, StandardLoopTaskMixin

from engine.bpm.elements import Loop
from engine.bpm.specs.node import Node
from engine.bpm.tokens import STARTED, LiveToken
from engine.errors import Invalid

MOST_ROUNDS = 1000


class Rounds(Node):
    """A token of its own that stays while the rounds run. Rounds are tokens on the repeated spec; item and counter are local
    to them. ``internal_data``: ``items`` (those still to come), ``count`` (all), ``done``, ``results`` ([index, value])."""

    task_spec: str
    parallel = False

    @property
    def loop(self) -> Loop:
        """How it is repeated."""
        loop = self.element.loop
        assert loop is not None
        return loop

    @property
    def collects(self) -> bool:
        """Whether the rounds' results are collected in a list."""
        return bool(self.loop.output)

    def _update_hook(self, my_task: LiveToken) -> bool:
        items = self.items(my_task)
        my_task._set_state(STARTED)
        my_task.internal_data |= {"count": len(items), "done": 0, "results": []}
        if self.loop.output:
            my_task.workflow.write({self.loop.output: []})
        if not items:
            my_task.complete()
        elif self.parallel:
            for index, item in enumerate(items):
                self.begin(my_task, index, item)
        else:
            my_task.internal_data["items"] = items[1:]
            self.begin(my_task, 0, items[0])
        return False

    def record(self, token: LiveToken) -> None:
        """The rounds were recorded one by one; the whole is a step of its own only when there was none."""
        if not token.internal_data["done"]:
            super().record(token)

    def items(self, token: LiveToken) -> list[Any]:
        """The items of all rounds. Raises Invalid when there is no list, or too many."""
        loop = self.loop
        if loop.collection:
            found = token.evaluate(loop.collection)
        else:
            times = token.evaluate(loop.cardinality or "0")
            found = list(range(1, _whole(times) + 1))
        if not isinstance(found, list | tuple):
            raise Invalid("多实例要用的列表没有值，或不是列表，请先填好。")
        if len(found) > MOST_ROUNDS:
            raise Invalid("多实例的项数太多（超过 1000），请分批办理。")
        return list(found)

    def begin(self, token: LiveToken, index: int, item: Any) -> None:
        """Start one round."""
        local = {"loopCounter": index + 1}
        if self.loop.item:
            local[self.loop.item] = item
        token.workflow.begin_round(self.task_spec, {"of": token.id, "index": index, "locals": local})

    def round_done(self, child: LiveToken) -> None:
        """Collect a round's result; then start the next, wait for the others, or be done."""
        token = child.workflow.tasks[child.internal_data["of"]]
        kept = token.internal_data
        kept["done"] += 1
        self._collect(token, child)
        child.workflow.record(child)
        if kept["done"] == kept["count"] or self._enough(token, child):
            token.workflow.cancel_rounds(token)
            token.complete()
        else:
            self._next(token)

    def _next(self, token: LiveToken) -> None:
        items = token.internal_data.get("items")
        if items:
            token.internal_data["items"] = items[1:]
            self.begin(token, token.internal_data["done"], items[0])

    def _collect(self, token: LiveToken, child: LiveToken) -> None:
        loop, kept = self.loop, token.internal_data
        if not loop.output:
            return
        value = self._value(child)
        kept["results"] = sorted([*kept["results"], [child.internal_data["index"], value]], key=lambda pair: pair[0])
        token.workflow.write({loop.output: [value for _, value in kept["results"]]})

    def _value(self, child: LiveToken) -> Any:
        wanted = self.loop.output_item
        if not wanted:
            return child.task_spec.round_value(child)
        inner = child.inner
        seen: Mapping[str, Any] = child.answers if inner is None else inner.variables
        return child.evaluate(wanted, seen)

    def _enough(self, token: LiveToken, child: LiveToken) -> bool:
        condition, kept = self.loop.condition, token.internal_data
        if not condition:
            return False
        counts = {"numberOfInstances": kept["count"], "numberOfCompletedInstances": kept["done"]}
        counts["numberOfActiveInstances"] = kept["count"] - kept["done"] if self.parallel else 0
        return child.holds(condition, {**child.answers, **counts})


class InParallel(Rounds, ParallelMultiInstanceTaskMixin):  # type: ignore[misc]
    """All rounds at once."""

    parallel = True


class OneByOne(Rounds, SequentialMultiInstanceTaskMixin):  # type: ignore[misc]
    """One round after the other."""


class WhileTrue(Rounds, StandardLoopTaskMixin):  # type: ignore[misc]
    """The standard loop: on and on while its condition is true, at most ``maximum`` times."""

    def __init__(self, wf_spec: Any, bpmn_id: str, task_spec: str, maximum: Any, condition: Any, test_before: bool, **further: Any) -> None:
        repeats = {"task_spec": task_spec, "maximum": maximum, "condition": condition, "test_before": test_before}
        super().__init__(wf_spec, bpmn_id, **repeats, **further)

    @property
    def collects(self) -> bool:
        return False

    def _update_hook(self, my_task: LiveToken) -> bool:
        my_task._set_state(STARTED)
        my_task.internal_data |= {"done": 0}
        if self.loop.test_before and not self._goes_on(my_task):
            my_task.complete()
        else:
            self.begin(my_task, 0, None)
        return False

    def round_done(self, child: LiveToken) -> None:
        token = child.workflow.tasks[child.internal_data["of"]]
        token.internal_data["done"] += 1
        child.workflow.record(child)
        if self._goes_on(token):
            self.begin(token, token.internal_data["done"], None)
        else:
            token.complete()

    def _goes_on(self, token: LiveToken) -> bool:
        done, loop = token.internal_data["done"], self.loop
        if done >= min(loop.maximum or MOST_ROUNDS, MOST_ROUNDS):
            return False
        return not loop.condition or token.holds(loop.condition, {"loopCounter": done})


def _whole(value: Any) -> int:
    try:
        whole = int(value)
    except (TypeError, ValueError) as error:
        raise Invalid("多实例的次数不是数字，请先填好。") from error
    return max(whole, 0)
