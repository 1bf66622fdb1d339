"""From the tree to closures: each node becomes one function of the scope. Nothing else gives it meaning."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.bpm.feel import iteration, logic
from engine.bpm.feel.functions import FUNCTIONS
from engine.bpm.feel.limits import ExpressionError
from engine.bpm.feel.nodes import Node
from engine.bpm.feel.runs import Builder, Parts, Run
from engine.bpm.feel.scope import Scope
from engine.bpm.feel.values import combined, negative


def closure(node: Node) -> Run:
    """The function that evaluates ``node`` in a scope."""
    return _KINDS[node.kind](node, tuple(closure(part) for part in node.parts))


def _literal(node: Node, _: Parts) -> Run:
    value = node.value
    return lambda scope: value


def _name(node: Node, _: Parts) -> Run:
    name = node.value

    def run(scope: Scope) -> Any:
        value = scope.variables.get(name)
        return Decimal(str(value)) if value.__class__ is float else value

    return run


def _arithmetic(node: Node, parts: Parts) -> Run:
    (left, right), sign = parts, node.value
    return lambda scope: combined(sign, left(scope), right(scope), scope)


def _negative(_: Node, parts: Parts) -> Run:
    (inner,) = parts
    return lambda scope: negative(inner(scope))


def _list(_: Node, parts: Parts) -> Run:
    return lambda scope: [part(scope) for part in parts]


def _context(node: Node, parts: Parts) -> Run:
    entries = tuple(zip(node.value, parts, strict=True))
    return lambda scope: {name: part(scope) for name, part in entries}


def _call(node: Node, parts: Parts) -> Run:
    built_in = FUNCTIONS.get(node.value)

    def run(scope: Scope) -> Any:
        arguments = [part(scope) for part in parts]
        scope.charge(1 + sum(_weight(argument) for argument in arguments))
        if built_in is None:
            return _outside(scope, node, arguments)
        try:
            return built_in(scope, *arguments)
        except (TypeError, ValueError, ArithmeticError):
            return None

    return run


def _weight(argument: Any) -> int:
    if isinstance(argument, list):
        return len(argument) + sum(len(item) // 64 for item in argument if isinstance(item, str))
    return len(argument) // 64 if isinstance(argument, str) else 0


def _outside(scope: Scope, node: Node, arguments: list[Any]) -> Any:
    """Call a function that the caller of the evaluation gave."""
    scope.charge(50)
    function = scope.functions.get(node.value)
    if function is None:
        raise ExpressionError(f"函数“{node.value}”在这里不能用")
    try:
        return function(*arguments)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as fault:
        raise ExpressionError(f"函数“{node.value}”的参数不对（第 {node.at} 个字符处）") from fault


_KINDS: dict[str, Builder] = {
    "literal": _literal,
    "name": _name,
    "input": lambda *_: lambda scope: scope.input,
    "subject": lambda *_: lambda scope: scope.subject,
    "compare": logic.compare,
    "range": logic.within_range,
    "in": logic.member,
    "tests": logic.tests,
    "and": logic.settled(False),
    "or": logic.settled(True),
    "not": logic.negated,
    "if": logic.chosen,
    "arithmetic": _arithmetic,
    "negative": _negative,
    "path": iteration.path,
    "filter": iteration.kept,
    "some": iteration.quantified(True),
    "every": iteration.quantified(False),
    "list": _list,
    "context": _context,
    "call": _call,
}
