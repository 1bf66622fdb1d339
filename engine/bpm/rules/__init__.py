"""What a drawing must keep, one file a rule. A rule looks at the whole sheet and says everything that is wrong."""

from __future__ import annotations

from engine.bpm.elements import Sheet
from engine.bpm.rules import (
    boundaries,
    calls,
    decisions,
    ends,
    events,
    expressions,
    flows,
    gateways,
    ids,
    loops,
    messages,
    names,
    operations,
    pools,
    reach,
    scripts,
    size,
    starts,
    supported,
    timers,
    user_tasks,
)
from engine.bpm.rules.rule import Context, Rule
from engine.errors import Problem

__all__ = ["RULES", "Context", "check"]

RULES: tuple[Rule, ...] = (
    size.check,
    pools.check,
    ids.check,
    scripts.check,
    supported.check,
    events.check,
    starts.check,
    ends.check,
    flows.check,
    boundaries.check,
    gateways.check,
    reach.check,
    loops.check,
    timers.check,
    messages.check,
    expressions.check,
    user_tasks.check,
    operations.check,
    decisions.check,
    calls.check,
    names.check,
)


def check(sheet: Sheet, context: Context) -> list[Problem]:
    """All problems of a drawing."""
    return [problem for rule in RULES for problem in rule(sheet, context)]
