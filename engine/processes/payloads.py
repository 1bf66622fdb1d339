"""What a kept message and an act to be done again carry: JSON that comes back with its moments, days and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

TAG = "@type"


def pack(value: Any) -> Any:
    """Plain Python values as JSON; moments, days and decimals are tagged."""
    if isinstance(value, Mapping):
        return {str(key): pack(item) for key, item in value.items() if key != TAG}
    if isinstance(value, list | tuple | set | frozenset):
        return [pack(item) for item in value]
    if isinstance(value, datetime):
        return {TAG: "moment", "value": value.isoformat()}
    if isinstance(value, date):
        return {TAG: "day", "value": value.isoformat()}
    if isinstance(value, Decimal):
        return {TAG: "number", "value": str(value)}
    return value.replace("\x00", "") if isinstance(value, str) else value


def unpack(value: Any) -> Any:
    """The values that were packed."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if TAG in value:
        return _READ[value[TAG]](value["value"])
    return {key: unpack(item) for key, item in value.items()}


_READ: dict[str, Callable[[str], Any]] = {"moment": datetime.fromisoformat, "day": date.fromisoformat, "number": Decimal}
