"""Where the parts are put together. A door (web, timer, command) holds one ``House`` and acts through it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import clock
from engine.bpm.results import StepFailed
from engine.calendar import Calendar
from engine.cases import letter_templates, letters_named, observe, operations
from engine.cases.calendar_days import overrides
from engine.cases.files import FileStore
from engine.cases.identity import Keys
from engine.db import Sessions, connect
from engine.journal.actor import Actor
from engine.processes import incidents
from engine.processes.acts import Act
from engine.processes.ports import Ports
from engine.settings import Settings

T = TypeVar("T")
TRIES = 5  # of an act that lost a race inside the database (deadlock, serialization failure)
log = structlog.get_logger()


class House:
    """Everything a door needs: sessions, the ports of the processes, the file store, the keys."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = connect(settings.database_url, **settings.engine_options)
        self.sessions = Sessions(self.engine)
        self.files = FileStore(settings.data_dir / "files")
        self.keys = Keys.from_settings(settings)
        self.ports = Ports(
            operations=operations.table(files=self.files, keys=self.keys),
            observers=(observe.Observe(self.keys),),
            calendar=self.calendar,
            inspectors=(letter_templates.inspect, letters_named.inspect),
        )
        if settings.demo:
            clock.shift_by_file(settings.data_dir / "clock-shift")

    def calendar(self, session: Session) -> Calendar:
        """The official calendar with the administrator's days laid over it."""
        return Calendar(overrides(session))

    def act(
        self,
        verb: Callable[..., T],
        *args: Any,
        by: Actor,
        key: str | None = None,
        reason: str = "",
        at: datetime | None = None,
        **kwargs: Any,
    ) -> T:
        """Do ``verb(session, ports, act, *args, **kwargs)`` in one transaction and return what it returns.

        A step of a drawing that fails rolls everything back and is recorded as an Incident in a transaction of its own.
        Raises whatever the verb raises.
        """
        act = Act(actor=by, at=at or clock.now(), key=key, reason=reason)
        try:
            return self._try_again(verb, act, *args, **kwargs)
        except StepFailed as failed:
            with self.sessions.begin() as session:
                incidents.record(session, failed, act)
            raise

    def _try_again(self, verb: Callable[..., T], act: Act, *args: Any, **kwargs: Any) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                with self.sessions.begin() as session:
                    return verb(session, self.ports, act, *args, **kwargs)
            except OperationalError as error:
                if attempt == TRIES or not _lost_a_race(error):
                    raise
                log.info("act.again", verb=verb.__name__, attempt=attempt)
                time.sleep(0.02 * attempt)
        raise AssertionError("unreachable")


def _lost_a_race(error: OperationalError) -> bool:
    """PostgreSQL: 40001 serialization failure, 40P01 deadlock; SQLite waits by itself (busy_timeout)."""
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}
