"""A small house for tests: a database, operations that note what they did, drawings made on the spot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from engine import clock
from engine.bpm.results import StepFailed
from engine.calendar import Calendar
from engine.db import Sessions
from engine.journal import history, verify
from engine.journal.actor import Actor
from engine.people.models import Unit, User
from engine.processes import incidents
from engine.processes.acts import Act
from engine.processes.complete import complete
from engine.processes.deploy import deploy
from engine.processes.models import Incident, Instance, Message, Task
from engine.processes.ports import Operation, Ports
from engine.processes.start import start
from tests.engine.bpm.draw import Sketch

LI, WANG = Actor(1, "李华"), Actor(2, "王五")
BEGUN = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


class Office:
    """Like engine.wiring.House, with operations of the test's own. ``broken`` names the operations that fail now."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.broken: set[str] = set()
        self.done: list[tuple[str, Mapping[str, Any]]] = []
        self.changes: list[Any] = []
        self.also: dict[str, Callable[..., Any]] = {}
        self.ports = self.new_ports()
        with sessions.begin() as session:
            session.execute(
                insert(User), [{"id": n, "account": f"u{n}", "name": name, "created_at": BEGUN} for n, name in ((1, "李华"), (2, "王五"))]
            )
            session.execute(insert(Unit), [{"id": "bureau", "name": "环保局"}, {"id": "town", "name": "牌楼镇"}])

    def new_ports(self) -> Ports:
        """Ports of a fresh process: nothing parsed yet."""
        names = ("note", "other", "start-beside", "send")
        operations = {f"test/{name}": Operation(f"test/{name}", name, {"what": "内容", "to": "对象"}, self._run(name)) for name in names}
        return Ports(operations, (lambda desk, change: self.changes.append(change),), lambda session: Calendar({}))

    def _run(self, name: str) -> Callable[..., Any]:
        def run(desk: Any, parameters: Mapping[str, Any]) -> Any:
            if name in self.broken:
                raise ValueError("printer on fire")
            self.done.append((name, dict(parameters)))
            return self.also[name](desk, parameters) if name in self.also else None

        return run

    def act(self, verb: Callable[..., Any], *args: Any, by: Actor = LI, key: str | None = None, reason: str = "", **kwargs: Any) -> Any:
        act = Act(by, clock.now(), key, reason)
        for attempt in range(5):
            try:
                with self.sessions.begin() as session:
                    return verb(session, self.ports, act, *args, **kwargs)
            except StepFailed as failed:
                with self.sessions.begin() as session:
                    incidents.record(session, failed, act)
                raise
            except OperationalError as error:
                if attempt == 4 or getattr(error.orig, "sqlstate", None) not in {"40001", "40P01"}:
                    raise
        raise AssertionError

    def deploy(self, sketch: Sketch, **files: bytes) -> Any:
        return self.act(deploy, {**sketch.files(), **files})

    def start(self, key: str = "p", variables: Mapping[str, Any] | None = None, case_id: int | None = 7, **kwargs: Any) -> Instance:
        return self.act(start, key, {"case_id": case_id, **(variables or {})}, case_id, **kwargs)

    def do(self, element: str, by: Actor = LI, key: str | None = None, **answers: Any) -> Any:
        return self.act(complete, self.task(element).id, answers, by=by, key=key)

    def task(self, element: str, status: str = "open") -> Task:
        with self.sessions.read() as session:
            return session.scalars(select(Task).where(Task.element == element, Task.status == status).order_by(Task.id.desc())).first()

    def open(self) -> list[str]:
        with self.sessions.read() as session:
            return sorted(session.scalars(select(Task.element).where(Task.status == "open")))

    def instance(self, instance_id: int) -> Instance:
        with self.sessions.read() as session:
            return session.get(Instance, instance_id)

    def all(self, model: Any) -> list[Any]:
        with self.sessions.read() as session:
            return list(session.scalars(select(model).order_by(*model.__table__.primary_key.columns)))

    def incidents(self) -> list[Incident]:
        return [incident for incident in self.all(Incident) if incident.resolved_at is None]

    def kept(self) -> list[Message]:
        return [message for message in self.all(Message) if message.consumed_at is None]

    def journal(self, chain: str = "case:7") -> list[Any]:
        """Oldest first."""
        with self.sessions.read() as session:
            assert verify(session) == []
            return history(session, chain, limit=1000)[::-1]

    def acts(self, chain: str = "case:7") -> list[str]:
        return [row.act for row in self.journal(chain)]

    def count(self, model: Any, **values: Any) -> int:
        with self.sessions.read() as session:
            return session.scalar(select(func.count()).select_from(model).filter_by(**values))

    def variables(self, instance_id: int) -> Mapping[str, Any]:
        from engine.bpm import runner

        return runner.variables(self.instance(instance_id).state)


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs in threads that begin at the same time; what each returned or raised."""
    gate, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number: int, job: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[number] = job()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number, job)) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
