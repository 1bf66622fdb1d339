"""Lights (灯): green, yellow, red, black, paused, none: computed from the moments of a task or case, in Python and in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case, or_

LIGHTS = ("black", "red", "yellow", "green", "paused", "none")  # most urgent first


class Limited(Protocol):
    """A task or a case."""

    limit_at: Any
    yellow_at: Any
    black_at: Any
    paused_at: Any


def light(thing: Limited, at: datetime) -> str:
    """The light of a task or case at ``at``; of a completed one, the light it was completed under."""
    at = getattr(thing, "completed_at", None) or at
    if thing.limit_at is None:
        return "none"
    if thing.paused_at is not None:
        return "paused"
    if at > thing.limit_at:
        return "black" if thing.black_at is not None and at >= thing.black_at else "red"
    return "yellow" if thing.yellow_at is not None and at >= thing.yellow_at else "green"


def condition(entity: Any, light_name: str, at: datetime) -> ColumnElement[bool]:
    """SQL: the open task or case shows this light at ``at``. ``entity`` is Task, Case or an alias. Raises KeyError for an unknown light."""
    late, black = entity.limit_at < at, and_(entity.black_at.is_not(None), entity.black_at <= at)
    yellow = and_(entity.yellow_at.is_not(None), entity.yellow_at <= at)
    runs = and_(entity.limit_at.is_not(None), entity.paused_at.is_(None))
    conditions: dict[str, ColumnElement[bool]] = {
        "none": entity.limit_at.is_(None),
        "paused": and_(entity.limit_at.is_not(None), entity.paused_at.is_not(None)),
        "black": and_(runs, late, black),
        "red": and_(runs, late, or_(entity.black_at.is_(None), entity.black_at > at)),
        "yellow": and_(runs, ~late, yellow),
        "green": and_(runs, ~late, or_(entity.yellow_at.is_(None), entity.yellow_at > at)),
    }
    return conditions[light_name]


def lights(entity: Any, at: datetime) -> ColumnElement[str]:
    """SQL: the light of each open task or case, to group or sort by."""
    return case(*((condition(entity, name, at), name) for name in LIGHTS), else_="none")
