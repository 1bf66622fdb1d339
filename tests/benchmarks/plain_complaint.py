"""The complaint drawing in plain SpiffWorkflow, serialised whole at every step: what the engine is measured against.

Plain is given our FEEL for its expressions (Python's ``eval`` would be slower) and played operations, so both do the same work.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

from engine.bpm import expressions, timing
from engine.bpm.elements import Event
from engine.bpm.markup import BPMN, SPIFF

for name in ("spiff.task", "spiff.workflow", "spiff.data"):  # otherwise each step walks the whole tree for a log line nobody reads
    logging.getLogger(name).setLevel(logging.WARNING)

Perform = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]


class Feel(PythonScriptEngine):
    """FEEL for plain SpiffWorkflow, and played operations."""

    def __init__(self, perform: Perform, functions: Mapping[str, Any]) -> None:
        super().__init__()
        self.perform, self.functions = perform, functions

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        if timing.is_literal(Event("timer", timer="timeDuration", value=expression)):
            return expression
        value = expressions.compile(expression).evaluate(task.data, self.functions)
        return value.isoformat() if isinstance(value, datetime | date) else value

    def call_service(self, task: Any, operation_name: str, operation_params: Mapping[str, Any]) -> str:
        given = {name: param["value"] for name, param in operation_params.items()}
        task.data.update(self.perform(operation_name, given, task.data))
        return json.dumps({})


def prepared(xml: bytes) -> bytes:
    """The drawing with its decision as an operation; plain's decision tables don't speak FEEL."""
    root = etree.fromstring(xml)
    for node in list(root.iter(BPMN + "businessRuleTask")):
        node.tag = BPMN + "serviceTask"
        decision = node.find(f"{BPMN}extensionElements/{SPIFF}calledDecisionId")
        operator = etree.SubElement(decision.getparent(), f"{SPIFF}serviceTaskOperator", id=f"decide/{decision.text.strip()}")
        etree.SubElement(operator, f"{SPIFF}parameters")
        decision.getparent().remove(decision)
    return etree.tostring(root)


class PlainComplaint:
    """One instance; ``state`` is what is stored between two steps."""

    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))

    def __init__(self, drawings: Mapping[str, bytes], key: str, engine: Feel, variables: Mapping[str, Any]) -> None:
        parser = SpiffBpmnParser()
        for xml in drawings.values():
            parser.add_bpmn_str(prepared(xml))
        self.engine = engine
        workflow = BpmnWorkflow(parser.get_spec(key), parser.get_subprocess_specs(key), script_engine=engine)
        workflow.task_tree.set_data(**variables)
        workflow.do_engine_steps()
        self.state: str = self.serializer.serialize_json(workflow)

    def complete(self, element: str, answers: Mapping[str, Any]) -> None:
        """Load, complete a user task, run on, store."""
        workflow = self.serializer.deserialize_json(self.state)
        workflow.script_engine = self.engine
        task = next(t for t in workflow.get_tasks(state=TaskState.READY, manual=True) if t.task_spec.name == element)
        task.set_data(**answers)
        task.run()
        workflow.do_engine_steps()
        self.state = self.serializer.serialize_json(workflow)
