"""A decision table: what it shows, and how it decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.bpm.dmn.policies import POLICIES, Decided
from engine.bpm.expressions import Expression, ExpressionError, Scope, UnaryTest
from engine.errors import Invalid


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions. ``text`` is its FEEL expression, ``allowed`` the text of its allowed values."""

    label: str
    text: str
    type: str
    allowed: str
    expression: Expression = field(repr=False)


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results. ``values`` are its allowed values, the most important first; () when any is allowed."""

    name: str
    label: str
    type: str
    values: tuple[Any, ...] = ()
    default: Expression | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``number`` counts from 1; ``conditions`` and ``results`` are the texts of its cells, ``note`` its annotation."""

    number: int
    conditions: tuple[str, ...]
    results: tuple[str, ...]
    note: str
    tests: tuple[tuple[int, UnaryTest], ...] = field(repr=False)  # column → test; columns that take anything are left out
    outcomes: tuple[Expression, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """One decision.

    ``policy``: UNIQUE, ANY, FIRST, PRIORITY, RULE ORDER, OUTPUT ORDER or COLLECT; ``aggregation``: SUM, MIN, MAX, COUNT or "".
    """

    id: str
    name: str
    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def decide(self, variables: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None) -> Decided:
        """The outputs: a dict; a list of dicts for RULE ORDER, OUTPUT ORDER and COLLECT; None when nothing fits and there is no default.

        Raises Invalid when a cell cannot be evaluated, or the rules that fit break the hit policy; the sentence names them.
        """
        scope = Scope(variables, functions or {})
        values = [self._evaluated(column.expression, scope, f"输入“{column.label}”") for column in self.inputs]
        hits = [rule for rule in self.rules if self._fits(rule, values, scope)]
        policy = POLICIES[self.policy]
        found = policy(self, hits, lambda rule: self._results(rule, scope))
        return self._default(scope) if found is None else found

    def _fits(self, rule: Rule, values: Sequence[Any], scope: Scope) -> bool:
        for column, test in rule.tests:
            scope.input = values[column]
            if self._evaluated(test, scope, f"第 {rule.number} 条规则") is not True:
                return False
        return True

    def _results(self, rule: Rule, scope: Scope) -> dict[str, Any]:
        where = f"第 {rule.number} 条规则"
        pairs = zip(self.outputs, rule.outcomes, strict=True)
        return {output.name: self._evaluated(outcome, scope, where) for output, outcome in pairs}

    def _default(self, scope: Scope) -> dict[str, Any] | None:
        if not any(output.default for output in self.outputs):
            return None
        return {output.name: self._evaluated(output.default, scope, "默认输出") if output.default else None for output in self.outputs}

    def _evaluated(self, expression: Expression, scope: Scope, where: str) -> Any:
        try:
            return expression.run(scope)
        except ExpressionError as fault:
            raise Invalid(f"决策表“{self.name}”{where}：{fault.sentence}", decision=self.id) from fault
