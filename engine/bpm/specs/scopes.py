"""Elements that contain a scope: sub-processes, called processes, event sub-processes."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import CallActivityMixin, EventSubprocessMixin, SubWorkflowTaskMixin

from engine.bpm.specs.node import Node
from engine.bpm.tokens import STARTED, LiveToken


class Container(Node):
    """Begins a scope when it is reached, and is passed when the scope has ended."""

    def _update_hook(self, my_task: LiveToken) -> bool:
        my_task._set_state(STARTED)
        my_task.instance.open_scope(my_task)
        return False

    def scope_ended(self, token: LiveToken) -> None:
        """The scope inside has ended: take over what it gives and move on."""
        token.complete()


class SubProcess(Container, SubWorkflowTaskMixin):  # type: ignore[misc]
    """An embedded sub-process: shares the variables of the scope around it, unless it is the round of a loop."""

    def round_value(self, my_task: LiveToken) -> Any:
        inner = my_task.inner
        local = my_task.internal_data.get("locals", {})
        return {} if inner is None else {name: value for name, value in inner.variables.items() if name not in local}


class EventPart(Container, EventSubprocessMixin):  # type: ignore[misc]
    """An event sub-process; the scope around it arms it and starts it."""

    def scope_ended(self, token: LiveToken) -> None:
        if token.inner is not None:
            token.workflow.ended_at = token.inner.ended_at
        token.complete()


class Called(Container, CallActivityMixin):  # type: ignore[misc]
    """A called process: has variables of its own, given by ``inputs`` and taken back by ``outputs``."""

    def given(self, token: LiveToken) -> dict[str, Any]:
        """The variables the called process starts with."""
        return pick(token.data, self.element.properties.get("inputs", "*"))

    def scope_ended(self, token: LiveToken) -> None:
        inner = token.inner
        outputs = self.element.properties.get("outputs", "*")
        if inner is not None and not (self.rounds is not None and self.rounds.collects and "outputs" not in self.element.properties):
            token.workflow.write(pick(inner.variables, outputs))
        token.complete()

    def round_value(self, my_task: LiveToken) -> Any:
        inner = my_task.inner
        return {} if inner is None else pick(inner.variables, self.element.properties.get("outputs", "*"))


def pick(variables: Any, names: str) -> dict[str, Any]:
    """The variables named in "a, b, c", or all for "*"; a name that does not exist is left out."""
    if names.strip() == "*":
        return dict(variables)
    return {name: variables[name] for name in (n.strip() for n in names.split(",")) if name in variables}
