"""Which cases say nearly the same? MinHash bands propose, the exact Jaccard similarity of character pairs decides.

Broder 1997 (On the resemblance and containment of documents); banding as in Leskovec, Rajaraman, Ullman, Mining of Massive
Datasets, ch. 3: with 20 bands of 3 rows a pair of similarity 0.5 is found with 93 %, one of 0.1 with 2 %.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from random import Random

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from engine.cases.models import Case, Identity, Shingle

BANDS, ROWS = 20, 3
PRIME = (1 << 61) - 1
MOST_CANDIDATES = 200
LEAST_SCORE = 0.25
SAME_REPORTER = 0.4  # of what is missing to 1 that the same reporter adds
_random = Random(2018)
_HASHES = [(_random.randrange(1, PRIME), _random.randrange(PRIME)) for _ in range(BANDS * ROWS)]


def shingles(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters and digits, without width, case, marks and spaces."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
    return frozenset(letters[i : i + 2] for i in range(len(letters) - 1))


def index(session: Session, case: Case) -> None:
    """Write the bands of the case's text, in the place of what was there."""
    bands = bands_of(shingles(_text(case)))
    session.execute(delete(Shingle).where(Shingle.case_id == case.id))
    if bands:
        session.execute(insert(Shingle), [{"case_id": case.id, "band": band} for band in sorted(bands)])


def similar(session: Session, case: Case, most: int = 10) -> list[tuple[Case, float]]:
    """Other cases of its kind that say nearly the same, most similar first, each with its score 0 … 1."""
    mine = shingles(_text(case))
    repeat = _of_the_same_reporter(session, case)
    scored = []
    for other in _candidates(session, case, repeat):
        score = jaccard(mine, shingles(_text(other)))
        if other.id in repeat:
            score += (1 - score) * SAME_REPORTER if score > 0.05 else 0
        if score >= LEAST_SCORE:
            scored.append((other, round(score, 3)))
    return sorted(scored, key=lambda pair: (-pair[1], -pair[0].id))[:most]


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Size of what they share over the size of what they have together; 0 for two empty sets."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def bands_of(pairs: Iterable[str]) -> set[int]:
    """The 63-bit names of the bands of a MinHash signature; none for an empty text."""
    numbers = [_number(pair) for pair in pairs]
    if not numbers:
        return set()
    signature = [min((a * x + b) % PRIME for x in numbers) for a, b in _HASHES]
    return {_band(i, tuple(signature[i * ROWS : (i + 1) * ROWS])) for i in range(BANDS)}


def _candidates(session: Session, case: Case, repeat: set[int]) -> list[Case]:
    bands = select(Shingle.band).where(Shingle.case_id == case.id)
    shared = (
        select(Shingle.case_id)
        .where(Shingle.band.in_(bands), Shingle.case_id != case.id)
        .group_by(Shingle.case_id)
        .order_by(func.count().desc(), Shingle.case_id.desc())
        .limit(MOST_CANDIDATES)
    )
    ids = {*session.scalars(shared), *repeat}
    return list(session.scalars(select(Case).where(Case.id.in_(ids), Case.kind == case.kind))) if ids else []


def _of_the_same_reporter(session: Session, case: Case) -> set[int]:
    mark = select(Identity.mark).where(Identity.case_id == case.id, Identity.mark != "").scalar_subquery()
    query = select(Identity.case_id).where(Identity.mark == mark, Identity.case_id != case.id)
    return set(session.scalars(query.order_by(Identity.case_id.desc()).limit(MOST_CANDIDATES)))


def _text(case: Case) -> str:
    return f"{case.title} {case.narrative}"


@lru_cache(maxsize=65536)
def _number(pair: str) -> int:
    return int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=7).digest(), "big")


def _band(position: int, rows: tuple[int, ...]) -> int:
    digest = hashlib.blake2b(f"{position}:{rows}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
