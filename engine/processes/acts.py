"""Who does something, when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.journal.actor import Actor


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one actor at one moment (aware, UTC). The same ``key`` again has no further effect and gives the first result."""

    actor: Actor
    at: datetime
    key: str | None = None
    reason: str = ""
