"""The one spelling of a journal row that its digest is taken of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

FIELDS = ("chain", "position", "at", "actor_id", "actor", "for_id", "act", "subject", "data")
LARGEST = 2**53  # greater numbers are written as text


def plain(value: Any) -> Any:
    """``value`` as JSON that every database gives back unchanged: moments and numbers with a fraction become text, tuples and sets lists.

    Why no floats: PostgreSQL's JSONB gives 1e22 back as an integer, and then the digest would differ.
    """
    if type(value) is str:
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < LARGEST else str(value)
    if isinstance(value, Mapping):
        return {_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _moment(value) if isinstance(value, date) else _text(value)


def _text(value: Any) -> str:
    """Text without the NUL and the lone surrogates that PostgreSQL refuses."""
    text = str(value)
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _moment(value: date) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def digest_of(row: Mapping[str, Any], previous: str) -> str:
    """SHA-256, in hex, of the row's fields and the digest of the row before it in its chain ("" for the first)."""
    fields = {name: row[name] for name in FIELDS}
    fields["at"] = fields["at"].astimezone(UTC).isoformat(timespec="microseconds")
    text = orjson.dumps([previous, fields], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def digest_of_data(data: Any) -> str:
    """SHA-256 of any plain data, so that a row can vouch for content that it does not show (answers of a form)."""
    return hashlib.sha256(orjson.dumps(plain(data), option=orjson.OPT_SORT_KEYS)).hexdigest()
