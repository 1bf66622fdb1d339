"""The functions an expression may call, by name."""

from __future__ import annotations

BUILT_IN = frozenset(
    {
        "count", "sum", "min", "max", "mean", "list contains", "append", "concatenate", "distinct values", "index of", "all", "any",
        "string length", "upper case", "lower case", "contains", "starts with", "ends with", "substring", "substring before",
        "substring after", "string join", "trim", "is empty", "is blank", "is defined", "get or else", "string", "number", "floor",
        "ceiling", "round", "abs", "modulo", "date", "date and time", "duration",
    }
)  # fmt: skip
# Given at evaluation; an expression that calls one where it was not given fails with a sentence.
OF_THE_WORLD = frozenset(
    {"now", "today", "workdays_after", "workdays_before", "workdays_between", "days_after", "days_before", "months_after"}
)
FUNCTION_NAMES = BUILT_IN | OF_THE_WORLD
