"""The hit policies of DMN 1.3 (§8.2.8): which of the rules that fit count. Each gives None when none fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.bpm.feel.functions import FUNCTIONS
from engine.bpm.feel.scope import Scope
from engine.bpm.feel.values import equal
from engine.errors import Invalid

if TYPE_CHECKING:
    from engine.bpm.dmn.tables import Rule, Table

Outputs = dict[str, Any]
Decided = Outputs | list[Outputs] | None
Results = Callable[["Rule"], Outputs]
Policy = Callable[["Table", Sequence["Rule"], Results], Decided]
AGGREGATIONS = {"SUM": "sum", "MIN": "min", "MAX": "max", "COUNT": "count"}


def _unique(table: Table, hits: Sequence[Rule], results: Results) -> Decided:
    if len(hits) > 1:
        raise _broken(table, hits, "同时符合，但命中策略是“唯一”（UNIQUE），只能有一条符合；请修改规则。")
    return results(hits[0]) if hits else None


def _any(table: Table, hits: Sequence[Rule], results: Results) -> Decided:
    found = [results(rule) for rule in hits]
    scope = Scope({}, {})
    if any(equal(other, found[0], scope) is not True for other in found[1:]):
        raise _broken(table, hits, "同时符合而结果不同，但命中策略是“任一”（ANY），结果必须相同；请修改规则。")
    return found[0] if found else None


def _first(_: Table, hits: Sequence[Rule], results: Results) -> Decided:
    return results(hits[0]) if hits else None


def _priority(table: Table, hits: Sequence[Rule], results: Results) -> Decided:
    found = [results(rule) for rule in hits]
    return min(found, key=lambda outputs: _rank(table, outputs)) if found else None


def _rule_order(_: Table, hits: Sequence[Rule], results: Results) -> Decided:
    return [results(rule) for rule in hits]


def _output_order(table: Table, hits: Sequence[Rule], results: Results) -> Decided:
    return sorted((results(rule) for rule in hits), key=lambda outputs: _rank(table, outputs))


def _collect(table: Table, hits: Sequence[Rule], results: Results) -> Decided:
    found = [results(rule) for rule in hits]
    if not table.aggregation:
        return found
    name = table.outputs[0].name
    if table.aggregation == "COUNT":
        return {name: len(found)}
    if not found:
        return None
    total = FUNCTIONS[AGGREGATIONS[table.aggregation]](Scope({}, {}), [outputs[name] for outputs in found])
    if total is None:
        raise _broken(table, hits, "的结果不能合计，请都填写数字。")
    return {name: total}


def _rank(table: Table, outputs: Outputs) -> list[int]:
    """The place of each output among the allowed values of its column; the first is the most important."""
    places = []
    for output in table.outputs:
        if output.values and outputs[output.name] not in output.values:
            raise Invalid(
                f"决策表“{table.name}”的结果“{outputs[output.name]}”不在“{output.label}”的可选值中，无法排序。", decision=table.id
            )
        places.append(output.values.index(outputs[output.name]) if output.values else 0)
    return places


def _broken(table: Table, hits: Sequence[Rule], what: str) -> Invalid:
    numbers = "、".join(str(rule.number) for rule in hits)
    return Invalid(f"决策表“{table.name}”的第 {numbers} 条规则{what}", decision=table.id, rules=[rule.number for rule in hits])


POLICIES: dict[str, Policy] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": _first,
    "PRIORITY": _priority,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
    "COLLECT": _collect,
}
LISTS = frozenset({"RULE ORDER", "OUTPUT ORDER"})  # and COLLECT without an aggregation: these decide to a list
