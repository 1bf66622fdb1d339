"""The tree of an expression, bounded while it grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.bpm.feel.limits import DEPTH, ExpressionError


@dataclass(frozen=True, slots=True)
class Node:
    """One operand or operator.

    ``kind`` names its compiler in ``closures``; ``value`` is its name, sign or literal; ``at`` its place in the text.
    """

    kind: str
    at: int
    parts: tuple[Node, ...] = ()
    value: Any = None
    size: int = field(init=False, default=1)
    depth: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + sum(part.size for part in self.parts))
        object.__setattr__(self, "depth", 1 + max((part.depth for part in self.parts), default=0))
        if self.depth > DEPTH:
            raise ExpressionError(f"表达式嵌套太深：最多 {DEPTH} 层")

    def free_names(self) -> Iterator[str]:
        """The variables it reads; what ``some … in`` and ``every … in`` bind is not among them."""
        if self.kind == "name":
            yield self.value
        if self.kind in ("some", "every"):
            yield from self.parts[0].free_names()
            yield from (name for name in self.parts[1].free_names() if name != self.value)
        elif self.kind == "filter":
            yield from self.parts[0].free_names()
            yield from (name for name in self.parts[1].free_names() if name != "item")
        else:
            for part in self.parts:
                yield from part.free_names()

    def has(self, kind: str) -> bool:
        """Is there a node of this kind in the tree?"""
        return self.kind == kind or any(part.has(kind) for part in self.parts)
