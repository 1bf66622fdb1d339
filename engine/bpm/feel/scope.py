"""What an evaluation can see, and how much work it may still do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.bpm.feel.limits import STEPS, ExpressionError


class Scope:
    """``variables`` and ``functions`` of one evaluation; ``input`` is the ``?`` of a cell, ``subject`` the left side of ``in (…)``."""

    __slots__ = ("functions", "input", "left", "subject", "variables")

    def __init__(self, variables: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]], value: Any = None) -> None:
        self.variables, self.functions, self.input = variables, functions, value
        self.subject: Any = None
        self.left = STEPS

    def charge(self, steps: int) -> None:
        """Count work. Raises ExpressionError when there was too much of it."""
        self.left -= steps
        if self.left < 0:
            raise ExpressionError("表达式算得太久：列表太长或嵌套太多")


class Layer(Mapping[str, Any]):
    """Variables with a few more in front of them, without a copy."""

    __slots__ = ("below", "front")

    def __init__(self, front: Mapping[str, Any], below: Mapping[str, Any]) -> None:
        self.front, self.below = front, below

    def get(self, name: str, default: Any = None) -> Any:
        return self.front[name] if name in self.front else self.below.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.front[name] if name in self.front else self.below[name]

    def __iter__(self) -> Any:
        return iter({**self.below, **self.front})

    def __len__(self) -> int:
        return len({**self.below, **self.front})
