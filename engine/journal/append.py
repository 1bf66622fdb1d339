"""Writing to the journal. Nothing ever changes or deletes a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.journal.actor import Actor
from engine.journal.canonical import digest_of, plain
from engine.journal.models import Chain, Entry

HOUSE = "house"  # chain of people, definitions, calendar and settings
CHAINS: Table = Chain.__table__  # type: ignore[assignment]
ENTRIES: Table = Entry.__table__  # type: ignore[assignment]
_LOCK = select(CHAINS.c.length, CHAINS.c.head).where(CHAINS.c.id == bindparam("the_chain")).with_for_update()
_MOVE_HEAD = update(CHAINS).where(
    CHAINS.c.id == bindparam("the_chain"), CHAINS.c.length == bindparam("the_length"), CHAINS.c.head == bindparam("the_head")
)
_WRITE = insert(ENTRIES)
_WRITE_AND_READ = _WRITE.returning(ENTRIES.c.id, ENTRIES.c.position)
_KNOWN = "ends of chains"  # in session.info


@dataclass(frozen=True, slots=True)
class Row:
    """One act to be written: who, what, on what, with which details."""

    actor: Actor
    at: datetime
    act: str
    subject: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def chain_of(case_id: int | None, instance_id: int | None) -> str:
    """The chain an act belongs to: of its case, else of its instance, else of the house."""
    if case_id is not None:
        return f"case:{case_id}"
    return f"instance:{instance_id}" if instance_id is not None else HOUSE


def append(
    session: Session, chain: str, actor: Actor, at: datetime, act: str, subject: str = "", data: Mapping[str, Any] | None = None
) -> Entry:
    """Write one act to ``chain`` and return its row; the chain stays locked until the transaction ends."""
    return append_many(session, chain, [Row(actor, at, act, subject, data or {})])[0]


def append_many(session: Session, chain: str, rows: Sequence[Row]) -> list[Entry]:
    """Write several acts to ``chain`` in this order with one statement, and return their rows."""
    values = _prolong(session, chain, rows)
    written = session.connection().execute(_WRITE_AND_READ, values) if values else ()
    ids: dict[int, int] = {row.position: row.id for row in written}
    return [Entry(id=ids[value["position"]], **value) for value in values]


def write(session: Session, chain: str, rows: Sequence[Row]) -> None:
    """The same without rows in return: two statements when the end of the chain is known, else three."""
    values = _prolong(session, chain, rows)
    if values:
        session.connection().execute(_WRITE, values)


def known(session: Session) -> dict[str, tuple[int, str]]:
    """Chain → length and head as this transaction has read them along with something else, without a lock. Where the chain has grown
    since, that is noticed, and it is read again."""
    ends: dict[str, tuple[int, str]] = session.info.setdefault(_KNOWN, {})
    return ends


def _prolong(session: Session, chain: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Make ``chain`` longer by ``rows`` and lock it; returns what is to be written."""
    if not rows:
        return []
    end = known(session).get(chain)
    values = _grow(session, chain, rows, end) if end is not None else None
    if values is None:
        values = _grow(session, chain, rows, lock(session, chain))
    assert values is not None
    return values


def _grow(session: Session, chain: str, rows: Sequence[Row], end: tuple[int, str]) -> list[dict[str, Any]] | None:
    """None, and nothing done, when the chain does not end at ``end``."""
    length, head = end
    values: list[dict[str, Any]] = []
    for position, row in enumerate(rows, start=length + 1):
        value = _value(chain, position, row)
        head = value["digest"] = digest_of(value, head)
        values.append(value)
    grown = {"the_chain": chain, "the_length": length, "the_head": end[1], "length": length + len(rows), "head": head}
    if session.connection().execute(_MOVE_HEAD, grown).rowcount != 1:
        return None
    known(session)[chain] = (length + len(rows), head)
    return values


def lock(session: Session, chain: str) -> tuple[int, str]:
    """Lock ``chain`` until the transaction ends, opening it when it is new; returns its length and the digest of its last row."""
    found = _locked(session, chain)
    if found is None:
        _open(session, chain)
        found = _locked(session, chain)
    assert found is not None
    return found


def _locked(session: Session, chain: str) -> tuple[int, str] | None:
    row = session.connection().execute(_LOCK, {"the_chain": chain}).one_or_none()
    return (row.length, row.head) if row else None


def _open(session: Session, chain: str) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(CHAINS).values(id=chain, length=0, head="").on_conflict_do_nothing()
    session.connection().execute(statement)


def _value(chain: str, position: int, row: Row) -> dict[str, Any]:
    return {
        "chain": chain,
        "position": position,
        "at": row.at,
        "actor_id": row.actor.user_id,
        "actor": plain(row.actor.name),
        "for_id": row.actor.for_id,
        "act": row.act,
        "subject": plain(row.subject),
        "data": plain(row.data),
    }
