"""From the XML of a drawing to a Sheet: one walk, no judgement (that is what the rules are for)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from engine.bpm.elements import ACTIVITIES, EVENTS, GATEWAYS, Element, Event, Flow, Loop, Sheet
from engine.bpm.markup import BPMN, SPIFF, local, text

UNSUPPORTED_NODES = frozenset(
    {
        "task",
        "manualTask",
        "scriptTask",
        "callChoreography",
        "complexGateway",
        "transaction",
        "adHocSubProcess",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "globalTask",
    }
)
NODES = ACTIVITIES | EVENTS | GATEWAYS | UNSUPPORTED_NODES
AIDS = frozenset({"laneSet", "sequenceFlow", "textAnnotation", "association", "group"})
PARTS = frozenset(
    {"documentation", "extensionElements", "incoming", "outgoing", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"}
)
GLOBAL = frozenset(f"global{kind}Task" for kind in ("", "User", "Manual", "Script", "BusinessRule"))
BESIDE = GLOBAL | {"dataStore", "choreography", "correlationProperty"}  # elements beside the process
SCOPES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
MARKS = (
    ("instantiate", "true", "instantiate"),
    ("eventGatewayType", "Parallel", "parallel events"),
    ("isForCompensation", "true", "isForCompensation"),
)


class Reading:
    """One walk through one process of a document; ``sheet()`` gives the result."""

    def __init__(self, root: Any, process: Any, file: str) -> None:
        self.root, self.process, self.file = root, process, file
        self.messages = {m.get("id", ""): m.get("name", "") for m in root.iterfind(BPMN + "message")}
        self.codes = {e.get("id", ""): e.get("errorCode") or "" for e in root.iterfind(BPMN + "error")}
        self.codes |= {e.get("id", ""): e.get("escalationCode") or "" for e in root.iterfind(BPMN + "escalation")}
        self.nodes: list[tuple[Any, str]] = []
        self.flows: list[Flow] = []
        self.foreign: list[tuple[str, str]]
        self.lanes: dict[str, tuple[str, Mapping[str, str]]] = {}
        self.foreign = [(local(node), node.get("id", "")) for node in root if local(node) in BESIDE]
        self._walk(process, process.get("id", ""))

    def _walk(self, scope: Any, scope_id: str) -> None:
        for node in scope:
            kind = local(node)
            if not isinstance(node.tag, str) or not node.tag.startswith(BPMN):
                continue
            if kind == "sequenceFlow":
                self.flows.append(_flow(node, scope_id))
            elif kind in NODES:
                self._node(node, kind, scope_id)
            elif kind == "laneSet":
                self._read_lanes(node)
            elif kind not in AIDS and kind not in PARTS:
                self.foreign.append((kind, node.get("id", "")))

    def _node(self, node: Any, kind: str, scope_id: str) -> None:
        name = node.get("id", "")
        self.nodes.append((node, scope_id))
        self.foreign += [(mark, name) for attribute, value, mark in MARKS if node.get(attribute) == value]
        if kind in SCOPES:
            self._walk(node, name)
            return
        tags = (local(child) for child in node if isinstance(child.tag, str) and child.tag.startswith(BPMN))
        self.foreign += [(tag, name) for tag in tags if tag not in PARTS and tag != "script" and not tag.endswith("EventDefinition")]

    def _read_lanes(self, lane_set: Any) -> None:
        for lane in lane_set.iter(BPMN + "lane"):
            given = _properties(lane)
            for reference in lane.iterfind(BPMN + "flowNodeRef"):
                self.lanes[(reference.text or "").strip()] = (lane.get("name", ""), given)

    def sheet(self) -> Sheet:
        """What was read."""
        incoming, outgoing = _by(self.flows, "target"), _by(self.flows, "source")
        elements: dict[str, Element] = {}
        for node, scope in self.nodes:
            element = self._element(node, scope, incoming, outgoing)
            elements.setdefault(element.id, element)
        ids = Counter([node.get("id", "") for node, _ in self.nodes] + [flow.id for flow in self.flows] + [self.process.get("id", "")])
        return Sheet(
            key=self.process.get("id", ""),
            name=self.process.get("name", "") or self.process.get("id", ""),
            file=self.file,
            executable=self.process.get("isExecutable", "true") == "true",
            elements=elements,
            flows=tuple(self.flows),
            boundaries=_group((e.attached_to, e) for e in elements.values() if e.kind == "boundaryEvent"),
            starts=_group((e.scope, e) for e in elements.values() if e.kind == "startEvent"),
            event_parts=_group((e.scope, e) for e in elements.values() if e.by_event),
            messages=self.messages,
            pools=len(list(self.root.iter(BPMN + "participant"))),
            processes=len(self.root.findall(BPMN + "process")),
            duplicates=tuple(sorted(name for name, times in ids.items() if times > 1)),
            foreign=tuple(self.foreign),
        )

    def _element(self, node: Any, scope: str, incoming: Mapping[str, list[Flow]], outgoing: Mapping[str, list[Flow]]) -> Element:
        name = node.get("id", "")
        lane, defaults = self._lane(name, scope)
        operation, parameters, result = _operation(node)
        return Element(
            id=name,
            name=node.get("name", ""),
            kind=local(node),
            properties={**{k: v for k, v in defaults.items() if k == "role"}, **_properties(node)},
            documentation=(text(node, "documentation") or ""),
            lane=lane,
            scope=scope,
            event=self._event(node),
            attached_to=node.get("attachedToRef", ""),
            interrupting=node.get("cancelActivity", node.get("isInterrupting", "true")) == "true",
            by_event=node.get("triggeredByEvent") == "true",
            default=node.get("default", ""),
            operation=operation,
            parameters=parameters,
            result=result,
            payload=_extension(node, "messagePayload") or _properties(node).get("payload", ""),
            decision=_extension(node, "calledDecisionId"),
            called=node.get("calledElement", ""),
            loop=_loop(node),
            extensions=frozenset(local(e) for e in node.iterfind(f"{BPMN}extensionElements/{SPIFF}*")),
            incoming=tuple(incoming.get(name, ())),
            outgoing=tuple(outgoing.get(name, ())),
        )

    def _lane(self, name: str, scope: str) -> tuple[str, Mapping[str, str]]:
        return self.lanes.get(name) or self.lanes.get(scope) or ("", {})

    def _event(self, node: Any) -> Event:
        if local(node) in ("sendTask", "receiveTask"):
            return Event("message", message=self.messages.get(node.get("messageRef", ""), ""))
        found = [child for child in node if local(child).endswith("EventDefinition")]
        if not found:
            return Event()
        return self._definition(found[0], len(found) > 1)

    def _definition(self, node: Any, several: bool) -> Event:
        kind = local(node).removesuffix("EventDefinition")
        for timer in node if kind == "timer" else ():
            if local(timer) in ("timeDate", "timeDuration", "timeCycle"):
                return Event("timer", timer=local(timer), value=(timer.text or "").strip(), several=several)
        reference = node.get("errorRef") or node.get("escalationRef") or ""
        message = self.messages.get(node.get("messageRef", ""), "")
        return Event(kind, message=message, code=self.codes.get(reference, ""), several=several)


def _flow(node: Any, scope: str) -> Flow:
    source, target = node.get("sourceRef", ""), node.get("targetRef", "")
    return Flow(node.get("id", ""), node.get("name", ""), source, target, text(node, "conditionExpression"), scope)


def _by(flows: list[Flow], end: str) -> dict[str, list[Flow]]:
    found: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        found[getattr(flow, end)].append(flow)
    return found


def _group(pairs: Iterator[tuple[str, Element]] | Any) -> dict[str, tuple[Element, ...]]:
    found: dict[str, list[Element]] = defaultdict(list)
    for key, element in pairs:
        found[key].append(element)
    return {key: tuple(elements) for key, elements in found.items()}


def _properties(node: Any) -> dict[str, str]:
    path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property"
    return {p.get("name", ""): p.get("value", "") for p in node.iterfind(path)}


def _extension(node: Any, tag: str) -> str:
    found = node.find(f"{BPMN}extensionElements/{SPIFF}{tag}")
    return "" if found is None else (found.text or "").strip()


def _operation(node: Any) -> tuple[str, dict[str, str], str]:
    found = node.find(f"{BPMN}extensionElements/{SPIFF}serviceTaskOperator")
    if found is None:
        return "", {}, ""
    given = {p.get("id", ""): p.get("value", "") for p in found.iter(f"{SPIFF}parameter")}
    return found.get("id", ""), given, found.get("resultVariable", "")


def _loop(node: Any) -> Loop | None:
    standard, multi = node.find(BPMN + "standardLoopCharacteristics"), node.find(BPMN + "multiInstanceLoopCharacteristics")
    if standard is not None:
        most = standard.get("loopMaximum", "")
        return Loop(
            "standard",
            condition=text(standard, "loopCondition"),
            maximum=int(most) if most.isdecimal() else None,
            test_before=standard.get("testBefore") == "true",
        )
    if multi is None:
        return None
    return Loop(
        "sequential" if multi.get("isSequential") == "true" else "parallel",
        collection=text(multi, "loopDataInputRef"),
        cardinality=text(multi, "loopCardinality"),
        item=_item(multi, "inputDataItem"),
        output=text(multi, "loopDataOutputRef"),
        output_item=_item(multi, "outputDataItem"),
        condition=text(multi, "completionCondition"),
    )


def _item(node: Any, tag: str) -> str | None:
    found = node.find(BPMN + tag)
    return None if found is None else found.get("name") or found.get("id")
