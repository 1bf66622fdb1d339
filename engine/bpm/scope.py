"""A scope: the tokens of one process or sub-process, its variables, and what it listens to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpm.elements import Element, Flow
from engine.bpm.results import Step, StepFailed
from engine.bpm.tokens import CANCELLED, WAITING, LiveToken
from engine.errors import DubanError, Invalid

if TYPE_CHECKING:
    from datetime import datetime

    from engine.bpm.drawing import Drawing
    from engine.bpm.workflows import Instance


class Scope:
    """Mixed into SpiffWorkflow's workflows. ``variables`` are written, ``view`` is read (a round sees those around it, too)."""

    drawing: Drawing
    variables: dict[str, Any]
    view: Mapping[str, Any]
    owns = True  # whether the variables are its own, not those of the scope around it
    owner: LiveToken | None = None
    ended = False
    ended_at = ""  # id of the last end event that was reached
    tasks: dict[str, LiveToken]
    spec: Any
    top_workflow: Instance
    depth: int

    @property
    def process(self) -> str:
        """Key of the drawing it belongs to."""
        return self.drawing.key

    @property
    def home(self) -> str:
        """Id of the process or sub-process it runs."""
        name: str = self.spec.name
        return name

    def write(self, values: Mapping[str, Any]) -> None:
        """Set variables."""
        self.variables.update(values)

    def begin(self, due: datetime | None = None) -> None:
        """Arm the event sub-processes and put a token on the start event; ``due``: when the timer that began it was due."""
        for part in self.drawing.sheet.event_parts.get(self.home, ()):
            self.arm(part)
        start = self.drawing.sheet.starts[self.home][0]
        token = LiveToken(self, self.spec.task_specs[start.id])
        token.due = due
        token._ready()

    def place(self, element: Element, **kept: Any) -> LiveToken:
        """Put a token on an element. Raises StepFailed when what the element needs at once fails."""
        return self._place(self.spec.task_specs[element.id], kept)

    def _place(self, spec: Any, kept: dict[str, Any]) -> LiveToken:
        token = LiveToken(self, spec)
        token.internal_data = kept
        try:
            spec._update(token)
        except Exception as error:
            raise failure(spec.element, error, self.top_workflow.world.passes) from error
        return token

    def enter(self, flow: Flow, **kept: Any) -> None:
        """Send a token along a flow."""
        element = self.drawing.elements[flow.target]
        if len(element.incoming) > 1 and element.kind in ("parallelGateway", "inclusiveGateway"):
            kept["via"] = flow.id
        self.place(element, **kept)

    def begin_round(self, spec: str, kept: dict[str, Any]) -> None:
        """Put a token on the repeated spec of a loop."""
        self._place(self.spec.task_specs[spec], kept)

    def listen(self, boundary: Element, host: str) -> None:
        """Let a boundary event wait while its activity lasts."""
        self._wait(boundary, {"host": host})

    def arm(self, part: Element) -> None:
        """Let an event sub-process wait for its start event."""
        self._wait(part, {"arm": True})

    def _wait(self, element: Element, kept: dict[str, Any]) -> None:
        token = LiveToken(self, self.spec.task_specs[element.id], WAITING)
        token.internal_data = kept
        try:
            token.subscribe()
        except Exception as error:
            raise failure(element, error, self.top_workflow.world.passes) from error

    def leave(self, token: LiveToken) -> bool:
        """Take a token away, with the boundary events that listen for it; False when it is gone already."""
        if self.tasks.pop(token.id, None) is None:
            return False
        if token.task_spec.boundaries:
            for other in [t for t in self.tasks.values() if t.internal_data.get("host") == token.id]:
                del self.tasks[other.id]
        self.top_workflow.unsettled.append(self)
        return True

    def cancel(self, token: LiveToken) -> None:
        """Take a token away without passing its element, with all that goes on inside it."""
        if not self.leave(token):
            return
        instance = self.top_workflow
        if token.is_open_task:
            instance.closes(token, "cancelled")
        token._set_state(CANCELLED)
        inner = instance.subprocesses.pop(token.id, None)
        if inner is not None:
            inner.clear()
        self.cancel_rounds(token)

    def cancel_rounds(self, token: LiveToken) -> None:
        """Cancel the rounds of a loop that still run."""
        for other in [t for t in self.tasks.values() if t.internal_data.get("of") == token.id]:
            self.cancel(other)

    def clear(self, keep: LiveToken | None = None) -> None:
        """Cancel every token but one."""
        for token in list(self.tasks.values()):
            if token is not keep:
                self.cancel(token)
        self.ended = self.ended or keep is None

    def end(self) -> None:
        """End the scope: cancel what is left, then go on outside."""
        self.clear()
        self.finish()

    def finish(self) -> None:
        """What comes after the end; given by the kinds of scopes."""

    def record(self, token: LiveToken) -> None:
        """Write down that an element was passed."""
        element = token.element
        self.top_workflow.steps.append(Step(self.process, element.id, element.name, element.kind, self.top_workflow.world.at, token.due))

    def reach(self, join: Element) -> Mapping[str, frozenset[str]]:
        """Element → incoming flows of ``join`` that a token on it may still come to without passing the join."""
        return self.drawing.reach(join.id)

    def fail(self, end: Element) -> None:
        """An error end event was reached: the nearest boundary around that catches its code takes over. Raises StepFailed."""
        if not self._hand_over("error", end.event.code):
            raise failure(end, Invalid("错误没有被任何边界事件接住，请在流程图里加上错误边界事件。"), ())

    def escalate(self, code: str) -> None:
        """An escalation was thrown; when nobody catches it, nothing happens (BPMN 2.0.2, 10.5.7)."""
        self._hand_over("escalation", code)

    def _hand_over(self, kind: str, code: str) -> bool:
        scope: Scope = self
        while scope.owner is not None:
            host, around = scope.owner, scope.owner.workflow
            host = around.tasks.get(host.internal_data.get("of", ""), host)
            for boundary in around.drawing.sheet.boundaries.get(host.element.id, ()):
                if boundary.event.kind == kind and boundary.event.code in ("", code):
                    if boundary.interrupting:
                        around.cancel(host)
                    around.place(boundary)
                    return True
            scope = around
        return False


def failure(element: Element, error: BaseException, passes: tuple[type[BaseException], ...]) -> BaseException:
    """The error as a StepFailed of this element; one that is a StepFailed already, or is to pass, stays as it is."""
    if isinstance(error, (StepFailed, *passes)):
        return error
    if not isinstance(error, DubanError):
        return StepFailed(element.id, element.name, "办理这一步时出了意外的错误，请联系管理员；修复后可以重试。")
    failed = StepFailed(element.id, element.name, error.sentence)
    failed.details = {**error.details, **failed.details}
    return failed
