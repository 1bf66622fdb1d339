"""Numbers are int, or Decimal where they have a fraction; never float, so 0.1 + 0.2 = 0.3."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from engine.bpm.feel.limits import DIGITS, LARGEST, ExpressionError

Number = int | Decimal
_CONTEXT = Context(prec=DIGITS)
_TEXT = re.compile(r"[+-]?(?:[0-9]{1,34}(?:\.[0-9]{0,34})?|\.[0-9]{1,34})")


def is_number(value: Any) -> bool:
    """Is it a number of FEEL? Truth values are not."""
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)


def exact(value: Any) -> Number | None:
    """The number as int or Decimal; None for anything else and for NaN and infinity. Raises ExpressionError when it is too large."""
    kind = value.__class__
    if kind is bool or not isinstance(value, int | Decimal | float):
        return None
    if isinstance(value, int):
        number: Number = value
    else:
        number = Decimal(str(value)) if isinstance(value, float) else value
        if not number.is_finite():
            return None
    if not -LARGEST <= number <= LARGEST:
        raise ExpressionError("数太大，超出了表达式能计算的范围")
    return number


def parsed(text: str) -> Number | None:
    """Read a number written in digits; None when it is not one."""
    if not _TEXT.fullmatch(text.strip()):
        return None
    return tidy(Decimal(text.strip()))


def tidy(number: Number) -> Number:
    """Whole numbers become int; the rest keep at most 34 digits."""
    if isinstance(number, int):
        return number
    number = _CONTEXT.plus(number)
    if number.adjusted() < -DIGITS * 2:
        return 0
    return int(number) if number == number.to_integral_value(context=_CONTEXT) and number.adjusted() < DIGITS else number


def _divided(left: Number, right: Number) -> Number | None:
    return None if right == 0 else _CONTEXT.divide(Decimal(left), Decimal(right))


_OPERATIONS: dict[str, Callable[[Any, Any], Number | None]] = {
    "+": lambda left, right: left + right if isinstance(left, int) and isinstance(right, int) else _CONTEXT.add(left, right),
    "-": lambda left, right: left - right if isinstance(left, int) and isinstance(right, int) else _CONTEXT.subtract(left, right),
    "*": lambda left, right: left * right if isinstance(left, int) and isinstance(right, int) else _CONTEXT.multiply(left, right),
    "/": _divided,
}


def calculated(sign: str, left: Any, right: Any) -> Number | None:
    """``left sign right`` for + - * /; None when one is not a number or is divided by zero."""
    first, second = exact(left), exact(right)
    if first is None or second is None:
        return None
    result = _OPERATIONS[sign](first, second)
    return None if result is None else exact(tidy(result))


def rounded(value: Any, digits: Any = 0, mode: str = ROUND_HALF_EVEN) -> Number | None:
    """Round half to even (FEEL ``decimal``), or by ``mode``; ``digits`` after the point, from -34 to 34."""
    number, places = exact(value), exact(digits)
    if number is None or places is None or not -DIGITS <= places <= DIGITS:
        return None
    wide = Context(prec=DIGITS * 3, rounding=mode)
    return exact(tidy(wide.quantize(Decimal(number), Decimal(1).scaleb(-int(places)))))


def floor(value: Any, digits: Any = 0) -> Number | None:
    """The next number with that many digits that is not above."""
    return rounded(value, digits, ROUND_FLOOR)


def ceiling(value: Any, digits: Any = 0) -> Number | None:
    """The next number with that many digits that is not below."""
    return rounded(value, digits, ROUND_CEILING)


def modulo(left: Any, right: Any) -> Number | None:
    """The remainder with the sign of the divisor, as in FEEL; None for a divisor of zero."""
    first, second = exact(left), exact(right)
    if first is None or second is None or second == 0:
        return None
    if isinstance(first, int) and isinstance(second, int):
        return first % second
    wide = Context(prec=DIGITS * 3)
    rest = wide.remainder(Decimal(first), Decimal(second))
    return tidy(wide.add(rest, Decimal(second)) if rest and (rest < 0) != (second < 0) else rest)
