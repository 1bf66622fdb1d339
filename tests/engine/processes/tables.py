"""Writes decision tables for tests: a row of text per rule."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

HEAD = '<?xml version="1.0"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">'


def table(id: str, policy: str, inputs: Sequence[str], outputs: Sequence[str], *rules: Sequence[str]) -> bytes:
    """A file with one decision. Each rule: the cells of its inputs, then of its outputs (FEEL)."""
    ins = "".join(
        f'<input id="i{n}"><inputExpression id="x{n}"><text>{escape(text)}</text></inputExpression></input>'
        for n, text in enumerate(inputs)
    )
    outs = "".join(f'<output id="o{n}" name="{name}"/>' for n, name in enumerate(outputs))
    rows = "".join(_rule(n, rule, len(inputs)) for n, rule in enumerate(rules))
    inside = f'<decisionTable id="{id}-table" hitPolicy="{policy}">{ins}{outs}{rows}</decisionTable>'
    return f'{HEAD}<decision id="{id}" name="{id}">{inside}</decision></definitions>'.encode()


def _rule(n: int, cells: Sequence[str], inputs: int) -> str:
    kinds = ["inputEntry"] * inputs + ["outputEntry"] * (len(cells) - inputs)
    inside = "".join(
        f'<{kind} id="r{n}c{c}"><text>{escape(text)}</text></{kind}>' for c, (kind, text) in enumerate(zip(kinds, cells, strict=True))
    )
    return f'<rule id="r{n}">{inside}</rule>'


LIMITS = {
    "time-limits.dmn": table(
        "time-limits",
        "FIRST",
        ["limit", "priority", "real_name", "collusion"],
        ["days", "kind", "counts_from", "until", "basis", "source"],
        ['"p/a"', '"important"', "", "", "2", '"wd"', '""', '""', '"local"', '"本办规定"'],
        ['"p/a"', "", "true", "true", "3", '"wd"', '""', '""', '"plan"', '"方案"'],
        ['"p/a"', "", "", "", "10", '"wd"', '""', '""', '"plan"', '"方案四"'],
        ['"from-receipt"', "", "", "", "5", '"wd"', '"received_at"', '""', '"local"', '""'],
        ['"days"', "", "", "", "30", '"d"', '""', '""', '"plan"', '""'],
        ['"until"', "", "", "", "null", '"until"', '""', '"deadline"', '"plan"', '""'],
    ),
    "escalation.dmn": table(
        "escalation",
        "RULE ORDER",
        ["limit_days"],
        ["rung", "light", "offset", "act"],
        ["> 5", "1", '"yellow"', "-3", '"remind"'],
        ["<= 5", "1", '"yellow"', "-1", '"remind"'],
        ["", "2", '"red"', "0", '"letter"'],
        ["", "3", '"red"', "5", '"talk"'],
        ["", "4", '"black"', "10", '"accountability"'],
    ),
}
