"""The functions that every expression may call. Wrong arguments give null, as in FEEL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.bpm.feel.limits import ITEMS, ExpressionError
from engine.bpm.feel.names import BUILT_IN
from engine.bpm.feel.numbers import calculated, ceiling, exact, floor, is_number, modulo, parsed, rounded
from engine.bpm.feel.scope import Scope
from engine.bpm.feel.times import Months, day, duration, moment
from engine.bpm.feel.values import bounded, contained, equal, ordered

Function = Callable[..., Any]


def items(value: Any) -> list[Any]:
    """The list; null as an empty one, anything else as a list of one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _spread(arguments: tuple[Any, ...]) -> list[Any]:
    """``sum([1, 2])`` and ``sum(1, 2)`` are the same."""
    return items(arguments[0]) if len(arguments) == 1 else list(arguments)


def _sum(_: Scope, *values: Any) -> Any:
    total: Any = None
    for value in _spread(values):
        total = value if total is None else calculated("+", total, value)
        if exact(total) is None:
            return None
    return total


def _mean(scope: Scope, *values: Any) -> Any:
    total = _sum(scope, *values)
    return None if total is None else calculated("/", total, len(_spread(values)))


def _extreme(sign: str) -> Function:
    def extreme(_: Scope, *values: Any) -> Any:
        found = _spread(values)
        best = found[0] if found else None
        for value in found[1:]:
            better = ordered(sign, value, best)
            if better is None:
                return None
            best = value if better else best
        return best

    return extreme


def _made(made: list[Any], scope: Scope) -> list[Any]:
    scope.charge(len(made))
    if len(made) > ITEMS:
        raise ExpressionError(f"列表太长：最多 {ITEMS} 项")
    return made


def _distinct(scope: Scope, values: Any) -> list[Any]:
    found: list[Any] = []
    for value in items(values):
        if not contained(value, found, scope):
            found.append(value)
    return found


def _index_of(scope: Scope, values: Any, wanted: Any) -> list[int]:
    return [place for place, value in enumerate(items(values), 1) if equal(value, wanted, scope) is True]


def _all(_: Scope, *values: Any) -> bool | None:
    found = _spread(values)
    return False if any(value is False for value in found) else True if all(value is True for value in found) else None


def _any(_: Scope, *values: Any) -> bool | None:
    found = _spread(values)
    return True if any(value is True for value in found) else False if all(value is False for value in found) else None


def _text(work: Function) -> Function:
    """A function of strings only: anything else gives null."""
    return lambda _, *values: work(*values) if values and all(isinstance(value, str) for value in values) else None


def _substring(_: Scope, text: Any, start: Any, length: Any = None) -> str | None:
    first, count = exact(start), exact(length)
    if not isinstance(text, str) or not first or (length is not None and count is None):
        return None
    begin = int(first) - 1 if first > 0 else max(len(text) + int(first), 0)
    return text[begin:] if count is None else text[begin : begin + max(int(count), 0)]


def _join(_: Scope, values: Any, between: Any = "") -> str | None:
    found = [value for value in items(values) if value is not None]
    fits = isinstance(between, str) and all(isinstance(value, str) for value in found)
    if not fits or sum(map(len, found)) + len(between) * len(found) > 10 * ITEMS:
        return None
    return bounded(between.join(found))


def string(value: Any) -> str | None:
    """The value as text: numbers without exponent, days and moments in ISO 8601, truth values as in FEEL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        number = exact(value)
        return None if number is None else f"{number.normalize():f}" if isinstance(number, Decimal) else str(number)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"PT{value // timedelta(seconds=1)}S" if value % timedelta(days=1) else f"P{value.days}D"
    return str(value) if isinstance(value, str | Months) else None


def _number(_: Scope, value: Any) -> Any:
    return parsed(value) if isinstance(value, str) else exact(value)


FUNCTIONS: dict[str, Function] = {
    "count": lambda _, values: len(items(values)),
    "sum": _sum,
    "mean": _mean,
    "min": _extreme("<"),
    "max": _extreme(">"),
    "list contains": lambda scope, values, wanted: any(equal(wanted, value, scope) is True for value in items(values)),
    "append": lambda scope, values, *more: _made([*items(values), *more], scope),
    "concatenate": lambda scope, *lists: _made([value for values in lists for value in items(values)], scope),
    "distinct values": _distinct,
    "index of": _index_of,
    "all": _all,
    "any": _any,
    "string length": _text(len),
    "upper case": _text(str.upper),
    "lower case": _text(str.lower),
    "contains": _text(lambda text, piece: piece in text),
    "starts with": _text(lambda text, piece: text.startswith(piece)),
    "ends with": _text(lambda text, piece: text.endswith(piece)),
    "substring": _substring,
    "substring before": _text(lambda text, piece: text.partition(piece)[0] if piece and piece in text else ""),
    "substring after": _text(lambda text, piece: text.partition(piece)[2] if piece else text),
    "string join": _join,
    "trim": _text(lambda text: text.strip()),
    "is empty": lambda _, values: len(values) == 0 if isinstance(values, list | dict | str) else values is None,
    "is blank": lambda _, text: text is None or (not text.strip() if isinstance(text, str) else None),
    "is defined": lambda _, value: value is not None,
    "get or else": lambda _, value, other: other if value is None else value,
    "string": lambda _, value: string(value),
    "number": _number,
    "floor": lambda _, value, digits=0: floor(value, digits),
    "ceiling": lambda _, value, digits=0: ceiling(value, digits),
    "round": lambda _, value, digits=0: rounded(value, digits),
    "abs": lambda _, value: abs(value) if is_number(exact(value)) or isinstance(value, timedelta) else None,
    "modulo": lambda _, left, right: modulo(left, right),
    "date": lambda _, *parts: day(*parts),
    "date and time": lambda _, *parts: moment(*parts),
    "duration": lambda _, text: duration(text),
}
if FUNCTIONS.keys() != BUILT_IN:
    raise RuntimeError(f"names.py and functions.py disagree: {FUNCTIONS.keys() ^ BUILT_IN}")
