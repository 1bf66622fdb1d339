"""Reading the journal."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.journal.models import Entry


def history(
    session: Session, chain: str, *, before: int | None = None, limit: int = 100, acts: Collection[str] | None = None
) -> list[Entry]:
    """The rows of ``chain``, newest first; ``before`` (a position) pages on, ``acts`` keeps only rows of these acts."""
    query = select(Entry).where(Entry.chain == chain)
    if before is not None:
        query = query.where(Entry.position < before)
    if acts is not None:
        query = query.where(Entry.act.in_(acts))
    return list(session.scalars(query.order_by(Entry.position.desc()).limit(limit)))
