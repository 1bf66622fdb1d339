"""SpiffWorkflow's parser with our task specs; what an element says is read by ``reading``, the parser gives the frame."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import SubprocessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag

from engine.bpm.elements import Element, Sheet
from engine.bpm.specs import events, gateways, rounds, scopes, tasks
from engine.bpm.specs.node import ROUND, Node

LISTENING = ("timer", "message")


class NodeParser(TaskParser):  # type: ignore[misc]
    """Makes the spec of a node, its loop, and its connections."""

    STANDARD_LOOP_CLASS = rounds.WhileTrue
    PARALLEL_MI_CLASS = rounds.InParallel
    SEQUENTIAL_MI_CLASS = rounds.OneByOne

    @property
    def bpmn_attributes(self) -> dict[str, Any]:
        return {"description": None, "lane": None, "bpmn_name": self.node.get("name")}

    def handles_multiple_outgoing(self) -> bool:
        """Allowed for every node; the rules refuse it where it is wrong."""
        return True

    def _add_boundary_event(self, children: list[Any]) -> Any:
        """Boundary events are made, but not woven into the flow: their scope lets them listen."""
        for event in children:
            self.process_parser.parse_node(event)
        return self.task


class EventParser(NodeParser):
    """Makes the spec of an event; what it waits for stands on the Element."""

    def create_task(self) -> Any:
        further = {"cancel_activity": True} if issubclass(self.spec_class, events.Boundary) else {}
        return self.spec_class(self.spec, self.bpmn_id, event_definition=events.NOTHING, **further, **self.bpmn_attributes)


class SubProcessParser(NodeParser):
    """Makes the spec of a sub-process and that of the process inside it."""

    def create_task(self) -> Any:
        inside = SubprocessParser.get_subprocess_spec(self)
        chosen = scopes.EventPart if self.node.get("triggeredByEvent") == "true" else self.spec_class
        task = chosen(self.spec, self.bpmn_id, subworkflow_spec=inside, **self.bpmn_attributes)
        self.process_parser.parser.inner.append(inside)
        return task


class CallParser(NodeParser):
    """Makes the spec of a call activity; the called process has a drawing of its own."""

    def create_task(self) -> Any:
        return self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=self.node.get("calledElement"), **self.bpmn_attributes)


class WholeProcess(ProcessParser):  # type: ignore[misc]
    """Parses from the start event and from each event sub-process."""

    def add_tasks(self) -> None:
        for node in self.xpath("./bpmn:startEvent | ./bpmn:subProcess[@triggeredByEvent='true']"):
            self.parse_node(node)


class DrawingParser(BpmnParser):  # type: ignore[misc]
    """The parser of one drawing. ``inner``: ids of its sub-processes."""

    PROCESS_PARSER_CLASS = WholeProcess
    OVERRIDE_PARSER_CLASSES = {
        full_tag("startEvent"): (EventParser, events.Start),
        full_tag("endEvent"): (EventParser, events.End),
        full_tag("intermediateCatchEvent"): (EventParser, events.Catch),
        full_tag("intermediateThrowEvent"): (EventParser, events.Throw),
        full_tag("boundaryEvent"): (EventParser, events.Boundary),
        full_tag("receiveTask"): (EventParser, events.Receive),
        full_tag("sendTask"): (EventParser, events.Send),
        full_tag("userTask"): (NodeParser, tasks.User),
        full_tag("serviceTask"): (NodeParser, tasks.Operation),
        full_tag("businessRuleTask"): (NodeParser, tasks.Decision),
        full_tag("subProcess"): (SubProcessParser, scopes.SubProcess),
        full_tag("callActivity"): (CallParser, scopes.Called),
        full_tag("exclusiveGateway"): (NodeParser, gateways.Exclusive),
        full_tag("parallelGateway"): (NodeParser, gateways.Parallel),
        full_tag("inclusiveGateway"): (NodeParser, gateways.Inclusive),
        full_tag("eventBasedGateway"): (EventParser, gateways.EventBased),
    }

    def __init__(self) -> None:
        super().__init__()
        self.inner: list[str] = []

    def _add_diagram_indexes(self, bpmn: Any) -> None:
        """Where things are drawn has no meaning; lanes are read by ``reading``."""


def parse_specs(root: Any, sheet: Sheet) -> dict[str, Any]:
    """Id of the process and of each sub-process → its process spec, each node of which knows its Element."""
    if version("SpiffWorkflow") != "3.2.0":
        raise RuntimeError("engine.bpm is made for SpiffWorkflow 3.2.0")
    parser = DrawingParser()
    parser.add_bpmn_xml(root, sheet.file)
    specs = {sheet.key: parser.get_spec(sheet.key)}
    for name in parser.inner:  # grows while sub-processes are parsed
        specs[name] = parser.get_spec(name)
    for spec in specs.values():
        for task in spec.task_specs.values():
            if isinstance(task, Node):
                _link(task, sheet, spec.task_specs)
    return specs


def _link(task: Node, sheet: Sheet, beside: dict[str, Any]) -> None:
    element: Element = sheet.elements[task.name.removesuffix(ROUND)]
    task.element = element
    if task.name.endswith(ROUND):
        task.rounds = beside[element.id]
    else:
        task.boundaries = tuple(b for b in sheet.boundaries.get(element.id, ()) if b.event.kind in LISTENING)
