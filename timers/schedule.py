"""The schedule: which job how often, and the sleeper that sleeps until the next due moment in the database.

The only import of APScheduler. It is the clock that knocks; every deadline lives in the database only.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from engine import clock
from engine.clock import LOCAL
from engine.outbox import send
from engine.processes.due import next_due
from engine.wiring import House
from timers import jobs
from timers.digests import daily_digest

POLL = timedelta(seconds=2)  # how late a moment may be noticed that another process has just written
TABLE: tuple[tuple[Callable[[House], int], BaseTrigger], ...] = (
    (jobs.send_post, IntervalTrigger(minutes=1)),  # and at once when the sleeper sees that something is due
    (jobs.expire_messages, CronTrigger(minute=17, timezone=LOCAL)),
    (daily_digest, CronTrigger(hour=8, minute=0, timezone=LOCAL)),
    (jobs.clean_drafts, CronTrigger(hour=3, minute=10, timezone=LOCAL)),
    (jobs.clean_sign_ins, CronTrigger(hour=3, minute=20, timezone=LOCAL)),
)
log = structlog.get_logger()


class Scheduler(BackgroundScheduler):  # type: ignore[misc]
    """APScheduler's own; one that is stopped at this moment has no job left to remove, and that is no error."""

    def remove_job(self, job_id: str, jobstore: str | None = None) -> None:
        """Remove a job, unless the scheduler was stopped meanwhile."""
        with suppress(JobLookupError):
            super().remove_job(job_id, jobstore)


class Timers:
    """One timer process: ``start()``, and ``stop()``, which lets the job under way end."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.sweep = jobs.Sweep(house)
        self._stopping = False
        executors = {"default": ThreadPoolExecutor(2), "due": ThreadPoolExecutor(1)}
        self.scheduler = Scheduler(timezone=UTC, executors=executors, job_defaults={"coalesce": True, "misfire_grace_time": 3600})

    def start(self) -> None:
        """Begin to keep the schedule, with what is due already."""
        for job, trigger in TABLE:
            self.scheduler.add_job(_guarded, trigger, args=[job, self.house], id=job.__name__)
        self._sleep_until(datetime.now(UTC))
        self.scheduler.start()

    def stop(self) -> None:
        """Take no new job and wait for those under way."""
        self._stopping = True
        self.scheduler.shutdown(wait=True)

    def knock(self) -> None:
        """Fire what is due, then sleep until the next moment, or for ``POLL`` if that comes first."""
        wait = POLL
        try:
            self.sweep.fire_due()
            self.sweep.deliver_waiting()
            wait = self._wait()
        except Exception:  # the database is away: knock again
            log.exception("timers.knock")
        self._sleep_until(datetime.now(UTC) + wait)

    def _wait(self) -> timedelta:
        now = clock.now()
        with self.house.sessions.read() as session:
            timer, post = next_due(session), send.next_due(session)
        if post is not None and post <= now:
            self.scheduler.modify_job(jobs.send_post.__name__, next_run_time=datetime.now(UTC))
        return min(POLL, max(timer - now, timedelta(milliseconds=50))) if timer is not None else POLL

    def _sleep_until(self, moment: datetime) -> None:
        if not self._stopping:
            self.scheduler.add_job(self.knock, "date", run_date=moment, executor="due")  # a new id: APScheduler still removes the old one


def _guarded(job: Callable[[House], int], house: House) -> None:
    try:
        done = job(house)
    except Exception:
        log.exception("job.failed", job=job.__name__)
        return
    if done:
        log.info("job.done", job=job.__name__, count=done)
