"""Days, moments and durations. A moment without a zone is one of China."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.bpm.feel.numbers import exact
from engine.clock import LOCAL

_ISO = re.compile(
    r"(-?)P(?:([0-9]{1,6})W|(?:([0-9]{1,5})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})D)?(?:T(?:([0-9]{1,7})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})S)?)?)"
)


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A duration of years and months, which has no fixed number of days."""

    count: int

    @property
    def years(self) -> int:
        """Whole years in it."""
        return int(self.count / 12)

    def __str__(self) -> str:
        return f"{'-' if self.count < 0 else ''}P{abs(self.count)}M"


Duration = timedelta | Months


def duration(text: Any) -> Duration | None:
    """Read ISO 8601 (``P3D``, ``PT4H``, ``P2W``, ``P1Y6M``); None when it is not one. Months and days cannot be mixed, as in FEEL."""
    if isinstance(text, timedelta | Months):
        return text
    match = _ISO.fullmatch(text.strip()) if isinstance(text, str) else None
    if not match or text.strip()[-1] in "PT":
        return None
    sign = -1 if match[1] else 1
    weeks, years, months, days, hours, minutes, seconds = (None if part is None else int(part) for part in match.groups()[1:])
    if years is not None or months is not None:
        mixed = any(part is not None for part in (days, hours, minutes, seconds))
        return None if mixed else Months(sign * ((years or 0) * 12 + (months or 0)))
    return sign * timedelta(weeks=weeks or 0, days=days or 0, hours=hours or 0, minutes=minutes or 0, seconds=seconds or 0)


def day(year: Any, month: Any = None, of_month: Any = None) -> date | None:
    """``date("2026-10-01")``, ``date(2026, 10, 1)``, or the day in China of a moment; None when it is none."""
    try:
        if month is not None:
            return date(*(int(exact(part) or 0) for part in (year, month, of_month)))
        if isinstance(year, datetime):
            return aware(year).astimezone(LOCAL).date()
        if isinstance(year, str) and len(year) > 10:
            found = moment(year)
            return found.astimezone(LOCAL).date() if found else None
        return year if isinstance(year, date) else date.fromisoformat(year)
    except (TypeError, ValueError, OverflowError):
        return None


def moment(text: Any, clock: Any = None) -> datetime | None:
    """``date and time("2026-10-01T09:30:00")`` or ``date and time(day, "09:30")``, aware; a day alone begins at midnight in China."""
    try:
        if isinstance(text, datetime):
            return aware(text)
        if clock is not None or isinstance(text, date):
            on = day(text)
            return None if on is None else datetime.combine(on, time.fromisoformat(clock or "00:00"), LOCAL)
        return aware(datetime.fromisoformat(text))
    except (TypeError, ValueError, OverflowError):
        return None


def aware(value: datetime) -> datetime:
    """The same moment with its zone: China when it had none."""
    return value if value.tzinfo else value.replace(tzinfo=LOCAL)


def moved(start: date, by: Duration, sign: int) -> date | None:
    """A day or moment plus (``sign`` 1) or minus (-1) a duration; the 31st plus a month is the last of the next. None out of range."""
    try:
        if isinstance(by, Months):
            years, month = divmod(start.year * 12 + start.month - 1 + sign * by.count, 12)
            return start.replace(year=years, month=month + 1, day=min(start.day, calendar.monthrange(years, month + 1)[1]))
        return start + sign * by
    except (OverflowError, ValueError):
        return None


def apart(left: date, right: date) -> timedelta:
    """How long from ``right`` to ``left``; a day among moments stands for its midnight in China."""
    if isinstance(left, datetime) or isinstance(right, datetime):
        first, second = moment(left), moment(right)
        return first - second if first and second else timedelta(0)
    return left - right


def component(of: date | Duration, name: str) -> int | None:
    """A part by name, else None.

    ``year month day hour minute second weekday`` (1 = Monday) of a day or of a moment in China, ``days hours years months`` of a duration.
    """
    if isinstance(of, datetime):
        of = aware(of).astimezone(LOCAL)
    if isinstance(of, date):
        return of.isoweekday() if name == "weekday" else _plain(of, name, ("year", "month", "day", "hour", "minute", "second"))
    if isinstance(of, timedelta):
        seconds = of.total_seconds()
        whole = {"days": seconds / 86400, "hours": seconds % 86400 / 3600 if seconds >= 0 else -((-seconds) % 86400 / 3600)}
        return int(whole[name]) if name in whole else None
    return {"years": of.years, "months": of.count - of.years * 12}.get(name)


def _plain(of: object, name: str, allowed: tuple[str, ...]) -> int | None:
    value = getattr(of, name, None) if name in allowed else None
    return value if isinstance(value, int) else None
