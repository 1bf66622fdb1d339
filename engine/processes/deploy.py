"""A folder of a process, or a shared folder of decision tables, becomes an immutable version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from engine import journal
from engine.bpm.decisions import Table
from engine.bpm.drawing import parse
from engine.errors import Invalid, Problem, Refused
from engine.processes import definitions
from engine.processes.acts import Act
from engine.processes.models import Definition, DefinitionFile
from engine.processes.ports import Ports

IGNORED = ("README.md",)  # beside hidden files


def deploy(
    session: Session,
    ports: Ports,
    act: Act,
    files: Mapping[str, bytes],
    note: str = "",
    *,
    folder: str = "",
    called: frozenset[str] = frozenset(),
) -> Definition:
    """Deploy the files of one folder (path in it → content) as the version that new instances start on.

    The same content as an earlier version is that version, made current again. ``folder`` names a shared folder, which has no diagram;
    ``called``: processes that will be deployed together with this one. Raises Refused with every problem at once.
    """
    journal.lock(session, journal.HOUSE)  # one deployment at a time
    drawn = any(path.endswith(".bpmn") for path in files)
    key, name = _check(session, ports, files, called) if drawn else _check_tables(ports, files, folder)
    digest = digest_of(files)
    known = session.scalar(select(Definition).where(Definition.key == key, Definition.digest == digest))
    if known is not None and known.current:
        return known
    session.execute(update(Definition).where(Definition.key == key, Definition.current).values(current=False))
    found = known or _new(session, ports, act, files, Definition(key=key, name=name, digest=digest, note=note, shared=not drawn))
    found.current = True
    session.flush()
    data = {"version": found.version, "digest": digest, "note": note, "again": known is not None}
    journal.append(session, journal.HOUSE, act.actor, act.at, "definition.deploy", key, data)
    return found


def deploy_folder(
    session: Session, ports: Ports, act: Act, path: Path, note: str = "", *, called: frozenset[str] = frozenset()
) -> Definition:
    """Deploy one folder of ``bpmn/``. Raises Refused."""
    return deploy(session, ports, act, read_folder(path), note, folder=path.name, called=called)


def deploy_all(session: Session, ports: Ports, act: Act, root: Path, note: str = "") -> list[Definition]:
    """Deploy every folder of ``bpmn/``, the shared ones first. Raises Refused."""
    folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    folders = [path for path in folders if _has(path, "*.bpmn") or _has(path, "*.dmn")]
    called = frozenset(path.name for path in folders if _has(path, "*.bpmn"))
    folders.sort(key=lambda path: (_has(path, "*.bpmn"), path.name))
    return [deploy_folder(session, ports, act, path, note, called=called) for path in folders]


def read_folder(path: Path) -> dict[str, bytes]:
    """Path in the folder → content of every file that belongs to a definition."""
    found = sorted(file for file in path.rglob("*") if file.is_file())
    names = {file: file.relative_to(path) for file in found}
    return {
        name.as_posix(): file.read_bytes()
        for file, name in names.items()
        if name.as_posix() not in IGNORED and not any(part.startswith(".") for part in name.parts)
    }


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over names and contents."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{len(path)} {path} {len(files[path])} ".encode())
        digest.update(files[path])
    return digest.hexdigest()


def _has(path: Path, pattern: str) -> bool:
    return any(path.glob(pattern))


def _check(session: Session, ports: Ports, files: Mapping[str, bytes], called: frozenset[str]) -> tuple[str, str]:
    """Key and name of a drawing. Raises Refused with the problems of the drawing and of what lies beside it."""
    problems = _inspect(ports, files)
    try:
        drawing = parse(
            files,
            operations=ports.signatures(),
            definition_id=0,
            shared_decisions=definitions.shared_decisions(session, ports),
            called=called | frozenset(definitions.current(session)),
        )
    except Refused as refused:
        raise Refused([*refused.problems, *problems]) from refused
    if problems:
        raise Refused(problems)
    return drawing.key, drawing.name


def _check_tables(ports: Ports, files: Mapping[str, bytes], key: str) -> tuple[str, str]:
    tables = definitions.tables_of(files)
    if not key or not tables:
        raise Invalid("文件夹里既没有流程图（.bpmn），也没有决策表（.dmn），不能部署。", folder=key)
    if problems := _inspect(ports, files):
        raise Refused(problems)
    return key, name_of(tables) or key


def name_of(tables: dict[str, Table]) -> str:
    """A shared folder is called after its tables."""
    return "、".join(table.name for table in reversed(tables.values()) if table.name)


def _inspect(ports: Ports, files: Mapping[str, bytes]) -> list[Problem]:
    return [problem for inspector in ports.inspectors for problem in inspector(files)]


def _new(session: Session, ports: Ports, act: Act, files: Mapping[str, bytes], definition: Definition) -> Definition:
    last = session.scalar(select(func.max(Definition.version)).where(Definition.key == definition.key))
    definition.version = (last or 0) + 1
    definition.deployed_at, definition.deployed_by = act.at, act.actor.name
    session.add(definition)
    session.flush()
    number = definition.id
    event.listen(session, "after_rollback", lambda _: ports.drawings.forget(number), once=True)
    session.add_all(DefinitionFile(definition_id=definition.id, path=path, content=content) for path, content in files.items())
    return definition
