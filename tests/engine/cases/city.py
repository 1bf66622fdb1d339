"""A small city for tests: a database, people, units, and a short complaint process that calls the real operations."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from docx import Document

from engine.calendar import Calendar
from engine.cases import letter_templates, letters_named, observe, operations
from engine.cases.calendar_days import overrides
from engine.cases.files import FileStore
from engine.cases.identity import Keys, Reporter
from engine.cases.models import Case
from engine.cases.register import Intake, register
from engine.db import Sessions
from engine.journal.actor import REPORTER, Actor
from engine.people import person
from engine.people.models import ActionGroup, GroupUnit, Post, Unit, User
from engine.people.person import Person
from engine.processes import complete, deploy
from engine.processes.acts import Act
from engine.processes.models import Task
from engine.processes.ports import Ports
from tests.engine.bpm.draw import Sketch

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEYS = Keys(seal=bytes(range(32)), mark=bytes(range(32, 64)))
LIU = Reporter(name="刘建国", phone="139 4212 0587", email="liujg@example.com", id_number="210381197003051234", organisation="海城宏远砖厂")
UNITS = {"office": "市营商办", "market": "市市场局", "police": "市公安局", "ganwang": "感王镇"}
POSTS: Mapping[str, tuple[str, str | None, int | None]] = {
    "leader": ("leader", None, None),
    "intake": ("office.intake", None, None),
    "supervisor": ("office.supervision", None, None),
    "director": ("office.director", None, None),
    "lead": ("lead", None, 3),
    "handler": ("unit.handler", "market", None),
    "chief": ("unit.leader", "market", None),
    "stranger": ("unit.handler", "police", None),
    "discipline": ("discipline", None, None),
    "organisation": ("organisation", None, None),
    "publicity": ("publicity", None, None),
    "inspector": ("inspector", None, None),
    "designer": ("designer", None, None),
    "auditor": ("auditor", None, None),
    "admin": ("admin", None, None),
}


class City:
    """Everything a test needs to act in the house."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        self.sessions = sessions
        self.files = FileStore(folder / "files")
        self.keys = KEYS
        self.ports = Ports(
            operations=operations.table(files=self.files, keys=KEYS),
            observers=(observe.Observe(KEYS),),
            calendar=lambda session: Calendar(overrides(session)),
            inspectors=(letter_templates.inspect, letters_named.inspect),
        )
        self.now = MORNING
        self.users = self._people()

    def _people(self) -> dict[str, int]:
        with self.sessions.begin() as session:
            session.add_all([Unit(id=unit, name=name, kind="department") for unit, name in UNITS.items()])
            session.flush()
            session.add(ActionGroup(id=3, name="政务服务", members=[GroupUnit(unit_id="office", part="lead")]))
            users = {}
            for account, (role, unit, area) in POSTS.items():
                user = User(account=account, name=f"{account}同志", email=f"{account}@example.com", created_at=self.now, settings={})
                user.posts = [Post(role=role, unit_id=unit, area=area)]
                session.add(user)
                session.flush()
                users[account] = user.id
            return users

    def act(
        self, verb: Callable[..., Any], *args: Any, by: Actor | str = REPORTER, key: str | None = None, reason: str = "", **kwargs: Any
    ) -> Any:
        """One transaction around ``verb``."""
        actor = by if isinstance(by, Actor) else Actor(self.users[by], f"{by}同志")
        with self.sessions.begin() as session:
            return verb(session, self.ports, Act(actor, self.now, key, reason), *args, **kwargs)

    def person(self, account: str) -> Person:
        with self.sessions.read() as session:
            return person.load(session, self.users[account], self.now.date())

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now

    def deploy(self, sketch: Sketch, **further: bytes) -> None:
        files = {path.replace("__", "/"): content for path, content in further.items()}
        self.act(deploy.deploy, {**sketch.files(), **files})

    def deploy_complaint(self) -> None:
        """受理 (intake) → units → 办理 (handler) → close."""
        sketch = Sketch("complaint")
        sketch.user("accept", role="office.intake", stage="accept")
        sketch.service("units", "cases/assign-units", lead_unit='"market"', co_units='["ganwang"]')
        sketch.user("work", role="unit.handler", unit="=&quot;market&quot;".replace("&quot;", '"'), stage="rectify")
        sketch.service("close", "cases/close", outcome='"struck-off"', answer='"问题已经解决。"')
        sketch.start("accept", "units", "work", "close", sketch.end())
        self.deploy(sketch)

    def register(
        self, title: str = "窗口刁难", narrative: str = "去市场局窗口办照跑了四趟。", key: str | None = None, **further: Any
    ) -> Case:
        intake = Intake(title=title, narrative=narrative, reporter=further.pop("reporter", LIU), **further)
        return self.act(register, intake, keys=self.keys, files=self.files, key=key)

    def open_task(self, case_id: int, element: str | None = None) -> Task:
        with self.sessions.read() as session:
            tasks = session.query(Task).filter(Task.case_id == case_id, Task.status == "open").order_by(Task.id).all()
            return next(task for task in tasks if element in (None, task.element))

    def complete(self, case_id: int, by: str, answers: Mapping[str, Any] | None = None, element: str | None = None) -> Any:
        return self.act(complete.complete, self.open_task(case_id, element).id, answers or {}, by=by)

    def case(self, case_id: int) -> Case:
        with self.sessions.read() as session:
            case = session.get(Case, case_id)
            assert case is not None
            return case


def word(*paragraphs: str) -> bytes:
    """A Word file with these paragraphs."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def text_of_word(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)
