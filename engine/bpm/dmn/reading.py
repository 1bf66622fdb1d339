"""From DMN XML to tables, with every fault at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from engine.bpm import markup
from engine.bpm.dmn.policies import AGGREGATIONS, POLICIES
from engine.bpm.dmn.tables import Input, Output, Rule, Table
from engine.bpm.expressions import Expression, ExpressionError, Months, compile, unary
from engine.bpm.feel.numbers import is_number
from engine.errors import Problem

MOST_RULES, MOST_COLUMNS = 2_000, 40
_NAME = re.compile(r"[^\W\d]\w*")
_MODEL = re.compile(r"\{https?://www\.omg\.org/spec/DMN/[0-9]+/MODEL/?\}")
_KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    **dict.fromkeys(("number", "integer", "long", "double"), is_number),
    "date": lambda value: isinstance(value, date) and not isinstance(value, datetime),
    **dict.fromkeys(("dateTime", "date and time"), lambda value: isinstance(value, datetime)),
    **dict.fromkeys(("days and time duration", "dayTimeDuration"), lambda value: isinstance(value, timedelta)),
    **dict.fromkeys(("years and months duration", "yearMonthDuration"), lambda value: isinstance(value, Months)),
}
T = TypeVar("T", bound=Expression)


def parts(node: Any, tag: str) -> list[Any]:
    """The children of that tag in the DMN namespace, of any version."""
    return [child for child in node if markup.local(child) == tag and _MODEL.match(child.tag)]


def words(node: Any, tag: str = "text") -> str:
    """The stripped text of the first child of that tag, or ""."""
    found = parts(node, tag)
    return ("".join(found[0].itertext())).strip() if found else ""


class Reading:
    """Reads one decision; ``problems`` gathers what is wrong with it."""

    def __init__(self, decision: Any, file: str) -> None:
        self.decision, self.file = decision, file
        self.id, self.name = decision.get("id", ""), decision.get("name") or decision.get("id", "")
        self.problems: list[Problem] = []

    def problem(self, rule: str, sentence: str) -> None:
        """Note a fault of this decision."""
        self.problems.append(Problem(rule, self.id, self.name, sentence, self.file))

    def table(self) -> Table | None:
        """The table; None when ``problems`` say why not."""
        found = parts(self.decision, "decisionTable")
        if not self.id or not found:
            self.problem("table-missing", "决策要有 id 和一张决策表；其他写法（文字表达式、调用）不能用。")
            return None
        if any(parts(node, "requiredDecision") for node in parts(self.decision, "informationRequirement")):
            self.problem("table-requires", "决策不能引用另一个决策，请在流程里依次调用。")
        return self._read(found[0])

    def _read(self, node: Any) -> Table | None:
        inputs = [column for child in parts(node, "input") if (column := self._input(child))]
        outputs = [self._output(child, len(parts(node, "output")) == 1) for child in parts(node, "output")]
        known = frozenset(name for column in inputs for name in column.expression.names)
        policy, aggregation = node.get("hitPolicy", "UNIQUE"), node.get("aggregation", "")
        self._check_policy(policy, aggregation, outputs)
        self._check_columns(node, outputs)
        if self.problems:
            return None
        rules = tuple(self._rule(child, number, inputs, outputs, known) for number, child in enumerate(parts(node, "rule"), 1))
        table = Table(self.id, self.name, policy, aggregation, tuple(inputs), tuple(outputs), rules)
        return None if self.problems else table

    def _check_policy(self, policy: str, aggregation: str, outputs: list[Output]) -> None:
        if policy not in POLICIES:
            self.problem("table-policy", f"不认识命中策略“{policy}”。")
        if aggregation and (policy != "COLLECT" or aggregation not in AGGREGATIONS or len(outputs) != 1):
            self.problem("table-aggregation", "只有命中策略 COLLECT 且只有一列输出时才能合计（SUM、MIN、MAX、COUNT）。")
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.values for output in outputs):
            self.problem("table-priority", "按优先级命中时，至少一列输出要按优先级列出可选值（outputValues）。")

    def _check_columns(self, node: Any, outputs: list[Output]) -> None:
        names = [output.name for output in outputs]
        if not outputs or not parts(node, "rule"):
            self.problem("table-empty", "决策表至少要有一列输出和一条规则。")
        if len(set(names)) != len(names) or not all(_NAME.fullmatch(name) for name in names):
            self.problem("table-output", "每列输出要有各不相同的名称（name），只用文字、数字和下划线，不以数字开头。")
        if len(parts(node, "rule")) > MOST_RULES or len(parts(node, "input")) + len(outputs) > MOST_COLUMNS:
            self.problem("table-size", f"决策表太大：最多 {MOST_RULES} 条规则、{MOST_COLUMNS} 列。")

    def _input(self, node: Any) -> Input | None:
        found = parts(node, "inputExpression")
        text = words(found[0]) if found else ""
        label = node.get("label") or text
        expression = self._compiled(compile, text, "table-input", f"输入列“{label or '—'}”")
        if expression is None:
            return None
        allowed = parts(node, "inputValues")
        return Input(label, text, found[0].get("typeRef", "") if found else "", words(allowed[0]) if allowed else "", expression)

    def _output(self, node: Any, single: bool) -> Output:
        name = node.get("name") or (self.id if single else "")
        label = node.get("label") or name
        given, default = parts(node, "outputValues"), parts(node, "defaultOutputEntry")
        values = self._compiled(compile, f"[{words(given[0])}]", "table-values", f"输出列“{label}”的可选值") if given else None
        if values is not None and (values.names or values.called):
            self.problem("table-values", f"输出列“{label}”的可选值只能是固定的值，文字要用英文双引号括起来。")
            values = None
        fallback = self._compiled(compile, words(default[0]), "table-default", f"输出列“{label}”的默认值") if default else None
        return Output(name, label, node.get("typeRef", ""), tuple(values.evaluate({})) if values else (), fallback)

    def _rule(self, node: Any, number: int, inputs: list[Input], outputs: list[Output], known: frozenset[str]) -> Rule:
        conditions = tuple(words(cell) for cell in parts(node, "inputEntry"))
        results = tuple(words(cell) for cell in parts(node, "outputEntry"))
        where = f"第 {number} 条规则"
        tests: list[tuple[int, Any]] = []
        outcomes: list[Any] = []
        if len(conditions) != len(inputs) or len(results) != len(outputs):
            self.problem("table-shape", f"{where}的格数与列数不同，请重新导出。")
        else:
            tests = [
                (at, self._test(text, f"{where}“{inputs[at].label}”", known)) for at, text in enumerate(conditions) if text not in ("", "-")
            ]
            outcomes = [self._outcome(text, output, where, known) for output, text in zip(outputs, results, strict=True)]
        note = words(node, "description") or "；".join(filter(None, (words(entry) for entry in parts(node, "annotationEntry"))))
        return Rule(number, conditions, results, note, tuple(tests), tuple(outcomes))

    def _test(self, text: str, where: str, known: frozenset[str]) -> Any:
        test = self._compiled(unary, text, "table-cell", where)
        self._check_names(test, where, known)
        return test

    def _outcome(self, text: str, output: Output, where: str, known: frozenset[str]) -> Any:
        where = f"{where}“{output.label}”"
        outcome = self._compiled(compile, text or "null", "table-cell", where)
        self._check_names(outcome, where, known)
        if outcome is not None and not (outcome.names or outcome.called):
            self._check_value(outcome.evaluate({}), output, where)
        return outcome

    def _check_names(self, expression: Expression | None, where: str, known: frozenset[str]) -> None:
        for name in sorted(expression.names - known) if expression else ():
            self.problem("table-name", f"{where}：“{name}”如果是文字，要用英文双引号括起来；如果是变量，请给它加一列输入。")

    def _check_value(self, value: Any, output: Output, where: str) -> None:
        if value is None:
            return
        fits = _KINDS.get(output.type)
        if fits and not fits(value):
            self.problem("table-type", f"{where}：值的类型应该是 {output.type}。")
        if output.values and value not in output.values:
            self.problem("table-values", f"{where}：“{value}”不在这一列的可选值中。")

    def _compiled(self, how: Callable[[str], T], text: str, rule: str, where: str) -> T | None:
        try:
            return how(text)
        except ExpressionError as fault:
            self.problem(rule, f"{where}：{fault.sentence}")
            return None
