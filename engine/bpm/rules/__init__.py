"""What a drawing must keep, one file a rule. A rule looks at the whole sheet and says everything that is wrong."""

from __future__ import annotations

from engine.bpm.rules.rule import Context, Rule
from engine.bpm.elements import Sheet
from engine.errors import Problem

RULES: tuple[Rule, ...] = ()


def check(sheet: Sheet, context: Context) -> list[Problem]:
    """All problems of a drawing."""
    return [problem for rule in RULES for problem in rule(sheet, context)]
