"""Comparison, membership and three-valued logic as closures."""

from __future__ import annotations

from engine.bpm.feel.nodes import Node
from engine.bpm.feel.runs import Builder, Parts, Run
from engine.bpm.feel.scope import Scope
from engine.bpm.feel.values import FLAT, ORDERS, contained, equal, ordered


def compare(node: Node, parts: Parts) -> Run:
    """``a = b``, ``a < b`` …: null when the two do not compare."""
    left, right = parts
    return _equality(left, right, node.value == "=") if node.value in ("=", "!=") else _order(left, right, node.value)


def _equality(left: Run, right: Run, wanted: bool) -> Run:
    def run(scope: Scope) -> bool | None:
        one, other = left(scope), right(scope)
        if one.__class__ is other.__class__ and one.__class__ in FLAT:
            return (one == other) is wanted
        same = equal(one, other, scope)
        return None if same is None else same is wanted

    return run


def _order(left: Run, right: Run, sign: str) -> Run:
    compares = ORDERS[sign]

    def run(scope: Scope) -> bool | None:
        one, other = left(scope), right(scope)
        if one.__class__ is other.__class__ and one.__class__ in FLAT:
            return compares(one, other)
        return ordered(sign, one, other)

    return run


def within_range(node: Node, parts: Parts) -> Run:
    """``a in [low..high)``; the brackets are the node's value."""
    value, low, high = parts
    above, below = ">=" if node.value[0] == "[" else ">", "<=" if node.value[1] == "]" else "<"

    def run(scope: Scope) -> bool | None:
        tested = value(scope)
        from_low = ordered(above, tested, low(scope))
        if from_low is False:
            return False
        to_high = ordered(below, tested, high(scope))
        return False if to_high is False else None if from_low is None or to_high is None else True

    return run


def settled(by: bool) -> Builder:
    """``or`` is settled by true, ``and`` by false; else null if any part is no truth value."""

    def build(_: Node, parts: Parts) -> Run:
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


def negated(_: Node, parts: Parts) -> Run:
    """``not(a)``: null of what is no truth value."""
    (inner,) = parts

    def run(scope: Scope) -> bool | None:
        value = inner(scope)
        return not value if value.__class__ is bool else None

    return run


def chosen(_: Node, parts: Parts) -> Run:
    """``if a then b else c``: c unless a is true."""
    condition, then, other = parts
    return lambda scope: then(scope) if condition(scope) is True else other(scope)


def member(node: Node, parts: Parts) -> Run:
    """``a in b``: an element of the list, or equal. In a cell an expression that has ``?`` is itself the test."""
    left, right = parts
    asks = node.parts[1].has("input")

    def run(scope: Scope) -> bool | None:
        value = right(scope)
        return (value if value.__class__ is bool else None) if asks else contained(left(scope), value, scope)

    return run


def tests(node: Node, parts: Parts) -> Run:
    """``a in (t1, t2, …)``: true when a test passes; a is evaluated once."""
    left, *each = parts
    words = frozenset(test.parts[1].value for test in node.parts[1:] if test.kind == "in" and isinstance(test.parts[1].value, str))
    literal = all(test.parts[1].kind == "literal" for test in node.parts[1:])
    if literal and len(words) == len(each):
        return _word_among(left, words)

    def run(scope: Scope) -> bool:
        before, subject = scope.subject, left(scope)
        try:
            for test in each:
                scope.subject = subject
                if test(scope) is True:
                    return True
            return False
        finally:
            scope.subject = before

    return run


def _word_among(left: Run, words: frozenset[str]) -> Run:
    def run(scope: Scope) -> bool:
        value = left(scope)
        return value.__class__ is str and value in words

    return run
