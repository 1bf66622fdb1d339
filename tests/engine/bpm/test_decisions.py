from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest

from engine.bpm import decisions
from engine.errors import Invalid, Refused

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(
    policy: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    aggregation: str = "",
    values: str = "",
    default: str = "",
    kind: str = "",
) -> str:
    def cell(tag: str, text: str) -> str:
        return f"<{tag}><text>{escape(text)}</text></{tag}>"

    columns = "".join(
        f'<input label="输入 {name}"><inputExpression>{cell("x", "")}<text>{escape(name)}</text></inputExpression></input>'
        for name in inputs
    )
    extra = (cell("outputValues", values) if values else "") + (cell("defaultOutputEntry", default) if default else "")
    results = "".join(f'<output name="{name}" label="输出 {name}" typeRef="{kind}">{extra}</output>' for name in outputs)
    rules = "".join(
        "<rule>" + "".join(cell("inputEntry" if at < len(inputs) else "outputEntry", text) for at, text in enumerate(row)) + "</rule>"
        for row in rows
    )
    head = f'<decision id="d" name="分办"><decisionTable hitPolicy="{policy}" aggregation="{aggregation}">'
    return f"{head}{columns}{results}{rules}</decisionTable></decision>"


def read(*parts: str) -> dict[str, decisions.Table]:
    return decisions.parse(
        f'<definitions xmlns="{NAMESPACE}" id="f" name="f" namespace="n">{"".join(parts)}</definitions>'.encode(), "routing.dmn"
    )


def one(*args: object, **kwargs: object) -> decisions.Table:
    return read(table(*args, **kwargs))["d"]  # type: ignore[arg-type]


