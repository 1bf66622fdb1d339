"""What a drawing consists of, as plain values: elements, flows, events, loops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EVENTS = frozenset({"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
TASKS = frozenset({"userTask", "serviceTask", "businessRuleTask", "sendTask", "receiveTask"})
SCOPES = frozenset({"subProcess", "callActivity"})
ACTIVITIES = TASKS | SCOPES


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. ``condition``: FEEL, or None; ``scope``: id of the process or sub-process it is drawn in."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What an event waits for or throws. ``kind``: none, message, timer, error, escalation, terminate or what is not supported."""

    kind: str = "none"
    message: str = ""  # name of the message
    code: str = ""  # of an error or escalation; "" catches every code
    timer: str = ""  # timeDate | timeDuration | timeCycle
    value: str = ""  # the timer's expression or literal
    several: bool = False  # more than one definition in one event


@dataclass(frozen=True, slots=True)
class Loop:
    """Repetition of an activity. ``kind``: parallel, sequential (multi-instance) or standard."""

    kind: str
    collection: str | None = None  # name of a list variable, or FEEL that gives a list
    cardinality: str | None = None  # FEEL that gives a number
    item: str | None = None
    output: str | None = None
    output_item: str | None = None
    condition: str | None = None  # completion condition; of a standard loop: go on while it is true
    maximum: int | None = None
    test_before: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """A node of a drawing. ``kind`` is its BPMN tag; ``properties`` include those that its lane gives as defaults."""

    id: str
    name: str
    kind: str
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str = ""
    lane: str = ""
    scope: str = ""  # id of the process or sub-process it stands in
    event: Event = Event()
    attached_to: str = ""
    interrupting: bool = True  # of a boundary event or the start event of an event sub-process
    by_event: bool = False  # an event sub-process
    default: str = ""
    operation: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    result: str = ""
    payload: str = ""
    decision: str = ""
    called: str = ""
    loop: Loop | None = None
    extensions: frozenset[str] = frozenset()  # local names of all SpiffWorkflow extension elements
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole drawing as it was drawn, before any rule has judged it."""

    key: str
    name: str
    file: str
    executable: bool
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]
    boundaries: Mapping[str, tuple[Element, ...]]  # id of an activity → its boundary events
    starts: Mapping[str, tuple[Element, ...]]  # id of a process or sub-process → its start events
    event_parts: Mapping[str, tuple[Element, ...]]  # id of a process or sub-process → its event sub-processes
    messages: Mapping[str, str]  # id → name
    pools: int
    processes: int
    duplicates: tuple[str, ...]  # ids given to more than one element
    foreign: tuple[tuple[str, str], ...]  # (tag, id) of BPMN elements that are neither nodes nor drawing aids

    def within(self, scope: str) -> list[Element]:
        """The elements that stand directly in a process or sub-process."""
        return [e for e in self.elements.values() if e.scope == scope]
