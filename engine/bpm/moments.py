"""The functions of time that expressions may call, for one moment and one calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.bpm.feel.numbers import exact
from engine.bpm.feel.times import Months, aware, moved
from engine.bpm.feel.times import day as read_day
from engine.bpm.feel.times import moment as read_moment
from engine.calendar import Calendar, end_of, local_day


def functions(at: datetime, calendar: Calendar) -> Mapping[str, Callable[..., Any]]:
    """``now``, ``today``, ``workdays_after`` … as FEEL functions. ``at`` is the present moment (aware).

    A moment may be given as a datetime, a day or the ISO text of either; null gives null. A limit of days or months ends at 23:59:59
    in China. What is no moment or no whole number raises ValueError, which becomes an ExpressionError.
    """
    return {
        "now": lambda: at,
        "today": lambda: local_day(at),
        "workdays_after": _unless_null(lambda moment, n: calendar.workdays_after(_given(moment), _whole(n))),
        "workdays_before": _unless_null(lambda moment, n: calendar.workdays_before(_given(moment), _whole(n))),
        "workdays_between": _unless_null(lambda start, end: calendar.workdays_between(_given(start), _given(end))),
        "days_after": _unless_null(lambda moment, n: _later(_given(moment), timedelta(days=_whole(n)))),
        "days_before": _unless_null(lambda moment, n: _later(_given(moment), timedelta(days=-_whole(n)))),
        "months_after": _unless_null(lambda moment, n: _later(_given(moment), Months(_whole(n)))),
    }


def _unless_null(work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda first, second: None if first is None or second is None else work(first, second)


def _later(moment: date, by: timedelta | Months) -> datetime:
    found = moved(local_day(moment), by, 1)
    if found is None:
        raise ValueError("out of the calendar")
    return end_of(found)


def _given(value: Any) -> date:
    found = aware(value) if isinstance(value, datetime) else read_day(value) if isinstance(value, str) and len(value) <= 10 else value
    found = read_moment(found) if isinstance(found, str) else found
    if not isinstance(found, date):
        raise ValueError("no moment")
    return found


def _whole(value: Any) -> int:
    number = exact(value)
    if number is None or (isinstance(number, Decimal) and number % 1):
        raise ValueError("no whole number")
    return int(number)
