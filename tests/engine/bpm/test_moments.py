from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.bpm import expressions
from engine.bpm.expressions import ExpressionError
from engine.bpm.feel.names import OF_THE_WORLD
from engine.bpm.moments import functions
from engine.calendar import Calendar

AT = datetime(2026, 9, 30, 17, 0, tzinfo=UTC)  # 1 October, one o'clock at night, in China
WORLD = functions(AT, Calendar())


def value(text: str, **variables: Any) -> Any:
    return expressions.compile(text).evaluate(variables, WORLD)


def end_of(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 15, 59, 59, tzinfo=UTC)


def test_every_function_that_expressions_may_call_is_given() -> None:
    assert WORLD.keys() == OF_THE_WORLD


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now()", AT),
        ("today()", date(2026, 10, 1)),
        ("workdays_after(now(), 2)", end_of(10, 9)),
        ("workdays_after(today(), 2)", end_of(10, 9)),
        ('workdays_after("2026-10-01", 2)', end_of(10, 9)),
        ('workdays_after("2026-09-30T17:00:00+00:00", 2)', end_of(10, 9)),
        ("workdays_before(limit, 1)", datetime(2026, 10, 8, 16, 0, tzinfo=UTC)),
        ("workdays_between(today(), limit)", 3),
        ("days_after(now(), 30)", end_of(10, 31)),
        ("days_before(limit, 10)", end_of(9, 30)),
        ('months_after("2026-01-31", 1)', end_of(2, 28)),
        ("workdays_after(missing, 3)", None),
        ("months_after(now(), missing)", None),
    ],
)
def test_limits_are_counted_from_days_moments_and_their_texts(text: str, expected: object) -> None:
    assert value(text, limit=end_of(10, 10)) == expected


@pytest.mark.parametrize(
    "text",
    ['workdays_after("soon", 1)', "workdays_after(now(), 1.5)", "days_after(now(), -9999999999)", "workdays_after(now(), -1)", "now(1)"],
)
def test_what_is_no_moment_or_number_is_told(text: str) -> None:
    with pytest.raises(ExpressionError, match="参数不对"):
        value(text)
