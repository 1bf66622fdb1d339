"""Paths, filters and quantifiers: what goes over lists and into contexts, as closures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.bpm.feel.functions import items
from engine.bpm.feel.nodes import Node
from engine.bpm.feel.runs import Builder, Parts, Run
from engine.bpm.feel.scope import Layer, Scope
from engine.bpm.feel.times import Months, component


def path(node: Node, parts: Parts) -> Run:
    """``a.key``; of a list, the list of these."""
    (inner,), key = parts, node.value

    def run(scope: Scope) -> Any:
        value = inner(scope)
        if isinstance(value, list):
            scope.charge(len(value))
            return [_reached(item, key) for item in value]
        return _reached(value, key)

    return run


def _reached(value: Any, key: str) -> Any:
    """``value.key`` of a context, a day, a moment or a duration; null of anything else. Never an attribute of Python's."""
    if isinstance(value, dict):
        found = value.get(key)
        return Decimal(str(found)) if found.__class__ is float else found
    return component(value, key) if isinstance(value, date | timedelta | Months) else None


def kept(node: Node, parts: Parts) -> Run:
    """``list[2]`` (from 1; -1 is the last) or ``list[condition]``, where an item's entries and ``item`` go before other names."""
    inner, condition = parts
    step = node.parts[1].size

    def run(scope: Scope) -> Any:
        found, index = items(inner(scope)), condition(scope)
        if index.__class__ is int:
            return found[index - 1 if index > 0 else index] if 0 < abs(index) <= len(found) else None
        passed = []
        for item in found:
            scope.charge(step)
            below = Layer(item, scope.variables) if isinstance(item, dict) else scope.variables
            if _within(scope, Layer({"item": item}, below), condition) is True:
                passed.append(item)
        return passed

    return run


def quantified(by: bool) -> Builder:
    """``some x in list satisfies …`` is settled by the first true, ``every`` by the first that is not."""

    def build(node: Node, parts: Parts) -> Run:
        inner, condition = parts
        name, step = node.value, node.parts[1].size

        def run(scope: Scope) -> bool:
            for item in items(inner(scope)):
                scope.charge(step)
                if (_within(scope, Layer({name: item}, scope.variables), condition) is True) is by:
                    return by
            return not by

        return run

    return build


def _within(scope: Scope, variables: Mapping[str, Any], run: Run) -> Any:
    before, scope.variables = scope.variables, variables
    try:
        return run(scope)
    finally:
        scope.variables = before
