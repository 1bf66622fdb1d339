"""A limit that explains itself day by day: receipt, working days, weekends, holidays, pauses, extensions, and the date they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import Calendar, DayLine, local_day
from engine.processes.models import LimitChange, Task

SENTENCES: Mapping[tuple[str, bool, bool], str] = {  # what was done; are days told; is a reason told
    ("pause", False, False): "暂停计时",
    ("pause", False, True): "暂停计时：%(reason)s",
    ("resume", False, False): "恢复计时",
    ("resume", False, True): "恢复计时：%(reason)s",
    ("resume", True, False): "恢复计时，余 %(days)s 日",
    ("resume", True, True): "恢复计时，余 %(days)s 日：%(reason)s",
    ("extend", False, False): "延期至 %(until)s",
    ("extend", False, True): "延期至 %(until)s：%(reason)s",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a ``day`` (``counted``: the how-manieth of the limit, None when it does not count), or a pause, resume or extension.

    ``reason`` is a gettext message id, ``details`` are filled into its places; ``str()`` gives the Chinese.
    """

    day: date
    counted: int | None
    reason: str
    kind: str = "day"  # day | pause | resume | extend | until
    details: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason % self.details if self.details else self.reason


@dataclass(slots=True)
class Explanation:
    """How ``limit_at`` came about. ``basis``: plan or local; ``source``: the sentence of the plan or table that sets it."""

    name: str
    kind: str
    days: int | None
    basis: str
    source: str
    counts_from: datetime | None
    limit_at: datetime | None
    paused_at: datetime | None
    lines: list[Line] = field(default_factory=list)


def explain(session: Session, calendar: Calendar, task: Task) -> Explanation:
    """The limit of ``task`` explained; without a limit there are no lines."""
    told = Explanation(
        name=task.limit_name,
        kind=task.limit_kind,
        days=task.limit_days,
        basis=str(task.properties.get("limit_basis") or ""),
        source=str(task.properties.get("limit_source") or ""),
        counts_from=task.limit_from,
        limit_at=task.limit_at,
        paused_at=task.paused_at,
    )
    if task.limit_from is None or task.limit_at is None:
        return told
    changes = session.scalars(select(LimitChange).where(LimitChange.task_id == task.id).order_by(LimitChange.id)).all()
    first = next((change.limit_before for change in changes), None) or task.limit_at
    told.lines = _first_lines(calendar, task, first)
    stopped = False
    for change in changes:
        stopped = _apply(told.lines, calendar, task.limit_kind, change, stopped)
    return told


def _first_lines(calendar: Calendar, task: Task, limit_at: datetime) -> list[Line]:
    assert task.limit_from is not None
    if task.limit_kind == "until":
        day = local_day(task.limit_from)
        return [Line(day, None, "收到"), Line(local_day(limit_at), None, "方案确定的期限", "until")]
    return _days(calendar, task.limit_kind, task.limit_from, task.limit_days or 0)


def _days(calendar: Calendar, kind: str, start: datetime, n: int) -> list[Line]:
    """From the day of ``start``, which does not count, to the n-th day after it."""
    if kind == "wd":
        return [_line(line) for line in calendar.explain(start, n)]
    first = local_day(start)
    later = (first + timedelta(days=number) for number in range(1, n + 1))
    return [Line(first, None, "收到当日不计"), *(Line(day, number, "自然日") for number, day in enumerate(later, start=1))]


def _line(line: DayLine) -> Line:
    return Line(line.day, line.counted, line.reason)


def _apply(lines: list[Line], calendar: Calendar, kind: str, change: LimitChange, stopped: bool) -> bool:
    """Lay one change over the lines; returns whether the clock stands still after it."""
    day = local_day(change.at)
    if change.kind == "pause":
        if change.limit_before is not None and change.at < change.limit_before:
            lines[:] = [line for line in lines if line.day <= day]
        lines.append(_told(day, "pause", change.reason))
        return True
    if change.kind == "resume":
        lines.append(_told(day, "resume", change.reason, days=change.days))
        if change.days == 0 and change.limit_after is not None:  # stopped on the last day: what is left of it is given back
            lines.append(Line(local_day(change.limit_after), _counted(lines), "最后一日尚未用完"))
        elif change.days is not None:
            _count_on(lines, _days(calendar, kind, change.at, change.days))
        return False
    if change.limit_before is not None and change.limit_after is not None:
        lines.append(_told(day, "extend", change.reason, until=local_day(change.limit_after).isoformat()))
        if not stopped:
            more = calendar.workdays_between(change.limit_before, change.limit_after)
            _count_on(lines, _days(calendar, "wd", change.limit_before, more))
    return stopped


def _told(day: date, kind: str, reason: str, days: int | None = None, until: str = "") -> Line:
    given = {"reason": reason, "days": days, "until": until}
    details = {name: value for name, value in given.items() if value not in ("", None)}
    return Line(day, None, SENTENCES[kind, days is not None, bool(reason)], kind, details)


def _counted(lines: list[Line]) -> int:
    return max((line.counted or 0 for line in lines), default=0)


def _count_on(lines: list[Line], more: list[Line]) -> None:
    counted = _counted(lines)
    lines += [replace(line, counted=line.counted + counted if line.counted else None) for line in more[1:]]
