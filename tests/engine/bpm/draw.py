"""Draws BPMN for tests: nodes and flows in, XML out."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import pairwise

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'id="definitions" targetNamespace="http://bpmn.io/schema/bpmn">'
)


class Sketch:
    """The contents of a process or of a sub-process."""

    def __init__(self, key: str = "p") -> None:
        self.key = key
        self.parts: list[str] = []
        self.flows: list[tuple[str, str, str, str | None]] = []
        self.defaults: dict[str, str] = {}
        self.messages: set[str] = set()
        self.forms: set[str] = set()

    def node(self, kind: str, id: str, body: str = "", extension: str = "", **attributes: str) -> str:
        given = "".join(f' {k}="{escape(v)}"' for k, v in attributes.items())
        self.parts.append(f'<bpmn:{kind} id="{id}" name="{id}"{given}@{id}@>' + _extension(extension) + body + f"</bpmn:{kind}>")
        return id

    def start(self, *then: str, id: str = "s", body: str = "", **attributes: str) -> Sketch:
        """A start event, and a chain behind it."""
        self.node("startEvent", id, body, **attributes)
        self.chain(id, *then)
        return self

    def end(self, id: str = "e", body: str = "", extension: str = "") -> str:
        return self.node("endEvent", id, body, extension)

    def user(self, id: str, body: str = "", loop: str = "", **properties: str) -> str:
        self.forms.add(id)
        return self.node("userTask", id, loop + body, props({"role": "clerk"} | properties))

    def service(self, id: str, operation: str, result: str = "", loop: str = "", **parameters: str) -> str:
        given = "".join(f'<spiffworkflow:parameter id="{k}" type="any" value="{escape(v)}"/>' for k, v in parameters.items())
        named = f' resultVariable="{result}"' if result else ""
        inside = f'<spiffworkflow:serviceTaskOperator id="{operation}"{named}><spiffworkflow:parameters>{given}</spiffworkflow:parameters>'
        return self.node("serviceTask", id, loop, inside + "</spiffworkflow:serviceTaskOperator>")

    def flow(self, source: str, target: str, condition: str | None = None, default: bool = False) -> str:
        id = f"f{len(self.flows) + 1}_{self.key}"
        self.flows.append((id, source, target, condition))
        if default:
            self.defaults[source] = id
        return id

    def chain(self, *ids: str) -> None:
        for source, target in pairwise(ids):
            self.flow(source, target)

    def message(self, name: str) -> str:
        self.messages.add(name)
        return f'<bpmn:messageEventDefinition messageRef="M_{name}"/>'

    def boundary(self, id: str, host: str, body: str, interrupting: bool = True, extension: str = "") -> str:
        return self.node("boundaryEvent", id, body, extension, attachedToRef=host, cancelActivity=str(interrupting).lower())

    def sub(self, id: str, inside: Sketch, loop: str = "", by_event: bool = False) -> str:
        self.messages |= inside.messages
        self.forms |= inside.forms
        further = {"triggeredByEvent": "true"} if by_event else {}
        return self.node("subProcess", id, loop + inside.body(), **further)

    def body(self) -> str:
        parts = "".join(self.parts)
        for id in {source for _, source, _, _ in self.flows} | set(_ids(self.parts)):
            default = f' default="{self.defaults[id]}"' if id in self.defaults else ""
            parts = parts.replace(f"@{id}@", default)
        return parts + "".join(_flow(*flow) for flow in self.flows)

    def xml(self, extra: str = "") -> bytes:
        messages = "".join(f'<bpmn:message id="M_{m}" name="{m}"/>' for m in sorted(self.messages))
        process = f'<bpmn:process id="{self.key}" name="{self.key}" isExecutable="true">{self.body()}</bpmn:process>'
        return (HEAD + messages + extra + process + "</bpmn:definitions>").encode()

    def files(self, extra: str = "", **further: bytes) -> dict[str, bytes]:
        forms = {f"forms/{name}.form": b'{"components": []}' for name in self.forms}
        return {f"{self.key}.bpmn": self.xml(extra), **forms, **further}


def props(properties: Mapping[str, str]) -> str:
    given = "".join(f'<spiffworkflow:property name="{k}" value="{escape(v)}"/>' for k, v in properties.items())
    return f"<spiffworkflow:properties>{given}</spiffworkflow:properties>"


def timer(value: str, kind: str = "timeDuration") -> str:
    inside = f'<bpmn:{kind} xsi:type="bpmn:tFormalExpression">{escape(value)}</bpmn:{kind}>'
    return f"<bpmn:timerEventDefinition>{inside}</bpmn:timerEventDefinition>"


def multi(collection: str, item: str = "", output: str = "", output_item: str = "", condition: str = "", sequential: bool = False) -> str:
    inside = f"<bpmn:loopDataInputRef>{collection}</bpmn:loopDataInputRef>"
    inside += f"<bpmn:loopDataOutputRef>{output}</bpmn:loopDataOutputRef>" if output else ""
    inside += f'<bpmn:inputDataItem id="i_{item}" name="{item}"/>' if item else ""
    inside += f'<bpmn:outputDataItem id="o_{output_item}" name="{output_item}"/>' if output_item else ""
    inside += f"<bpmn:completionCondition>{escape(condition)}</bpmn:completionCondition>" if condition else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">{inside}</bpmn:multiInstanceLoopCharacteristics>'
    )


def _extension(inside: str) -> str:
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>" if inside else ""


def _ids(parts: list[str]) -> list[str]:
    return [part.split('id="', 1)[1].split('"', 1)[0] for part in parts if 'id="' in part]


def _flow(id: str, source: str, target: str, condition: str | None) -> str:
    inside = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}</bpmn:conditionExpression>' if condition else ""
    )
    return f'<bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'
