"""What a verb of this layer needs to know of an act, whoever made it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from engine.journal.actor import Actor


class ActLike(Protocol):
    """Who acts, when and why; engine.processes.acts.Act is one."""

    @property
    def actor(self) -> Actor: ...
    @property
    def at(self) -> datetime: ...
    @property
    def reason(self) -> str: ...
