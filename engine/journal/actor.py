"""Who acts: a person, a person for an absent one, the clock, the reporter, another system."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """``user_id`` is None for the clock, a reporter or another system; ``for_id`` names the absent person (代理)."""

    user_id: int | None
    name: str
    for_id: int | None = None


CLOCK = Actor(None, "时钟")
REPORTER = Actor(None, "反映人")
SYSTEM = Actor(None, "系统")
