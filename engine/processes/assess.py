"""The limit of a task when it opens, and the rungs (督办) that hang on it.

From the shared folder ``limits``: decision ``time-limits`` (inputs limit, priority, real_name, collusion; outputs days, kind, counts_from,
until, basis, source) and decision ``escalation`` (input limit_days; outputs rung, light, offset, act). Without them a task has no limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from engine.calendar import Calendar, end_of, start_of
from engine.clock import LOCAL, local
from engine.errors import NotFound
from engine.processes.courses import Course
from engine.processes.models import NEVER, Task
from engine.processes.ports import Ports
from engine.processes.standing import Standing

INPUTS = ("priority", "real_name", "collusion")  # of time-limits, beside the limit itself
A_SECOND = timedelta(seconds=1)  # a limit ends at 23:59:59; it has passed a second later


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: from ``at`` on, ``act`` (remind, letter, talk, accountability) is due."""

    number: int
    light: str
    at: datetime
    act: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as it is stored on a task; ``kind``: wd working days, d calendar days, until a date the work itself has set."""

    name: str
    days: int | None
    kind: str
    counts_from: datetime
    at: datetime
    rungs: tuple[Rung, ...]
    opened_at: datetime
    basis: str = ""
    source: str = ""

    def columns(self, *, ladder: bool = True) -> dict[str, Any]:
        """The columns of Task that hold it."""
        return {
            "limit_name": self.name,
            "limit_days": self.days,
            "limit_kind": self.kind,
            "limit_from": self.counts_from,
            **moments(self.at, self.rungs),
            "rung_at": begin(self.rungs, self.opened_at) if ladder else None,
        }


def moments(limit_at: datetime, steps: tuple[Rung, ...]) -> dict[str, Any]:
    """The columns that move with a limit."""
    first = {rung.light: rung.at for rung in reversed(steps)}
    return {"limit_at": limit_at, "urgency": limit_at or NEVER, "yellow_at": first.get("yellow"), "black_at": first.get("black")}


def assess(course: Course, opened_at: datetime, name: str, variables: Mapping[str, Any]) -> Limit | None:
    """The limit of a task that opens at ``opened_at``; ``name`` is its row in time-limits ("none": no limit)."""
    if name == "none" or "time-limits" not in course.shared:
        return None
    row = one(course.standing.decide("time-limits", limit=name, **{key: _scalar(variables.get(key)) for key in INPUTS}))
    if row is None:
        return None
    kind = row.get("kind") or "wd"
    counts_from = _moment(variables.get(row.get("counts_from") or ""), start=True) or opened_at
    limit_at = _limit_at(course.calendar, row, kind, counts_from, variables)
    if limit_at is None:
        return None
    days = int(row["days"]) if row.get("days") is not None else course.calendar.workdays_between(counts_from, limit_at)
    steps = rungs(course.standing, limit_at, days)
    return Limit(name, days, kind, counts_from, limit_at, steps, opened_at, str(row.get("basis") or ""), str(row.get("source") or ""))


def _limit_at(
    calendar: Calendar, row: Mapping[str, Any], kind: str, counts_from: datetime, variables: Mapping[str, Any]
) -> datetime | None:
    if kind == "until":
        return _moment(variables.get(row.get("until") or ""))
    if row.get("days") is None:
        return None
    if kind == "d":
        return end_of(local(counts_from).date() + timedelta(days=int(row["days"])))
    return calendar.workdays_after(counts_from, int(row["days"]))


def rungs(standing: Standing, limit_at: datetime, limit_days: int | None) -> tuple[Rung, ...]:
    """The rungs of a limit by their moments: n working days before from midnight of that day on, n after once the n-th is over."""
    if "escalation" not in standing.shared:
        return ()
    found = standing.decide("escalation", limit_days=limit_days)
    rows = found if isinstance(found, list) else [found] if found else []
    steps = (
        Rung(int(row["rung"]), str(row["light"]), _offset(standing.calendar, limit_at, int(row["offset"])), str(row["act"])) for row in rows
    )
    return tuple(sorted(steps, key=lambda rung: (rung.at, rung.number)))


def climbable(steps: tuple[Rung, ...], opened_at: datetime) -> tuple[Rung, ...]:
    """The rungs that are climbed: a reminder that would come with the task itself (a limit of one day) reminds nobody of anything."""
    return tuple(rung for rung in steps if rung.act != "remind" or rung.at > opened_at)


def begin(steps: tuple[Rung, ...], opened_at: datetime) -> datetime | None:
    """When the ladder of a task begins; None without rungs."""
    return next((rung.at for rung in climbable(steps, opened_at)), None)


def next_rung(session: Session, ports: Ports, task_id: int, after: int) -> Rung | None:
    """The rung that follows rung number ``after`` (0: the first) on the ladder of a task, by its present limit; None at the top."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound("没有这项任务；请从待办列表中选择。", task_id=task_id)
    if task.limit_at is None:
        return None
    course = Course(session, ports)
    steps = climbable(rungs(course.standing, task.limit_at, task.limit_days), task.opened_at)
    return min((rung for rung in steps if rung.number > after), key=lambda rung: rung.number, default=None)


def one(found: Any) -> Mapping[str, Any] | None:
    """The only row of a table with a single hit, or the first of several."""
    return (found[0] if found else None) if isinstance(found, list) else found


def _offset(calendar: Calendar, limit_at: datetime, workdays: int) -> datetime:
    if workdays < 0:
        return calendar.workdays_before(limit_at, -workdays)
    return (calendar.workdays_after(limit_at, workdays) if workdays else limit_at) + A_SECOND


def _scalar(value: Any) -> Any:
    """A variable that a table may ask for; a list or a context cannot be remembered and fits no cell."""
    return value if isinstance(value, str | bool | int | Decimal | None) else None


def _moment(value: Any, *, start: bool = False) -> datetime | None:
    """A variable as a moment; a mere day counts to its end (or from its start)."""
    if isinstance(value, str) and value:
        value = datetime.fromisoformat(value) if "T" in value or " " in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=LOCAL)
    if isinstance(value, date):
        return start_of(value) if start else end_of(value)
    return None
