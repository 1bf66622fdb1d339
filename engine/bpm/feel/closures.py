"""From the tree to closures: each node becomes one function of the scope. This is the only place that gives it meaning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.bpm.feel.functions import FUNCTIONS
from engine.bpm.feel.limits import ITEMS, ExpressionError
from engine.bpm.feel.nodes import Node
from engine.bpm.feel.scope import Layer, Scope
from engine.bpm.feel.times import Months, component
from engine.bpm.feel.values import FLAT, ORDERS, combined, contained, equal, negative, ordered

Run = Callable[[Scope], Any]


def closure(node: Node) -> Run:
    """The function that evaluates ``node`` in a scope."""
    return _KINDS[node.kind](node)


def _literal(node: Node) -> Run:
    value = node.value
    return lambda scope: value


def _name(node: Node) -> Run:
    name = node.value

    def run(scope: Scope) -> Any:
        value = scope.variables.get(name)
        return Decimal(str(value)) if value.__class__ is float else value

    return run


def _compare(node: Node) -> Run:
    left, right, sign = closure(node.parts[0]), closure(node.parts[1]), node.value
    return _equality(left, right, sign == "=") if sign in ("=", "!=") else _order(left, right, sign)


def _equality(left: Run, right: Run, wanted: bool) -> Run:
    def run(scope: Scope) -> bool | None:
        one, other = left(scope), right(scope)
        if one.__class__ is other.__class__ and one.__class__ in FLAT:
            return (one == other) is wanted
        same = equal(one, other, scope)
        return None if same is None else same is wanted

    return run


def _order(left: Run, right: Run, sign: str) -> Run:
    compare = ORDERS[sign]

    def run(scope: Scope) -> bool | None:
        one, other = left(scope), right(scope)
        if one.__class__ is other.__class__ and one.__class__ in FLAT:
            return compare(one, other)
        return ordered(sign, one, other)

    return run


def _range(node: Node) -> Run:
    value, low, high = (closure(part) for part in node.parts)
    above, below = ">=" if node.value[0] == "[" else ">", "<=" if node.value[1] == "]" else "<"

    def run(scope: Scope) -> bool | None:
        tested = value(scope)
        from_low = ordered(above, tested, low(scope))
        if from_low is False:
            return False
        to_high = ordered(below, tested, high(scope))
        return False if to_high is False else None if from_low is None or to_high is None else True

    return run


def _settled(by: bool) -> Callable[[Node], Run]:
    """``or`` is settled by true, ``and`` by false; else null if any part is no truth value."""

    def build(node: Node) -> Run:
        parts = tuple(closure(part) for part in node.parts)

        def run(scope: Scope) -> bool | None:
            result: bool | None = not by
            for part in parts:
                value = part(scope)
                if value is by:
                    return bool(by)
                if value is not (not by):
                    result = None
            return result

        return run

    return build


def _not(node: Node) -> Run:
    inner = closure(node.parts[0])

    def run(scope: Scope) -> bool | None:
        value = inner(scope)
        return not value if value.__class__ is bool else None

    return run


def _if(node: Node) -> Run:
    condition, then, other = (closure(part) for part in node.parts)
    return lambda scope: then(scope) if condition(scope) is True else other(scope)


def _in(node: Node) -> Run:
    left, right = closure(node.parts[0]), closure(node.parts[1])
    asks = node.parts[1].has("input")  # a cell like ``? > 3``: its truth is the test

    def run(scope: Scope) -> bool | None:
        within = right(scope)
        return (within if within.__class__ is bool else None) if asks else contained(left(scope), within, scope)

    return run


def _tests(node: Node) -> Run:
    left, *tests = (closure(part) for part in node.parts)

    def run(scope: Scope) -> bool:
        before, scope.subject = scope.subject, left(scope)
        subject = scope.subject
        try:
            for test in tests:
                scope.subject = subject
                if test(scope) is True:
                    return True
            return False
        finally:
            scope.subject = before

    return run


def _arithmetic(node: Node) -> Run:
    left, right, sign = closure(node.parts[0]), closure(node.parts[1]), node.value
    return lambda scope: combined(sign, left(scope), right(scope), scope)


def _negative(node: Node) -> Run:
    inner = closure(node.parts[0])
    return lambda scope: negative(inner(scope))


def _path(node: Node) -> Run:
    inner, key = closure(node.parts[0]), node.value

    def run(scope: Scope) -> Any:
        value = inner(scope)
        if isinstance(value, list):
            scope.charge(len(value))
            return [reached(item, key) for item in value]
        return reached(value, key)

    return run


def reached(value: Any, key: str) -> Any:
    """``value.key`` of a context, a day, a moment or a duration; null of anything else. Never an attribute of Python's."""
    if isinstance(value, dict):
        found = value.get(key)
        return Decimal(str(found)) if found.__class__ is float else found
    return component(value, key) if isinstance(value, date | timedelta | Months) else None


