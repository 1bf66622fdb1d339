"""Moments of timers: ISO 8601 durations and cycles, or FEEL that gives a date, a moment, a duration or a cycle.

Months and days are added on the wall clock of China (31 January + P1M = the last day of February). A plain date means the end
of that day, as every limit of the house does. A cycle keeps to its grid: rounds that were missed count, but fire only once.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.bpm.elements import Event
from engine.bpm.feel.times import Months
from engine.clock import LOCAL, local
from engine.errors import Invalid

DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
CYCLE = re.compile(r"R(\d*)/(?:([^P/][^/]*)/)?(P[^/]+)", re.ASCII)
LONGEST = timedelta(days=366 * 100)
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration of whole months and a fixed part."""

    months: int
    rest: timedelta

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """``moment`` plus this duration so many times, in UTC."""
        day = local(moment)
        if self.months:
            month = day.year * 12 + day.month - 1 + self.months * times
            year, month = divmod(month, 12)
            day = day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
        return (day + self.rest * times).astimezone(UTC)


def duration(text: str) -> Duration:
    """Read an ISO 8601 duration (P1M, P2W, P3DT4H). Raises Invalid."""
    found = DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()) or any(len(g or "") > 6 for g in found.groups()):
        raise Invalid("时间长度写法不对，应当像 P3D（三天）、PT4H（四小时）、P1M（一个月）。")
    years, months, weeks, days, hours, minutes, seconds = (int(g or 0) for g in found.groups())
    rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if rest > LONGEST or years > 100 or months > 1200:
        raise Invalid("时间长度超过一百年，请检查。")
    return Duration(years * 12 + months, rest)


def cycle(text: str) -> tuple[int, datetime | None, str]:
    """Read an ISO 8601 cycle (R3/P1D, R/2026-05-01T09:00:00+08:00/P1M): rounds (-1: no end), start, duration. Raises Invalid."""
    found = CYCLE.fullmatch(text.strip())
    if found is None:
        raise Invalid("循环时间写法不对，应当像 R/P1D（每天）、R3/P1M（每月，共三次）。")
    every = duration(found[3])
    if not every.months and not every.rest:
        raise Invalid("循环时间的间隔不能是零；请改正。")
    start = moment(found[2]) if found[2] else None
    return int(found[1]) if found[1] else -1, start, found[3]


def moment(value: Any) -> datetime:
    """A value as a moment in UTC: a plain date is its end, a naive moment is on the wall clock of China. Raises Invalid."""
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=LOCAL)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, END_OF_DAY, LOCAL).astimezone(UTC)
    raise Invalid("定时器要等的日期没有值，或不是日期，请先填好。")


def _from_text(value: str) -> date:
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError as error:
        raise Invalid("定时器要等的日期不是有效的日期，请先填好。") from error


def first(event: Event, evaluate: Callable[[str], Any], at: datetime) -> dict[str, Any]:
    """What a token that waits for this timer keeps: ``due`` (ISO, UTC) and for a cycle ``cycle`` (left, k, start, every)."""
    if event.timer == "timeDate":
        return {"due": moment(evaluate(event.value)).isoformat()}
    if event.timer == "timeDuration":
        return {"due": _after(event.value if is_literal(event) else evaluate(event.value), at).isoformat()}
    rounds, start, every = cycle(event.value if is_literal(event) else _text(evaluate(event.value)))
    start = start or duration(every).after(at)
    kept = {"rounds": rounds, "k": 0, "start": start.isoformat(), "every": every}
    return {"due": start.isoformat(), "cycle": kept} if rounds else {}


def following(kept: Mapping[str, Any], at: datetime) -> dict[str, Any] | None:
    """What the token keeps after a cycle has fired at ``at``: the next point of its grid after ``at``; None when it is over."""
    every, start = duration(kept["every"]), datetime.fromisoformat(kept["start"])
    k = max(kept["k"] + 1, _rounds_until(every, start, at))
    while every.after(start, k) <= at:
        k += 1
    if 0 <= kept["rounds"] <= k:
        return None
    return {"due": every.after(start, k).isoformat(), "cycle": {**kept, "k": k}}


def is_literal(event: Event) -> bool:
    """Whether a duration or cycle is written as ISO 8601, not as FEEL."""
    pattern = CYCLE if event.timer == "timeCycle" else DURATION
    return event.timer != "timeDate" and len(event.value) > 1 and pattern.fullmatch(event.value) is not None


def _rounds_until(every: Duration, start: datetime, at: datetime) -> int:
    """A number of rounds that is surely not too large."""
    longest = every.rest + timedelta(days=31) * every.months
    return max(int((at - start) / longest) - 1, 0)


def _after(value: Any, at: datetime) -> datetime:
    if isinstance(value, timedelta):
        return at + value
    if isinstance(value, Months):
        return Duration(value.count, timedelta()).after(at)
    return duration(_text(value)).after(at)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid("定时器的时间长度没有值，请先填好。")
    return value
