"""The type of a compiled node, and of what makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bpm.feel.nodes import Node
from engine.bpm.feel.scope import Scope

Run = Callable[[Scope], Any]
Parts = tuple[Run, ...]
Builder = Callable[[Node, Parts], Run]  # a node and its compiled parts → the compiled node
