"""Working days of China: the State Council's yearly notices (package chinesecalendar), behind the office's own table.

A year whose notice is not out yet counts Monday to Friday and its days are tentative (暂定). Days are days in China.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chinese_calendar import constants

from engine.clock import LOCAL

MOST_DAYS = 5_000  # working days of one limit; some twenty years
ONE = timedelta(days=1)
_KNOWN_YEARS = range(min(constants.holidays).year, max(constants.holidays).year + 1)
_SHORT = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
_NAMES = {holiday.value: _SHORT.get(holiday.chinese, holiday.chinese) for holiday in constants.Holiday}

Overrides = Mapping[date, tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class Day:
    """One day: true when people work on it. ``name`` says why it differs from Monday to Friday, or 周末; ``tentative``: no notice yet."""

    working: bool
    name: str
    tentative: bool

    def __bool__(self) -> bool:
        return self.working


@dataclass(frozen=True, slots=True)
class DayLine:
    """One line of an explanation. ``counted``: the how-manieth working day it is; None when it does not count.

    ``reason`` is a gettext message id, or the words of the office's own table.
    """

    day: date
    counted: int | None
    reason: str


class Calendar:
    """The official calendar; ``overrides`` (day → works, name) go before it."""

    def __init__(self, overrides: Overrides | None = None) -> None:
        self.overrides: Overrides = overrides or {}

    def is_working(self, day: date) -> Day:
        """Do people work on this day, and why?"""
        if day in self.overrides:
            working, name = self.overrides[day]
            return Day(working, name or ("调休上班" if working else "放假"), False)
        tentative = day.year not in _KNOWN_YEARS
        if day in constants.holidays:
            return Day(False, _NAMES.get(constants.holidays[day], constants.holidays[day]), tentative)
        if day in constants.workdays:
            return Day(True, f"{_NAMES.get(constants.workdays[day], '')}调休上班", tentative)
        return Day(False, "周末", tentative) if day.isoweekday() > 5 else Day(True, "", tentative)

    def workdays_after(self, moment: date, n: int) -> datetime:
        """The end (23:59:59 in China, given in UTC) of the n-th working day after the day of ``moment``, which does not count itself.

        ``n`` = 0: the end of that day, or of the next working day when it is none. Raises ValueError for n < 0 or n > 5000.
        """
        return end_of(self._nth(local_day(moment), n, ONE))

    def workdays_before(self, moment: date, n: int) -> datetime:
        """The beginning (midnight in China, given in UTC) of the n-th working day before the day of ``moment``.

        Raises ValueError for n < 0 or n > 5000.
        """
        return start_of(self._nth(local_day(moment), n, -ONE))

    def _nth(self, day: date, n: int, step: timedelta) -> date:
        if not 0 <= n <= MOST_DAYS:
            raise ValueError(f"working days must be 0 to {MOST_DAYS}, not {n}")
        if n == 0:
            while not self.is_working(day):
                day += step
        for _ in range(n):
            day = self._next(day, step)
        return day

    def _next(self, day: date, step: timedelta) -> date:
        day += step
        while not self.is_working(day):
            day += step
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """How many working days lie after the day of ``start`` up to and with the day of ``end``; negative when ``end`` is earlier."""
        first, last = local_day(start), local_day(end)
        if last < first:
            return -self.workdays_between(end, start)
        return sum(1 for day in days(first + ONE, last) if self.is_working(day))

    def explain(self, start: date, n: int) -> list[DayLine]:
        """Day by day from the day of ``start`` to the n-th working day after it, each with the reason why it counts or not."""
        first = local_day(start)
        lines = [DayLine(first, None, "收到当日不计")]
        counted = 0
        for day in days(first + ONE, self._nth(first, n, ONE)):
            known = self.is_working(day)
            counted += known.working
            lines.append(DayLine(day, counted if known else None, _reason(known)))
        return lines


def _reason(day: Day) -> str:
    return (day.name or "工作日") + ("（暂定）" if day.tentative else "")


def local_day(moment: date) -> date:
    """The day in China of an aware moment; a day stays itself."""
    return moment.astimezone(LOCAL).date() if isinstance(moment, datetime) else moment


def days(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def start_of(day: date) -> datetime:
    """Midnight in China at the beginning of the day, in UTC."""
    return datetime.combine(day, time(0), LOCAL).astimezone(UTC)


def end_of(day: date) -> datetime:
    """23:59:59 in China, in UTC."""
    return datetime.combine(day, time(23, 59, 59), LOCAL).astimezone(UTC)
