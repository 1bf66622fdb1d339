"""What goes into a run and what comes out of it: plain values, no SpiffWorkflow and no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.errors import DubanError

if TYPE_CHECKING:
    from engine.bpm.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Call:
    """A service task that is reached: the operation to perform and its evaluated parameters."""

    operation: str
    parameters: Mapping[str, Any]
    process: str
    element: str
    variables: Mapping[str, Any]  # of the scope it stands in; read only


@dataclass(frozen=True, slots=True)
class World:
    """What a run may reach outside itself. ``at`` is the moment of the act (aware, UTC)."""

    at: datetime
    drawing: Callable[[int], Drawing]  # definition id → drawing
    perform: Callable[[Call], Mapping[str, Any]]  # returns variables for the scope
    decide: Callable[[int, str, Mapping[str, Any]], Mapping[str, Any]]  # definition id, decision id, variables → outputs
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  # further FEEL functions: workdays_after …
    passes: tuple[type[BaseException], ...] = ()  # exceptions of perform and decide that are not the step's failure (a lost connection …)


@dataclass(frozen=True, slots=True)
class OpenedTask:
    """A user task that now waits for a person. ``properties``: the element's, with values that begin with "=" evaluated."""

    token: str
    definition_id: int
    process: str
    element: str
    name: str
    properties: Mapping[str, Any]
    variables: Mapping[str, Any]  # of its scope, multi-instance item included


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A user task that waits no longer: ``completed``, or ``cancelled`` by an event, a sibling or the end of its scope."""

    token: str
    element: str
    how: str


@dataclass(frozen=True, slots=True)
class Step:
    """An element that was passed. ``due_at``: for a timer, the moment it was due, which may lie before ``at``."""

    process: str
    element: str
    name: str
    kind: str  # BPMN tag: userTask, serviceTask, exclusiveGateway, boundaryEvent …
    at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A token that waits for a message."""

    token: str
    message: str
    correlation: str


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message that a throw event, a send task or an end event sent."""

    message: str
    correlation: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Token:
    """Where a token stands, for showing it on the drawing."""

    token: str
    process: str
    element: str
    state: str  # task (a person is awaited) | waiting (message, moment or join) | inside (sub-process) | listening (boundary …)
    due_at: datetime | None = None  # when its timer rings


@dataclass(frozen=True, slots=True)
class Advance:
    """The outcome of a run: the state to store and what changed."""

    state: bytes
    variables: Mapping[str, Any]  # of the top scope
    opened: tuple[OpenedTask, ...]
    closed: tuple[ClosedTask, ...]
    steps: tuple[Step, ...]
    subscriptions: tuple[Subscribed, ...]  # all that are open now, not only the new ones
    thrown: tuple[Thrown, ...]
    due_at: datetime | None  # of the earliest waiting timer
    finished: bool
    outcome: str = ""  # id of the end event that ended the process


class StepFailed(DubanError):
    """An operation or expression failed; nothing of the run may be stored. Becomes an Incident."""

    status = 500

    def __init__(self, element: str, name: str, sentence: str) -> None:
        super().__init__(sentence, element=element, name=name)
        self.element, self.name = element, name
