"""Comparing and adding values. What does not fit together gives null, as in FEEL."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from engine.bpm.feel.limits import DEPTH, TEXT, ExpressionError
from engine.bpm.feel.numbers import calculated, exact, is_number, tidy
from engine.bpm.feel.scope import Scope
from engine.bpm.feel.times import Months, apart, aware, day, moved

FLAT = frozenset({int, str})
ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def pair(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Both values so that ``<`` has a meaning between them; None when it has none. A moment against a day counts as its day in China."""
    if is_number(left) and is_number(right):
        return _numbers(left, right)
    if isinstance(left, date) and isinstance(right, date):
        if isinstance(left, datetime) and isinstance(right, datetime):
            return aware(left), aware(right)
        first, second = day(left), day(right)
        return (first, second) if first and second else None
    for kind in (str, timedelta, Months):
        if isinstance(left, kind) and isinstance(right, kind):
            return left, right
    return None


def _numbers(left: Any, right: Any) -> tuple[Any, Any] | None:
    if isinstance(left, int) and isinstance(right, int):
        return left, right
    first, second = exact(left), exact(right)
    return None if first is None or second is None else (first, second)


def ordered(sign: str, left: Any, right: Any) -> bool | None:
    """``left sign right`` for < <= > >=; None when they cannot be compared."""
    both = pair(left, right)
    return None if both is None else ORDERS[sign](*both)


def equal(left: Any, right: Any, scope: Scope, depth: int = 0) -> bool | None:
    """Are they equal? None when their kinds differ; null equals only null."""
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return left == right if isinstance(left, bool) and isinstance(right, bool) else None
    if isinstance(left, list | dict):
        return _alike(left, right, scope, depth) if isinstance(right, type(left)) else None
    both = pair(left, right)
    return None if both is None else bool(both[0] == both[1])


def _alike(left: Any, right: Any, scope: Scope, depth: int) -> bool:
    scope.charge(len(left))
    if depth > DEPTH:
        raise ExpressionError("值嵌套太深，不能比较")
    if len(left) != len(right):
        return False
    if isinstance(left, dict):
        return all(key in right and equal(value, right[key], scope, depth + 1) is True for key, value in left.items())
    return all(equal(one, other, scope, depth + 1) is True for one, other in zip(left, right, strict=True))


def contained(value: Any, within: Any, scope: Scope) -> bool | None:
    """Is ``value`` an element of a list, or equal to what is no list?"""
    if not isinstance(within, list):
        return equal(value, within, scope)
    scope.charge(len(within))
    if isinstance(value, list) and equal(value, within, scope) is True:
        return True
    return any(equal(value, item, scope) is True for item in within)


def combined(sign: str, left: Any, right: Any, scope: Scope) -> Any:
    """``left sign right`` for + - * / among numbers, strings (+), days, moments and durations."""
    if is_number(left) and is_number(right):
        return calculated(sign, left, right)
    if isinstance(left, str) and isinstance(right, str) and sign == "+":
        scope.charge((len(left) + len(right)) // 64)
        return bounded(left + right)
    try:
        return _timed(sign, left, right)
    except (OverflowError, ValueError):
        return None


def bounded(text: str) -> str:
    """The same text. Raises ExpressionError when it is too long."""
    if len(text) > TEXT:
        raise ExpressionError(f"文字太长：最多 {TEXT} 个字符")
    return text


def _timed(sign: str, left: Any, right: Any) -> Any:
    if sign in "+-" and isinstance(left, date):
        if isinstance(right, date):
            return apart(left, right) if sign == "-" else None
        return moved(left, right, 1 if sign == "+" else -1) if isinstance(right, timedelta | Months) else None
    if sign == "+" and isinstance(right, date):
        return moved(right, left, 1) if isinstance(left, timedelta | Months) else None
    for kind in (timedelta, Months):
        if isinstance(left, kind) or isinstance(right, kind):
            return _lasting(sign, left, right, kind)
    return None


def _lasting(sign: str, left: Any, right: Any, kind: type) -> Any:
    """Durations of one kind added, multiplied by a number, or divided."""
    amount: Callable[[Any], int] = (
        (lambda span: int(span.count)) if kind is Months else (lambda span: int(span // timedelta(microseconds=1)))
    )
    build: Callable[[int], Any] = Months if kind is Months else (lambda count: timedelta(microseconds=count))
    if isinstance(left, kind) and isinstance(right, kind):
        first, second = amount(left), amount(right)
        return calculated("/", first, second) if sign == "/" else build(int(calculated(sign, first, second) or 0)) if sign in "+-" else None
    if sign == "*" and is_number(left):
        left, right = right, left
    if sign not in "*/" or not isinstance(left, kind) or not is_number(right):
        return None
    result = calculated(sign, amount(left), right)
    return None if result is None else build(int(result))


def negative(value: Any) -> Any:
    """``-value`` of a number or duration; None of anything else."""
    number = exact(value)
    if number is not None:
        return tidy(-number)
    if isinstance(value, Months):
        return Months(-value.count)
    try:
        return -value if isinstance(value, timedelta) else None
    except OverflowError:
        return None
