"""What every element does: be reached, run, be passed, and send its token on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine.bpm.elements import Element
from engine.bpm.tokens import LiveToken

if TYPE_CHECKING:
    from engine.bpm.specs.rounds import Rounds

ROUND = " [child]"  # what SpiffWorkflow's parser appends to the name of the spec that a loop repeats


class Node(BpmnSpecMixin):  # type: ignore[misc]
    """Replaces SpiffWorkflow's tree of predicted tasks: nothing is foreseen, a token is made when its element is reached."""

    element: Element
    boundaries: tuple[Element, ...] = ()  # those that listen: timers and messages
    rounds: Rounds | None = None  # the loop this spec is repeated by

    def _predict(self, my_task: LiveToken, *_: Any, **__: Any) -> None:
        """Nothing is predicted."""

    def _update(self, my_task: LiveToken) -> None:
        """The token has reached the element."""
        for boundary in self.boundaries:
            my_task.workflow.listen(boundary, host=my_task.id)
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: LiveToken) -> bool:
        return True

    def _on_ready(self, my_task: LiveToken) -> None:
        if not self.manual:
            my_task.instance.agenda.append(my_task)

    def _run_hook(self, my_task: LiveToken) -> bool:
        return True

    def _on_complete(self, my_task: LiveToken) -> None:
        """Record the step and move on, unless the token's scope was ended meanwhile."""
        workflow = my_task.workflow
        if not workflow.leave(my_task):
            return
        if self.rounds is not None and "of" in my_task.internal_data:
            self.rounds.round_done(my_task)
            return
        self.record(my_task)
        for flow in self.element.outgoing if my_task.taken is None else my_task.taken:
            workflow.enter(flow)

    def record(self, token: LiveToken) -> None:
        """Write down that the element was passed."""
        token.workflow.record(token)

    def _on_cancel(self, my_task: LiveToken) -> None:
        """Nothing of its own to undo."""

    def round_value(self, my_task: LiveToken) -> Any:
        """What a round contributes to the output collection when no output item is named."""
        return dict(my_task.answers)
