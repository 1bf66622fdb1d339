"""The moving clock: what happens next in the year, a person's act or a timer, and in which order."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from engine import clock
from engine.bpm.results import StepFailed
from engine.calendar import Calendar
from engine.journal.actor import CLOCK
from engine.processes.climb import climb
from engine.processes.models import Instance, Task
from engine.processes.wake import wake
from engine.wiring import House

Doing = Callable[[], None]


@dataclass
class Year:
    """A queue of people's acts, merged with the timers of the house; ``run`` plays both in the order of their moments."""

    house: House
    queue: list[tuple[datetime, int, Doing]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)

    def plan(self, moment: datetime, doing: Doing) -> None:
        """Let ``doing`` happen at ``moment``."""
        heapq.heappush(self.queue, (moment, next(self._order), doing))

    def run(self, until: datetime, after_each: Callable[[], None]) -> int:
        """Play everything up to ``until``; ``after_each`` sees what came of each act. Returns the number of acts and timers."""
        played = 0
        while (moment := self._next()) is not None and moment <= until:
            clock.freeze(max(moment, clock.now()))
            self._play(moment)
            played += 1
            after_each()
        clock.freeze(until)
        return played

    def _next(self) -> datetime | None:
        moments = [m for m in (self._next_timer(), self.queue[0][0] if self.queue else None) if m is not None]
        return min(moments, default=None)

    def _play(self, moment: datetime) -> None:
        timer = self._next_timer()
        if timer is not None and timer <= moment:
            self._fire()
        else:
            heapq.heappop(self.queue)[2]()

    def _next_timer(self) -> datetime | None:
        with self.house.sessions.read() as session:
            due = session.scalar(select(func.min(Instance.due_at)).where(Instance.status == "running"))
            rung = session.scalar(select(func.min(Task.rung_at)).where(Task.status == "open"))
        return min((m for m in (due, rung) if m is not None), default=None)

    def _fire(self) -> None:
        now = clock.now()
        with self.house.sessions.read() as session:
            tasks = session.scalars(select(Task.id).where(Task.status == "open", Task.rung_at <= now).order_by(Task.rung_at)).all()
            due = select(Instance.id).where(Instance.status == "running", Instance.due_at <= now).order_by(Instance.due_at)
            instances = session.scalars(due).all()
        for task in tasks:
            self.house.act(climb, task, by=CLOCK)
        for instance in instances:
            try:
                self.house.act(wake, instance, by=CLOCK)
            except StepFailed:  # recorded as an incident; the year goes on
                continue


def office_hours(moment: datetime, calendar: Calendar) -> datetime:
    """The same moment, or the next one in which somebody is at their desk (9–17 o'clock in China, on a working day)."""
    here = clock.local(moment)
    if here.hour >= 17:
        here = (here + timedelta(days=1)).replace(hour=9)
    here = here.replace(hour=max(here.hour, 9))
    while not calendar.is_working(here.date()).working:
        here = (here + timedelta(days=1)).replace(hour=9)
    return here
