"""Deployed definitions and their parsed drawings."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpm import decisions
from engine.bpm.decisions import Table
from engine.bpm.drawing import Drawing, restore
from engine.errors import NotFound
from engine.processes.models import Definition, DefinitionFile

if TYPE_CHECKING:
    from engine.processes.ports import Ports

KEPT = 300  # parsed definitions in memory, some 100 kB each
Thing = TypeVar("Thing")


@dataclass(slots=True)
class Drawings:
    """Parsed drawings and shared tables of one database by definition id; a definition never changes, so nothing goes stale."""

    _drawings: OrderedDict[int, Drawing] = field(default_factory=OrderedDict)
    _tables: OrderedDict[int, Mapping[str, Table]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def drawing(self, session: Session, ports: Ports, definition_id: int) -> Drawing:
        """The drawing of a definition, parsed once. Raises NotFound."""
        known = self._drawings.get(definition_id)
        return known or self._keep(self._drawings, definition_id, restore(files(session, definition_id), definition_id))

    def tables(self, session: Session, definition_id: int) -> Mapping[str, Table]:
        """The decision tables of a shared folder (``limits``) by decision id, parsed once. Raises NotFound."""
        known = self._tables.get(definition_id)
        return known or self._keep(self._tables, definition_id, tables_of(files(session, definition_id)))

    def forget(self, definition_id: int) -> None:
        """A definition was rolled back; SQLite will give its id to the next one."""
        self._drawings.pop(definition_id, None)
        self._tables.pop(definition_id, None)

    def _keep(self, shelf: OrderedDict[int, Thing], definition_id: int, thing: Thing) -> Thing:
        with self._lock:
            shelf[definition_id] = thing
            while len(shelf) > KEPT:
                shelf.popitem(last=False)
        return thing


def files(session: Session, definition_id: int) -> dict[str, bytes]:
    """Path → content of a definition. Raises NotFound."""
    query = select(DefinitionFile.path, DefinitionFile.content).where(DefinitionFile.definition_id == definition_id)
    found = {row.path: row.content for row in session.execute(query)}
    if not found:
        raise NotFound("没有这个流程定义；请从流程列表中选择。", definition_id=definition_id)
    return found


def tables_of(contents: Mapping[str, bytes]) -> dict[str, Table]:
    """The decision tables of all .dmn files by decision id. Raises Refused."""
    tables: dict[str, Table] = {}
    for path, content in sorted(contents.items()):
        if path.endswith(".dmn"):
            tables.update(decisions.parse(content))
    return tables


def current(session: Session, *, shared: bool = False) -> dict[str, int]:
    """Key → id of the versions that new instances start on; with ``shared``, of the shared folders instead."""
    query = select(Definition.key, Definition.id).where(Definition.current, Definition.shared == shared)
    return {row.key: row.id for row in session.execute(query)}


def shared_decisions(session: Session, ports: Ports) -> frozenset[str]:
    """Ids of the decisions that any drawing may name."""
    return frozenset(shared_tables(session, ports))


def shared_tables(session: Session, ports: Ports) -> dict[str, Table]:
    """The tables of the current shared folders by decision id."""
    folders = current(session, shared=True).values()
    return {id_: table for folder in folders for id_, table in ports.drawings.tables(session, folder).items()}


def definition(session: Session, key: str) -> Definition:
    """The version of ``key`` that new instances start on. Raises NotFound."""
    found = session.scalar(select(Definition).where(Definition.key == key, Definition.current))
    if found is None:
        raise NotFound("流程“%(key)s”尚未部署；请流程管理员先部署。", key=key)
    return found


def bindings(session: Session, ports: Ports, key: str) -> dict[str, int]:
    """Process key → definition id for ``key`` and all that it calls, at their current versions. Raises NotFound."""
    available = current(session)
    bound: dict[str, int] = {}
    wanted = [key]
    while wanted:
        name = wanted.pop()
        if name in bound:
            continue
        if name not in available:
            raise NotFound("流程“%(key)s”尚未部署；请流程管理员先部署。", key=name)
        bound[name] = available[name]
        wanted += sorted(ports.drawings.drawing(session, ports, available[name]).calls)
    return bound
