"""What the processes reach outside themselves: operations, observers, inspectors of what is deployed, and the calendar.

Filled by ``engine/wiring.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from engine.bpm.results import Advance
from engine.calendar import Calendar
from engine.errors import Problem
from engine.processes.acts import Act
from engine.processes.definitions import Drawings
from engine.processes.models import Instance, Task
from engine.processes.standing import Shelf


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an operation or an observer works: inside the transaction of ``act``, on ``instance``, at one element of one drawing.

    ``process`` and ``element`` are empty for an observer. Never commit here.
    """

    session: Session
    ports: Ports
    act: Act
    instance: Instance
    process: str
    element: str
    variables: Mapping[str, Any]  # of the scope; read only


@dataclass(frozen=True, slots=True)
class Operation:
    """What a service task may name. ``parameters`` maps each allowed parameter to its label; ``run`` returns variables for the scope."""

    name: str
    label: str
    parameters: Mapping[str, str]
    run: Callable[[Desk, Mapping[str, Any]], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Change:
    """What one act did to one instance. Instance and tasks are plain copies of their rows, not attached to the session.

    ``advance`` is None when the act had been done before under the same key: then this is the first result again.
    """

    instance: Instance
    advance: Advance | None
    opened: list[Task]
    closed: list[Task]
    answers: Mapping[str, Any] = field(default_factory=dict)
    form: str = ""


Observer = Callable[[Desk, Change], None]
Inspector = Callable[[Mapping[str, bytes]], list[Problem]]  # files of a folder (path → content) → what else is wrong with them


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside of the processes. ``drawings`` and ``standing`` keep what was read, so one Ports serves one database."""

    operations: Mapping[str, Operation]
    observers: tuple[Observer, ...]
    calendar: Callable[[Session], Calendar]
    drawings: Drawings = field(default_factory=Drawings)
    standing: Shelf = field(default_factory=Shelf)
    inspectors: tuple[Inspector, ...] = ()

    def signatures(self) -> dict[str, frozenset[str] | None]:
        """Operation → the parameters it knows, as the drawing's rules want it; None where it takes any (it lists ``*``)."""
        return {name: None if "*" in op.parameters else frozenset(op.parameters) for name, op in self.operations.items()}
