"""Full-text search over cases, with the same answers on SQLite and PostgreSQL.

A text is cut into single characters and pairs of neighbours (bigrams), which suits Chinese and needs no dictionary. The index only
proposes (FTS5 on SQLite, a GIN index over an array on PostgreSQL); a comparison of the text itself decides on both.
Never in it: a reporter's identity.
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from engine.cases.models import GRAM_TABLE, Case, CaseText

MOST_TERMS, LONGEST_TERM = 6, 60
_FORGET = text("INSERT INTO case_grams (case_grams, rowid, open, office) VALUES ('delete', :id, :open, :office)")
_LEARN = text("INSERT INTO case_grams (rowid, open, office) VALUES (:id, :open, :office)")


def install(connection: Connection) -> None:
    """Create the FTS5 table where the database is SQLite; PostgreSQL needs nothing beside the models. For migrations
    (``create_all`` does it by itself)."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(GRAM_TABLE))


def index(session: Session, case: Case) -> None:
    """Bring the search index up to the case's number, title, summary and narrative."""
    row = session.get(CaseText, case.id)
    old = ("", "") if row is None else (row.open_text, row.office_text)
    new = (normal(f"{case.number}\n{case.title}\n{case.summary}"), normal(f"{case.narrative}\n{case.about}"))
    if row is None:
        row = CaseText(case_id=case.id)
        session.add(row)
    elif old == new:
        return
    row.open_text, row.office_text = new
    if _is_postgresql(session):
        row.open_grams, row.office_grams = sorted(grams(new[0])), sorted(grams(new[1]))
    else:
        _index_in_sqlite(session, case.id, old, new)


def matching(session: Session, words: str, *, office: bool) -> ColumnElement[bool]:
    """The condition on Case that all ``words`` (parted by spaces) occur in what this person may read.

    ``office``: the narrative is searched, too; give it only for cases whose narrative the person may read (combine two conditions).
    Without a word everything matches.
    """
    terms = [term[:LONGEST_TERM] for term in normal(words).split()][:MOST_TERMS]
    return and_(
        *(_has(session, term, number, office=office) for number, term in enumerate(terms)), *([] if terms else [Case.id.isnot(None)])
    )


def normal(words: str) -> str:
    """Compared without width, case and surplus spaces (NFKC, case folding)."""
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", words)).casefold().strip()


def grams(words: str) -> set[str]:
    """The single characters and the pairs of neighbours within each run of letters, digits and marks."""
    runs = words.split()
    return {run[i : i + n] for run in runs for n in (1, 2) for i in range(len(run) - n + 1)}


def _has(session: Session, term: str, number: int, *, office: bool) -> ColumnElement[bool]:
    columns = [("open", CaseText.open_text), *([("office", CaseText.office_text)] if office else [])]
    found = [and_(_proposed(session, name, term, number), column.contains(term, autoescape=True)) for name, column in columns]
    return Case.id.in_(select(CaseText.case_id).where(or_(*found)))


def _proposed(session: Session, name: str, term: str, number: int) -> ColumnElement[bool]:
    wanted = sorted(grams(term) if len(term) == 1 else {gram for gram in grams(term) if len(gram) == 2})
    if _is_postgresql(session):
        column = CaseText.open_grams if name == "open" else CaseText.office_grams
        return column.bool_op("@>")(bindparam(None, wanted, type_=ARRAY(Text)))
    match = f"{name} : ({' AND '.join(map(_token, wanted))})"
    rows = text(f"case_texts.case_id IN (SELECT rowid FROM case_grams WHERE case_grams MATCH :match_{name}_{number})")  # noqa: S608
    return rows.bindparams(**{f"match_{name}_{number}": match})  # type: ignore[return-value]


def _index_in_sqlite(session: Session, case_id: int, old: tuple[str, str], new: tuple[str, str]) -> None:
    if old != ("", ""):
        session.execute(_FORGET, {"id": case_id, "open": _tokens(old[0]), "office": _tokens(old[1])})
    session.execute(_LEARN, {"id": case_id, "open": _tokens(new[0]), "office": _tokens(new[1])})


def _tokens(words: str) -> str:
    return " ".join(_token(gram) for gram in sorted(grams(words)))


def _token(gram: str) -> str:
    """A gram as letters and digits only, so that FTS5 neither splits nor interprets it."""
    return "x" + gram.encode().hex()


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
