"""Events: what waits for a message or a moment, and what throws."""

from __future__ import annotations

from collections.abc import Mapping

from SpiffWorkflow.bpmn.specs.event_definitions import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins import (
    BoundaryEventMixin,
    EndEventMixin,
    IntermediateCatchEventMixin,
    IntermediateThrowEventMixin,
    ReceiveTaskMixin,
    SendTaskMixin,
    StartEventMixin,
)

from engine.bpm.results import Thrown
from engine.bpm.specs.node import Node
from engine.bpm.tokens import WAITING, LiveToken
from engine.errors import Invalid

NOTHING = NoneEventDefinition()


class Start(Node, StartEventMixin):  # type: ignore[misc]
    """Where a scope begins. What an event sub-process waits for stands on its start event, and is armed by the scope around it."""

    def _predict_hook(self, my_task: LiveToken) -> None:
        """Nothing is predicted."""


class Catch(Node, IntermediateCatchEventMixin):  # type: ignore[misc]
    """An intermediate event that waits for a message or a moment."""

    def _update_hook(self, my_task: LiveToken) -> bool:
        my_task._set_state(WAITING)
        my_task.subscribe()
        return False


class Receive(Node, ReceiveTaskMixin):  # type: ignore[misc]
    """A task that waits for a message."""

    _update_hook = Catch._update_hook


class Boundary(Node, BoundaryEventMixin):  # type: ignore[misc]
    """An event on the edge of an activity; the scope makes it listen while the activity lasts."""


def message_of(token: LiveToken) -> Thrown:
    """The message that the element of this token throws."""
    element = token.element
    payload = token.evaluate(element.payload) if element.payload else {}
    if not isinstance(payload, Mapping):
        raise Invalid("消息的内容（payload）应当是一个对象，例如 {reason: reason}。")
    return Thrown(element.event.message, token.correlation(element), dict(payload))


class Throw(Node, IntermediateThrowEventMixin):  # type: ignore[misc]
    """Throws a message or an escalation, or is a mere milestone."""

    def _run_hook(self, my_task: LiveToken) -> bool:
        kind = self.element.event.kind
        if kind == "message":
            my_task.instance.thrown.append(message_of(my_task))
        elif kind == "escalation":
            my_task.workflow.escalate(self.element.event.code)
        return True


class Send(Throw, SendTaskMixin):  # type: ignore[misc]
    """A task that throws a message."""


class End(Throw, EndEventMixin):  # type: ignore[misc]
    """Ends a token; a terminate end ends its scope, an error end goes to the boundary that catches it."""

    def _run_hook(self, my_task: LiveToken) -> bool:
        super()._run_hook(my_task)
        my_task.taken = ()
        return True

    def _on_complete(self, my_task: LiveToken) -> None:
        workflow, kind = my_task.workflow, self.element.event.kind
        if not workflow.leave(my_task):
            return
        workflow.record(my_task)
        workflow.ended_at = self.element.id
        if kind == "terminate":
            workflow.end()
        elif kind == "error":
            workflow.fail(self.element)
