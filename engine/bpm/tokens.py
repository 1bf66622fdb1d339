"""A token: SpiffWorkflow's Task without a tree, without history and without data of its own."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpm import expressions, timing
from engine.bpm.elements import Element, Flow
from engine.errors import Invalid

if TYPE_CHECKING:
    from engine.bpm.scope import Scope
    from engine.bpm.workflows import Instance

READY, WAITING, STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
COMPLETED, CANCELLED = TaskState.COMPLETED, TaskState.CANCELLED


class LiveToken(Task):  # type: ignore[misc]
    """A token on an element. ``data`` is the view of its scope's variables; ``internal_data`` is what the store keeps:
    ``host`` (of a boundary event), ``via`` (flow on which it came to a join), ``race`` (event-based gateway), ``of`` and
    ``index`` (a round of a loop), ``locals`` (item and counter), ``due`` and ``cycle`` (timer), ``correlation`` (message)."""

    taken: tuple[Flow, ...] | None = None
    answers: Mapping[str, Any] = {}
    due: datetime | None = None  # when the timer that set it going was due

    def __init__(self, workflow: Scope, spec: Any, state: int = TaskState.FUTURE, id: str | None = None) -> None:
        super().__init__(workflow, spec, None, state, id or workflow.top_workflow.next_id())

    @property
    def data(self) -> Mapping[str, Any]:
        """The variables that expressions of this token see."""
        own = self.internal_data.get("locals")
        return ChainMap(own, self.workflow.view) if own else self.workflow.view

    @data.setter
    def data(self, value: Any) -> None:
        """SpiffWorkflow sets an empty dict when it makes a task; variables belong to the scope, so nothing is kept."""

    @property
    def element(self) -> Element:
        """The drawn element it stands on."""
        element: Element = self.task_spec.element
        return element

    @property
    def instance(self) -> Instance:
        """The running instance it belongs to."""
        instance: Instance = self.workflow.top_workflow
        return instance

    @property
    def inner(self) -> Scope | None:
        """The scope inside it, if it stands on a container that has begun."""
        scope: Scope | None = self.instance.subprocesses.get(self.id)
        return scope

    @property
    def listens(self) -> bool:
        """Whether it is no token of the flow but a boundary event or an event sub-process that listens."""
        return "host" in self.internal_data or "arm" in self.internal_data

    @property
    def is_open_task(self) -> bool:
        """Whether it waits for a person."""
        return bool(self._state == READY and self.task_spec.manual)

    @property
    def trigger(self) -> Element:
        """The event it waits for: its own element, or the start event of the event sub-process that it arms."""
        element = self.element
        if element.by_event:
            element = self.workflow.drawing.sheet.starts[element.id][0]
        return element

    @property
    def due_at(self) -> datetime | None:
        """The moment its timer is due."""
        due = self.internal_data.get("due")
        return None if due is None else datetime.fromisoformat(due)

    def subscribe(self) -> None:
        """Begin to wait for the message or the moment of its event."""
        trigger = self.trigger
        if trigger.event.kind == "timer":
            self.internal_data |= timing.first(trigger.event, self.evaluate, self.instance.world.at)
        elif trigger.event.kind == "message":
            self.internal_data["correlation"] = self.correlation(trigger)

    def correlation(self, element: Element) -> str:
        """The key by which a message of this element finds its receiver. Raises Invalid when it has no value."""
        value = self.evaluate(element.properties.get("correlation") or "case_id")
        if value is None or isinstance(value, list | dict):
            raise Invalid("消息的关联键（correlation）没有值，请先给它赋值。")
        return str(value)

    def evaluate(self, text: str, further: Mapping[str, Any] | None = None) -> Any:
        """The value of a FEEL expression in this token's scope; ``further`` names hide those of the scope."""
        variables = ChainMap(dict(further), self.data) if further else self.data  # type: ignore[arg-type]
        return expressions.compile(text).evaluate(variables, self.instance.functions)

    def holds(self, text: str, further: Mapping[str, Any] | None = None) -> bool:
        """Whether a condition is true; null and anything but true count as false."""
        return self.evaluate(text, further) is True

    def _set_state(self, value: int) -> None:
        self._state = value

    def _inherit_data(self) -> None:
        """There is nothing to inherit: variables belong to the scope."""
