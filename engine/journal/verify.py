"""Proof that nobody changed the journal behind its back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.journal.append import CHAINS, ENTRIES
from engine.journal.canonical import digest_of

AT_ONCE = 500  # rows in memory


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row of ``chain`` that is not what was written; ``position`` counts from 1."""

    chain: str
    position: int
    sentence: str


def verify(session: Session, chain: str | None = None) -> list[Broken]:
    """Recompute the digests of ``chain``, or of all chains; returns the first broken row of each chain that has one, else []."""
    heads = _heads(session, chain)
    broken: list[Broken] = []
    for name, rows in groupby(_rows(session, chain), key=lambda row: row.chain):
        fault = _first_fault(name, rows, *heads.pop(name, (0, "")))
        if fault:
            broken.append(fault)
    broken += [Broken(name, 1, "第 1 条记录缺失。") for name, (length, _) in heads.items() if length]
    return sorted(broken, key=lambda fault: fault.chain)


def anchor(session: Session) -> str:
    """SHA-256 over the heads of all chains, to be kept outside (printed, signed, sent to another office)."""
    heads = session.connection().execute(select(CHAINS.c.id, CHAINS.c.length, CHAINS.c.head).order_by(CHAINS.c.id))
    text = "\n".join(f"{row.id} {row.length} {row.head}" for row in heads)
    return hashlib.sha256(text.encode()).hexdigest()


def _heads(session: Session, chain: str | None) -> dict[str, tuple[int, str]]:
    query = select(CHAINS)
    if chain is not None:
        query = query.where(CHAINS.c.id == chain)
    return {row.id: (row.length, row.head) for row in session.connection().execute(query)}


def _rows(session: Session, chain: str | None) -> Iterator[Row[Any]]:
    query = select(ENTRIES).order_by(ENTRIES.c.chain, ENTRIES.c.position)
    if chain is not None:
        query = query.where(ENTRIES.c.chain == chain)
    yield from session.connection().execution_options(yield_per=AT_ONCE).execute(query)


def _first_fault(chain: str, rows: Iterator[Row[Any]], length: int, head: str) -> Broken | None:
    digest, position = "", 0
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            return Broken(chain, position, f"第 {position} 条记录缺失。")
        if digest_of(row._asdict(), digest) != row.digest:
            return Broken(chain, position, f"第 {position} 条记录（{row.act}，{row.actor}）与写入时不符。")
        digest = row.digest
    if position < length:
        return Broken(chain, position + 1, f"第 {position + 1} 条记录缺失。")
    if position > length or digest != head:
        return Broken(chain, max(position, 1), f"第 {position} 条记录不是按规则写入的。")
    return None
