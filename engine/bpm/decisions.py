"""Decision tables (DMN 1.3): ``parse`` reads a file, ``Table.decide`` decides. Conditions and results are FEEL (``expressions``)."""

from __future__ import annotations

from engine.bpm import markup
from engine.bpm.dmn.policies import LISTS, Decided
from engine.bpm.dmn.reading import Reading, parts
from engine.bpm.dmn.tables import Input, Output, Rule, Table
from engine.errors import Problem, Refused

__all__ = ["LISTS", "Decided", "Input", "Output", "Rule", "Table", "parse"]


def parse(xml: bytes, file: str = "") -> dict[str, Table]:
    """Every decision of the file by its id. Raises Refused with all that is wrong; ``file`` is named in the problems."""
    root = markup.parse(xml, file)
    readings = [Reading(node, file) for node in parts(root, "decision")]
    if not readings:
        raise Refused([Problem("table-missing", "", "", "文件里没有决策表。", file)])
    tables = [table for reading in readings if (table := reading.table())]
    problems = [problem for reading in readings for problem in reading.problems]
    ids = [reading.id for reading in readings]
    problems += [Problem("table-twice", id_, "", "决策的 id 重复。", file) for id_ in sorted({i for i in ids if ids.count(i) > 1})]
    if problems:
        raise Refused(problems)
    return {table.id: table for table in tables}