def _list(node: Node) -> Run:
    parts = tuple(closure(part) for part in node.parts)
    return lambda scope: [part(scope) for part in parts]


def _context(node: Node) -> Run:
    entries = tuple((name, closure(part)) for name, part in zip(node.value, node.parts, strict=True))
    return lambda scope: {name: part(scope) for name, part in entries}


def _call(node: Node) -> Run:
    name, at = node.value, node.at
    parts = tuple(closure(part) for part in node.parts)
    built_in = FUNCTIONS.get(name)

    def run(scope: Scope) -> Any:
        arguments = [part(scope) for part in parts]
        scope.charge(1 + sum(_weight(argument) for argument in arguments))
        if built_in:
            try:
                return built_in(scope, *arguments)
            except (TypeError, ValueError, ArithmeticError):
                return None
        return _outside(scope, name, at, arguments)

    return run


def _weight(argument: Any) -> int:
    if isinstance(argument, list):
        return len(argument) + sum(len(item) // 64 for item in argument if isinstance(item, str))
    return len(argument) // 64 if isinstance(argument, str) else 0


def _outside(scope: Scope, name: str, at: int, arguments: list[Any]) -> Any:
    """Call a function that the caller of the evaluation gave."""
    scope.charge(50)
    function = scope.functions.get(name)
    if function is None:
        raise ExpressionError(f"函数“{name}”在这里不能用")
    try:
        return function(*arguments)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as fault:
        raise ExpressionError(f"函数“{name}”的参数不对（第 {at} 个字符处）") from fault


def _filter(node: Node) -> Run:
    inner, condition, step = closure(node.parts[0]), closure(node.parts[1]), node.parts[1].size

    def run(scope: Scope) -> Any:
        value = inner(scope)
        found = value if isinstance(value, list) else [] if value is None else [value]
        index = condition(scope)
        if index.__class__ is int:
            return found[index - 1 if index > 0 else index] if 0 < abs(index) <= len(found) else None
        kept = []
        for item in found:
            scope.charge(step)
            front = {**item, "item": item} if isinstance(item, dict) and len(item) <= ITEMS else {"item": item}
            if _with(scope, front, condition) is True:
                kept.append(item)
        return kept

    return run


def _quantified(by: bool) -> Callable[[Node], Run]:
    """``some`` is settled by the first true, ``every`` by the first that is not."""

    def build(node: Node) -> Run:
        inner, condition, name, step = closure(node.parts[0]), closure(node.parts[1]), node.value, node.parts[1].size

        def run(scope: Scope) -> bool:
            value = inner(scope)
            for item in value if isinstance(value, list) else [] if value is None else [value]:
                scope.charge(step)
                if (_with(scope, {name: item}, condition) is True) is by:
                    return by
            return not by

        return run

    return build


def _with(scope: Scope, front: dict[str, Any], condition: Run) -> Any:
    before = scope.variables
    scope.variables = Layer(front, before)
    try:
        return condition(scope)
    finally:
        scope.variables = before


_KINDS: dict[str, Callable[[Node], Run]] = {
    "literal": _literal, "name": _name, "compare": _compare, "range": _range, "and": _settled(False), "or": _settled(True), "not": _not,
    "if": _if, "in": _in, "tests": _tests, "arithmetic": _arithmetic, "negative": _negative, "path": _path, "list": _list,
    "context": _context, "call": _call, "filter": _filter, "some": _quantified(True), "every": _quantified(False),
    "input": lambda _: lambda scope: scope.input, "subject": lambda _: lambda scope: scope.subject,
}  # fmt: skip
