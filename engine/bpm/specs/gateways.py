"""Gateways. A token that arrives at a join is used by exactly one firing, also in loops."""

from __future__ import annotations

from collections import defaultdict

from SpiffWorkflow.bpmn.specs.mixins import EventBasedGatewayMixin, ExclusiveGatewayMixin, InclusiveGatewayMixin, ParallelGatewayMixin
from SpiffWorkflow.specs.base import TaskSpec

from engine.bpm.elements import Flow
from engine.bpm.specs.node import Node
from engine.bpm.tokens import WAITING, LiveToken
from engine.errors import Invalid


class Exclusive(Node, ExclusiveGatewayMixin):  # type: ignore[misc]
    """The first flow whose condition is true, in the order of the drawing; else the default flow."""

    def _run_hook(self, my_task: LiveToken) -> bool:
        flows = self.element.outgoing
        if len(flows) > 1 or (flows and flows[0].condition):
            my_task.taken = (self._choose(my_task),)
        return True

    def _choose(self, token: LiveToken) -> Flow:
        for flow in self.element.outgoing:
            if flow.id != self.element.default and flow.condition and token.holds(flow.condition):
                return flow
        for flow in self.element.outgoing:
            if flow.id == self.element.default:
                return flow
        raise Invalid("没有一条出口的条件成立，请检查填写的内容，或给网关加默认出口。")


class Join(Node):
    """A gateway at which tokens wait for each other."""

    def _update_hook(self, my_task: LiveToken) -> bool:
        if len(self.element.incoming) < 2:
            return True
        my_task._set_state(WAITING)
        self.arrived(my_task)
        return False

    def arrived(self, token: LiveToken) -> None:
        """Fire if this arrival was the last that was missing."""

    def arrivals(self, token: LiveToken) -> dict[str, list[LiveToken]]:
        """The tokens that wait at this join, oldest first, by the flow on which they came."""
        found: dict[str, list[LiveToken]] = defaultdict(list)
        for other in token.workflow.tasks.values():
            if other.task_spec is self and other._state == WAITING:
                found[other.internal_data["via"]].append(other)
        return found

    def fire(self, token: LiveToken, arrived: dict[str, list[LiveToken]]) -> None:
        """Use one arrival of each flow that has one; one of them goes on."""
        used = [tokens[0] for tokens in arrived.values()]
        for other in used[1:]:
            other.workflow.leave(other)
        used[0].internal_data.pop("via")
        used[0]._ready()


class Parallel(Join, ParallelGatewayMixin):  # type: ignore[misc]
    """Waits for one token on each incoming flow; excess tokens wait for the next firing."""

    def arrived(self, token: LiveToken) -> None:
        found = self.arrivals(token)
        if len(found) == len(self.element.incoming):
            self.fire(token, found)


class Inclusive(Join, InclusiveGatewayMixin):  # type: ignore[misc]
    """Waits until no token can still come to a flow that has none (BPMN 2.0.2, 13.4.3); asked when nothing else can run."""

    def ask(self, token: LiveToken) -> bool:
        """Fire if nothing more can come; say whether it fired."""
        found = self.arrivals(token)
        if self._more_may_come(token, frozenset(found)):
            return False
        self.fire(token, found)
        return True

    def _more_may_come(self, token: LiveToken, arrived: frozenset[str]) -> bool:
        if len(arrived) == len(self.element.incoming):
            return False
        reach = token.workflow.reach(self.element)
        for other in token.workflow.tasks.values():
            if other.task_spec is self or other.listens:
                continue
            reached = reach.get(other.element.id, frozenset())
            if reached - arrived and not reached & arrived:
                return True
        return False

    def _run_hook(self, my_task: LiveToken) -> bool:
        flows = self.element.outgoing
        if len(flows) < 2 and not (flows and flows[0].condition):
            return True
        chosen = tuple(f for f in flows if f.id != self.element.default and f.condition and my_task.holds(f.condition))
        my_task.taken = chosen or tuple(f for f in flows if f.id == self.element.default)
        if not my_task.taken:
            raise Invalid("没有一条出口的条件成立，请检查填写的内容，或给网关加默认出口。")
        return True


class EventBased(Node, EventBasedGatewayMixin):  # type: ignore[misc]
    """Lets its events wait side by side; the first that happens cancels the others."""

    def connect(self, child: Node) -> None:
        """Leave the events where they are drawn; SpiffWorkflow would move them into the gateway."""
        TaskSpec.connect(self, child)

    def _on_complete(self, my_task: LiveToken) -> None:
        workflow = my_task.workflow
        if not workflow.leave(my_task):
            return
        workflow.record(my_task)
        for flow in self.element.outgoing:
            workflow.enter(flow, race=my_task.id)