def refusals(*parts: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        read(*parts)
    return [problem.rule for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("cell", "value", "fits"),
    [
        ("-", None, True),
        ("", 5, True),
        ('"a", "b"', "b", True),
        ('"a", "b"', "c", False),
        ("1, 2, 3", 3, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("< 3", 2, True),
        (">= 3, 0", 0, True),
        ('not("a", "b")', "c", True),
        ('not("a", "b")', "a", False),
        ("not(null)", None, False),
        ("null", None, True),
        ("true", True, True),
        ("true", 1, False),
        ("2.50", Decimal("2.5"), True),
        ("? > 3 and ? < 9", 5, True),
        ('date("2026-10-01")', date(2026, 10, 1), True),
        ('[date("2026-10-01")..date("2026-10-08")]', date(2026, 10, 9), False),
        ('"工程建设"', "工程建设", True),
        ("> 3", "x", False),
        ("< 3", None, False),
    ],
)
def test_a_cell_lets_through_what_it_says(cell: str, value: object, fits: bool) -> None:
    assert (one("FIRST", ["x"], ["y"], [[cell, "1"]]).decide({"x": value}) is not None) is fits


def test_unique_gives_the_only_rule_that_fits_and_null_when_none_does() -> None:
    routing = one(
        "UNIQUE", ["area", "n"], ["unit", "days"], [['"工程建设"', "< 3", '"住建局"', "5"], ['"招投标"', "-", '"公管局"', "n * 2"]]
    )
    assert routing.decide({"area": "工程建设", "n": 1}) == {"unit": "住建局", "days": 5}
    assert routing.decide({"area": "招投标", "n": 4}) == {"unit": "公管局", "days": 8}
    assert routing.decide({"area": "工程建设", "n": 3}) is None


def test_unique_names_the_rules_that_overlap() -> None:
    with pytest.raises(Invalid, match=r"“分办”的第 1、3 条规则同时符合"):
        one("UNIQUE", ["x"], ["y"], [["< 5", "1"], ["9", "2"], ["< 4", "1"]]).decide({"x": 3})


def test_any_takes_equal_results_and_refuses_different_ones() -> None:
    agreed = one("ANY", ["x"], ["y"], [["< 5", '"a"'], ["< 9", '"a"'], ["1", '"b"']])
    assert agreed.decide({"x": 3}) == {"y": "a"}
    with pytest.raises(Invalid, match=r"第 1、2、3 条规则同时符合而结果不同"):
        agreed.decide({"x": 1})


def test_first_takes_the_first_in_the_order_of_the_rules() -> None:
    assert one("FIRST", ["x"], ["y"], [["< 5", '"a"'], ["< 9", '"b"']]).decide({"x": 3}) == {"y": "a"}


def test_priority_takes_the_result_that_stands_first_among_the_allowed_values() -> None:
    light = one("PRIORITY", ["x"], ["y"], [["> 0", '"绿"'], ["> 5", '"黄"'], ["> 9", '"红"']], values='"红", "黄", "绿"')
    assert light.decide({"x": 7}) == {"y": "黄"}
    assert light.decide({"x": 10}) == {"y": "红"}


def test_rule_order_and_output_order_give_every_result_in_their_order() -> None:
    rows = [["> 0", '"绿"'], ["> 5", '"红"'], ["> 6", '"黄"']]
    assert one("RULE ORDER", ["x"], ["y"], rows).decide({"x": 7}) == [{"y": "绿"}, {"y": "红"}, {"y": "黄"}]
    ordered = one("OUTPUT ORDER", ["x"], ["y"], rows, values='"红", "黄", "绿"')
    assert ordered.decide({"x": 7}) == [{"y": "红"}, {"y": "黄"}, {"y": "绿"}]
    assert ordered.decide({"x": 0}) == []


@pytest.mark.parametrize(
    ("aggregation", "result"), [("", [{"y": 3}, {"y": 1}]), ("SUM", {"y": 4}), ("MIN", {"y": 1}), ("MAX", {"y": 3}), ("COUNT", {"y": 2})]
)
def test_collect_lists_or_aggregates(aggregation: str, result: object) -> None:
    assert one("COLLECT", ["x"], ["y"], [["> 0", "3"], ["> 1", "1"], ["> 5", "9"]], aggregation=aggregation).decide({"x": 2}) == result


def test_collect_with_nothing_that_fits_counts_zero_and_sums_to_null() -> None:
    assert one("COLLECT", ["x"], ["y"], [["> 0", "3"]], aggregation="COUNT").decide({}) == {"y": 0}
    assert one("COLLECT", ["x"], ["y"], [["> 0", "3"]], aggregation="SUM").decide({}) is None
    assert one("COLLECT", ["x"], ["y"], [["> 0", "3"]]).decide({}) == []


def test_a_sum_of_texts_is_refused_with_the_rules_named() -> None:
    with pytest.raises(Invalid, match=r"第 1、2 条规则的结果不能合计"):
        one("COLLECT", ["x"], ["y"], [["> 0", '"a"'], ["> 1", "1"]], aggregation="SUM").decide({"x": 2})


def test_the_default_stands_in_when_nothing_fits() -> None:
    assert one("UNIQUE", ["x"], ["y"], [["> 0", "3"]], default="15").decide({"x": 0}) == {"y": 15}


def test_inputs_may_be_expressions_and_functions_come_from_the_caller() -> None:
    late = one("UNIQUE", ["today() > date(limit_day)"], ["late"], [["true", "true"], ["false", "false"]])
    assert late.decide({"limit_day": "2026-10-01"}, {"today": lambda: date(2026, 10, 2)}) == {"late": True}


def test_a_table_can_be_shown() -> None:
    shown = one("UNIQUE", ["x"], ["y"], [["> 0", "3"], ["-", '"a"']])
    assert [(column.label, column.text) for column in shown.inputs] == [("输入 x", "x")]
    assert [(rule.number, rule.conditions, rule.results) for rule in shown.rules] == [(1, ("> 0",), ("3",)), (2, ("-",), ('"a"',))]
    assert (shown.name, shown.policy, [column.name for column in shown.outputs]) == ("分办", "UNIQUE", ["y"])


def test_one_file_may_hold_several_decisions() -> None:
    other = table("FIRST", ["x"], ["y"], [["-", "2"]]).replace('id="d"', 'id="e"')
    assert sorted(read(table("FIRST", ["x"], ["y"], [["-", "1"]]), other)) == ["d", "e"]


def test_a_failing_cell_is_named() -> None:
    with pytest.raises(Invalid, match=r"决策表“分办”第 1 条规则：函数“now”在这里不能用"):
        one("UNIQUE", ["x"], ["y"], [["< now()", "1"]]).decide({"x": 1})


def test_every_fault_comes_at_once() -> None:
    found = refusals(table("UNIQUE", ["x", "1 +"], ["y", "y"], [["-", "-", "1", "2"]]), '<decision id="e"/>')
    assert found == ["table-input", "table-output", "table-missing"]
    cells = refusals(
        table("UNIQUE", ["x"], ["y"], [["> ", "1"], ["市级", "1"], ["1", "住建局"], ["1", "1", "2"], ["2", '"三天"']], kind="number")
    )
    assert cells == ["table-cell", "table-name", "table-name", "table-shape", "table-type"]


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        (table("SOMETIMES", ["x"], ["y"], [["-", "1"]]), "table-policy"),
        (table("FIRST", ["x"], ["y"], [["-", "1"]], aggregation="SUM"), "table-aggregation"),
        (table("COLLECT", ["x"], ["y", "z"], [["-", "1", "1"]], aggregation="SUM"), "table-aggregation"),
        (table("PRIORITY", ["x"], ["y"], [["-", "1"]]), "table-priority"),
        (table("PRIORITY", ["x"], ["y"], [["-", '"c"']], values='"a", "b"'), "table-values"),
        (table("FIRST", ["x"], ["y"], []), "table-empty"),
        (table("FIRST", ["x"], ["1y"], [["-", "1"]]), "table-output"),
        (table("FIRST", ["x"], ["y"], [["-", "1"]], default="1 +"), "table-default"),
        (table("FIRST", ["x"], ["y"], [["-", "__import__(1)"]]), "table-cell"),
        (table("FIRST", ["x"], ["y"], [["-", "1"]]) * 2, "table-twice"),
        ("", "table-missing"),
    ],
)
def test_a_table_that_cannot_work_is_refused(broken: str, rule: str) -> None:
    assert rule in refusals(broken)


@pytest.mark.parametrize(
    "hostile",
    [b"", b"\xff\xfe", b"not xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', b"<x>" * 500, b"<x/>" * 2],
)
def test_hostile_files_are_refused(hostile: bytes) -> None:
    with pytest.raises(Refused):
        decisions.parse(hostile)
