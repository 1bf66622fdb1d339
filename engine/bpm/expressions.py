"""The one expression language: a FEEL subset for gateways, timers, forms and decision tables.

``compile("amount > 1000 and area in (\"工程建设\", \"招投标\")").evaluate({"amount": 5})``. An expression is compiled once to closures
and kept. It reaches nothing but its variables and the listed functions, and is bounded in length, depth, work and size of its values
(``engine/bpm/feel/limits.py``). Values are str, bool, None, int, Decimal, list, dict, date, datetime (aware), timedelta and Months.
Unlike FEEL a moment compares with a day (by its day in China), and a moment without a zone is one of China.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from engine.bpm.feel.closures import closure
from engine.bpm.feel.functions import string
from engine.bpm.feel.grammar import Grammar
from engine.bpm.feel.limits import ExpressionError
from engine.bpm.feel.names import BUILT_IN, FUNCTION_NAMES, OF_THE_WORLD
from engine.bpm.feel.nodes import Node
from engine.bpm.feel.scope import Scope
from engine.bpm.feel.times import Months, duration

__all__ = [
    "BUILT_IN", "FUNCTION_NAMES", "OF_THE_WORLD", "Expression", "ExpressionError", "Months", "Scope", "UnaryTest",
    "compile", "duration", "string", "unary",
]  # fmt: skip
_NONE: Mapping[str, Any] = {}


class Expression:
    """A compiled expression.

    ``text``: its source; ``names``: the variables it reads; ``called``: the functions it calls; ``run``: it as a function of a Scope.
    """

    __slots__ = ("called", "names", "run", "text")

    def __init__(self, text: str, tree: Node) -> None:
        self.text = text
        self.names = frozenset(tree.free_names())
        self.called = frozenset(_called(tree))
        self.run = closure(tree)

    def evaluate(self, variables: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None) -> Any:
        """Its value; a variable that does not exist is null. Raises ExpressionError when a bound is passed or a function is not given."""
        return self.run(Scope(variables, functions or _NONE))

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class UnaryTest(Expression):
    """A compiled cell of a decision table."""

    __slots__ = ()

    def matches(self, value: Any, variables: Mapping[str, Any] = _NONE, functions: Mapping[str, Callable[..., Any]] | None = None) -> bool:
        """Does the input ``value`` pass?"""
        return self.run(Scope(variables, functions or _NONE, value)) is True


@lru_cache(4096)
def compile(text: str) -> Expression:
    """The compiled expression of ``text``, which may begin with ``=``. Raises ExpressionError with the place of the fault."""
    source = text.strip()
    grammar = Grammar(source[1:] if source.startswith("=") else source)
    return Expression(text, grammar.whole(grammar.expression))


@lru_cache(4096)
def unary(text: str) -> UnaryTest:
    """The compiled cell: ``-`` or nothing (any), values, ``< 3``, ``[1..5)``, several between commas, ``not(…)``.

    Raises ExpressionError with the place of the fault.
    """
    return UnaryTest(text, Grammar(text.strip(), cell=True).tests())


def _called(tree: Node) -> set[str]:
    found = {tree.value} if tree.kind == "call" else set()
    return found.union(*(_called(part) for part in tree.parts))
