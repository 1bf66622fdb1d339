"""The course of one act: it may move several instances, and what it queues on the way is done at its end.

Messages are queued because an instance must not be entered again while it runs; journal rows because the locks of the chains come
after the locks of the instances.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from engine import journal
from engine.bpm.decisions import Table
from engine.bpm.results import StepFailed
from engine.calendar import Calendar
from engine.journal.actor import Actor
from engine.processes.acts import Act
from engine.processes.models import Message
from engine.processes.payloads import unpack
from engine.processes.ports import Ports
from engine.processes.standing import Standing

TTL = timedelta(days=30)  # how long a message waits for its catch
_KEY = "course"  # in session.info


@dataclass(frozen=True, slots=True)
class Note:
    """What the journal says of an act, and what would have to be done again if it failed (``redo``, see retry.py)."""

    act: str
    subject: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    redo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posting:
    """A message on its way: a new one, or (``message_id``) one that was kept."""

    act: Act
    name: str
    correlation: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    ttl: timedelta = TTL
    message_id: int | None = None


def kept(act: Act, message: Message | Row[Any]) -> Posting:
    """A kept message, on its way again."""
    return Posting(act, message.name, message.correlation, unpack(message.payload), message_id=message.id)


class Course:
    """One act under way in ``session``; nested use cases (an operation that starts a process) join it."""

    def __init__(self, session: Session, ports: Ports) -> None:
        self.session, self.ports = session, ports
        self.postings: deque[Posting] = deque()
        self.rows: list[tuple[str, journal.Row]] = []
        self.stamp: str | None = None  # head of the chain house, if it has been read
        self.describe: Callable[[StepFailed], None] | None = None  # how a failure after the first run is described

    @cached_property
    def standing(self) -> Standing:
        """What stands for the whole act."""
        return self.ports.standing.at(self.session, self.ports, self.stamp)

    @property
    def calendar(self) -> Calendar:
        """The working calendar."""
        return self.standing.calendar

    @property
    def shared(self) -> Mapping[str, Table]:
        """Decision tables of the shared folders (time-limits, escalation …) by decision id, at their current versions."""
        return self.standing.shared

    def note(self, act: Act, chain: str, note: Note) -> None:
        """Queue a journal row."""
        data = {**note.data, **({"reason": act.reason} if act.reason else {})}
        self.rows.append((chain, journal.Row(act.actor, act.at, note.act, note.subject, data)))

    def mark(self) -> tuple[int, int]:
        """Where the queues end now, for ``back_to``."""
        return len(self.rows), len(self.postings)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget what was queued since ``mark``: a delivery failed and was rolled back."""
        del self.rows[mark[0] :]
        while len(self.postings) > mark[1]:
            self.postings.pop()

    def write_journal(self) -> None:
        """Write the queued rows, chain by chain in one order, so that two acts lock the chains in the same order."""
        chains: dict[str, list[journal.Row]] = {}
        for chain, row in self.rows:
            chains.setdefault(chain, []).append(row)
        for chain in sorted(chains):
            journal.write(self.session, chain, chains[chain])
        self.rows.clear()


def under_way(session: Session) -> Course | None:
    """The course that is open in this session: then an act is inside another one, which carries the idempotency key for both."""
    course: Course | None = session.info.get(_KEY)
    return course


def append(
    session: Session, chain: str, actor: Actor, at: datetime, act: str, subject: str = "", data: Mapping[str, Any] | None = None
) -> None:
    """A journal row of an operation or observer: written with the rows of the act under way, before the act's own; else at once."""
    course = under_way(session)
    if course is None:
        journal.append(session, chain, actor, at, act, subject, data)
    else:
        course.rows.append((chain, journal.Row(actor, at, act, subject, data or {})))


def enter(session: Session, ports: Ports) -> Course:
    """Open the course of this session."""
    course = session.info[_KEY] = Course(session, ports)
    return course


def leave(session: Session) -> None:
    """Close the course of this session."""
    session.info.pop(_KEY, None)
