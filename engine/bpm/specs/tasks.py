"""Tasks: for a person, for an operation, for a decision table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import UserTaskMixin

from engine.bpm.results import Call
from engine.bpm.specs.node import Node
from engine.bpm.tokens import LiveToken
from engine.errors import Invalid


class User(Node, UserTaskMixin):  # type: ignore[misc]
    """Waits for a person; the answers go to the scope, unless a loop collects them."""

    def _update_hook(self, my_task: LiveToken) -> bool:
        my_task.instance.opens(my_task, self._properties(my_task))
        return True

    def _properties(self, token: LiveToken) -> dict[str, Any]:
        given = self.element.properties
        return {name: token.evaluate(value[1:]) if value.startswith("=") else value for name, value in given.items()}

    def _run_hook(self, my_task: LiveToken) -> bool:
        keep(my_task, my_task.answers)
        return True


class Operation(Node):
    """Performs an operation of the table; what it returns goes to the scope, or to the result variable."""

    def _run_hook(self, my_task: LiveToken) -> bool:
        element, token = self.element, my_task
        given = {name: token.evaluate(text) for name, text in element.parameters.items() if text.strip()}
        call = Call(element.operation, given, token.workflow.process, element.id, token.data)
        keep_result(token, token.instance.world.perform(call))
        return True


class Decision(Node):
    """Asks a decision table; its outputs go to the scope, or to the result variable."""

    def _run_hook(self, my_task: LiveToken) -> bool:
        token, workflow = my_task, my_task.workflow
        outputs = token.instance.world.decide(workflow.drawing.definition_id, self.element.decision, token.data)
        if outputs is None:
            raise Invalid("决策表里没有一行符合现在的情况，请补充规则后重试。")
        keep_result(token, outputs)
        return True


def keep_result(token: LiveToken, result: Any) -> None:
    """Keep what an operation or a decision gave."""
    name = token.element.result
    if name:
        keep(token, {name: dict(result) if isinstance(result, Mapping) else result})
    elif isinstance(result, Mapping):
        keep(token, result)
    elif result is not None:
        raise Invalid("步骤的结果不是一组变量，请给它起一个结果变量名（resultVariable）。")


def keep(token: LiveToken, values: Mapping[str, Any]) -> None:
    """Write values to the scope, or keep them on the token when a loop collects them."""
    token.answers = values
    rounds = token.task_spec.rounds
    if rounds is None or "of" not in token.internal_data or not rounds.element.loop.output:
        token.workflow.write(values)
