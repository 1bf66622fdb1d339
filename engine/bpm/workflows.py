"""A running instance and the scopes in it: SpiffWorkflow's workflows without a tree and without history."""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow

from engine.bpm.results import ClosedTask, OpenedTask, Step, Thrown, World
from engine.bpm.scope import Scope, failure
from engine.bpm.scripts import FEEL
from engine.bpm.specs.gateways import Inclusive, Join
from engine.bpm.tokens import READY, WAITING, LiveToken
from engine.errors import Invalid

if TYPE_CHECKING:
    from engine.bpm.drawing import Drawing

MOST_STEPS = 10_000  # of one run; more is a loop that never waits
MOST_TOKENS = 20_000  # made in one run; more is a multi-instance of multi-instances
MOST_DEPTH = 20  # of scopes in scopes


class Inner(Scope, BpmnSubWorkflow):  # type: ignore[misc]
    """A scope inside an instance: a sub-process, a called process, an event sub-process, or a round of one."""

    owner: LiveToken

    def __init__(self, spec: Any, owner: LiveToken, drawing: Drawing) -> None:
        self.owner = owner
        super().__init__(spec, owner.id, owner.instance, deserializing=True)
        self.drawing = drawing

    def _calculate_depth(self) -> int:
        depth: int = self.owner.workflow.depth + 1
        return depth

    def share(self, variables: dict[str, Any] | None) -> None:
        """Settle whose variables these are: None for those of the scope around it, else its own."""
        around = self.owner.workflow
        self.owns = variables is not None
        self.variables = around.variables if variables is None else variables
        if variables is None:
            self.view = around.view
        else:
            self.view = variables if self.owner.element.kind == "callActivity" else ChainMap(variables, around.view)

    def finish(self) -> None:
        self.owner.task_spec.scope_ended(self.owner)
        self.top_workflow.subprocesses.pop(self.owner.id, None)


class Instance(Scope, BpmnWorkflow):  # type: ignore[misc]
    """One instance during one run, with what the run has brought about so far."""

    def __init__(self, world: World, drawing: Drawing, bindings: Mapping[str, int], variables: dict[str, Any]) -> None:
        super().__init__(drawing.specs[drawing.key], {}, FEEL, deserializing=True)
        self.world, self.drawing, self.bindings = world, drawing, dict(bindings)
        self.variables = self.view = variables
        self.functions: Mapping[str, Callable[..., Any]] = {"now": lambda: world.at, **world.functions}
        self.serial = self.made = 0
        self.outcome = ""
        self.over = False
        self.agenda: deque[LiveToken] = deque()
        self.unsettled: list[Scope] = []
        self.steps: list[Step] = []
        self.opened: dict[str, OpenedTask] = {}
        self.closed: list[ClosedTask] = []
        self.thrown: list[Thrown] = []

    def next_id(self) -> str:
        """An id for a new token: unique in the instance, the same in every rerun. Raises Invalid when there are too many."""
        self.serial += 1
        self.made += 1
        if self.made > MOST_TOKENS:
            raise Invalid("一次产生的分支太多（超过 20000），请减少多实例的项数。")
        return str(self.serial)

    def finish(self) -> None:
        self.over, self.outcome = True, self.ended_at
        self.agenda.clear()

    def scopes(self) -> list[Scope]:
        """All scopes that are open, the outermost first."""
        return [self, *self.subprocesses.values()]

    def all_tokens(self) -> list[LiveToken]:
        """All tokens, of all scopes."""
        return [token for scope in self.scopes() for token in scope.tasks.values()]

    def find(self, id: str) -> LiveToken | None:
        """The token with this id, wherever it is."""
        return next((scope.tasks[id] for scope in self.scopes() if id in scope.tasks), None)

    def open_scope(self, token: LiveToken) -> None:
        """Begin the scope inside a container that was reached."""
        drawing = self.drawing_inside(token)
        inner = Inner(self.spec_inside(token, drawing), token, drawing)
        if inner.depth > MOST_DEPTH:
            raise Invalid("子流程互相调用的层数太多（超过 20 层），请检查流程是否调用了自己。")
        inner.share(self._variables_inside(token))
        self.subprocesses[token.id] = inner
        inner.begin(token.due)
        token.due = None

    def drawing_inside(self, token: LiveToken) -> Drawing:
        """The drawing that the scope inside a container is drawn in. Raises Invalid when the called process is not bound."""
        if token.element.kind != "callActivity":
            drawing: Drawing = token.workflow.drawing
            return drawing
        bound = self.bindings.get(token.element.called)
        if bound is None:
            raise Invalid("被调用的流程还没有部署，请先部署它。")
        return self.world.drawing(bound)

    @staticmethod
    def spec_inside(token: LiveToken, drawing: Drawing) -> Any:
        """The process spec of the scope inside a container."""
        return drawing.specs[drawing.key if token.element.kind == "callActivity" else token.element.id]

    def _variables_inside(self, token: LiveToken) -> dict[str, Any] | None:
        own: dict[str, Any] = token.internal_data.get("locals", {})
        if token.element.kind == "callActivity":
            return {**token.task_spec.given(token), **own}
        return dict(own) if "of" in token.internal_data else None

    def opens(self, token: LiveToken, properties: Mapping[str, Any]) -> None:
        """A user task now waits for a person."""
        scope, element = token.workflow, token.element
        self.opened[token.id] = OpenedTask(
            token.id, scope.drawing.definition_id, scope.process, element.id, element.name, properties, dict(token.data)
        )

    def closes(self, token: LiveToken, how: str) -> None:
        """A user task waits no longer; one that was opened in this very run was never seen by anybody."""
        if self.opened.pop(token.id, None) is None:
            self.closed.append(ClosedTask(token.id, token.element.id, how))

    def work(self) -> None:
        """Run until every token waits for a person, a message or a moment. Raises StepFailed."""
        while not self.over:
            while self.agenda:
                self._run(self.agenda.popleft())
            if self.over or not self._ask_joins():
                break
        if not self.over:
            self._refuse_standstill()

    def _run(self, token: LiveToken) -> None:
        if token._state != READY or token.id not in token.workflow.tasks:
            return
        if len(self.steps) > MOST_STEPS:
            raise failure(token.element, Invalid("流程在自动步骤之间循环不停，请检查网关的条件。"), ())
        try:
            token.run()
            self.settle()
        except Exception as error:
            raise failure(token.element, error, self.world.passes) from error

    def settle(self) -> None:
        """End the scopes in which no token is left."""
        while self.unsettled:
            scope = self.unsettled.pop()
            if not scope.ended and not any(not t.listens for t in scope.tasks.values()):
                scope.end()

    def _ask_joins(self) -> bool:
        for token in self.all_tokens():
            if token._state == WAITING and isinstance(token.task_spec, Inclusive) and token.task_spec.ask(token):
                return True
        return False

    def _refuse_standstill(self) -> None:
        """A scope in whose flow nothing is left but tokens at joins can never go on. Raises StepFailed."""
        for scope in self.scopes():
            flow = [token for token in scope.tasks.values() if not token.listens and not token.element.by_event]
            if flow and all(isinstance(token.task_spec, Join) for token in flow):
                raise failure(flow[0].element, Invalid("汇聚网关在等一条不会再来的分支，流程停在这里；请修改流程图。"), ())
