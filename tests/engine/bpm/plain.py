"""Plain SpiffWorkflow 3.2.0, kept in memory, with a clock that tests move. Only for comparing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import SpiffWorkflow.bpmn.specs.event_definitions.timer as timers
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

LISTENING = {"BoundaryEvent", "IntermediateCatchEvent", "EventBasedGateway", "ReceiveTask", "StartEvent"}


class Plain:
    """One instance. A context manager, because the clock of the library is a name of a module."""

    def __init__(self, xml: bytes, at: datetime, variables: Mapping[str, Any], key: str = "p", **further: bytes) -> None:
        self.at, self.log = at, []
        parser = SpiffBpmnParser()
        for content in (xml, *further.values()):
            parser.add_bpmn_str(content)
        self.spec, self.subs = parser.get_spec(key), parser.get_subprocess_specs(key)
        self.variables = dict(variables)

    def __enter__(self) -> Plain:
        plain = self

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return plain.at.astimezone(tz)

        timers.datetime = Clock
        self.workflow = BpmnWorkflow(self.spec, self.subs)
        self.workflow.task_tree.set_data(**self.variables)
        self.workflow.do_engine_steps()
        return self

    def __exit__(self, *_: object) -> None:
        timers.datetime = datetime

    def live(self) -> list[Any]:
        flows = [self.workflow, *self.workflow.subprocesses.values()]
        return [task for flow in flows if not flow.completed for task in flow.tasks.values()]

    def tasks(self) -> list[str]:
        names = [t.task_spec.name.removesuffix(" [child]") for t in self.live() if t.state == TaskState.READY and t.task_spec.manual]
        return sorted(names)

    def messages(self) -> list[str]:
        found = []
        for task in self.live():
            if task.state == TaskState.WAITING and type(task.task_spec).__name__ in LISTENING:
                definition = task.task_spec.event_definition
                each = getattr(definition, "event_definitions", [definition])
                found += [d.name for d in each if isinstance(d, MessageEventDefinition)]
        return sorted(found)

    def now(self) -> tuple[list[str], list[str], bool]:
        return self.tasks(), self.messages(), self.workflow.is_completed()

    def complete(self, name: str, **answers: Any) -> None:
        self.log.append(name)
        ready = (t for t in self.live() if t.state == TaskState.READY and t.task_spec.name.removesuffix(" [child]") == name)
        task = next(ready)
        task.set_data(**answers)
        task.run()
        self.workflow.do_engine_steps()

    def deliver(self, name: str) -> None:
        self.log.append(f"@{name}")
        self.workflow.send_event(BpmnEvent(MessageEventDefinition(name), payload={}))
        self.workflow.do_engine_steps()

    def wake(self, at: datetime) -> None:
        self.log.append(str(at))
        self.at = at
        self.workflow.refresh_timers()
        self.workflow.do_engine_steps()
