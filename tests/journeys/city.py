"""A whole house as people meet it: the web through HTTP, the timers through their jobs, the clock moved by the test."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from engine import clock
from engine.bpm import forms, runner
from engine.cases.choices import choices
from engine.cases.models import Case, CaseLink, Letter
from engine.demo.answers import Answerer
from engine.journal.models import Entry
from engine.journal.verify import verify
from engine.processes.models import Incident, Instance, Task
from tests.webapp.town import Web
from timers.jobs import Sweep


class City(Web):
    """``submit`` on the portal, ``do`` a task as somebody, let time ``pass_until``; ask ``case``, ``open_tasks``, ``letters``, ``acts``."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.answerer = Answerer(random.Random(1))
        self.sweep = Sweep(self.house)

    # people --------------------------------------------------------------------------------------------------------------------------
    def browser(self, account: str | None) -> FlaskClient:
        """Signed in at this moment: a sign-in ends after hours, and journeys last for months."""
        return self.client(account)

    def submit(self, **typed: str) -> Complaint:
        """Submit on the portal as a stranger, without JavaScript; reads number and code off the page."""
        browser = self.client()
        given = {
            "title": "窗口没有一次性告知",
            "narrative": "办理食品经营许可跑了四趟，每次都说缺一样新的材料。",
            "anonymous": "no",
            "name": "赵建国",
            "phone": "13912345678",
            "consent": "yes",
        }
        page = browser.post("/portal/submit", data=given | typed, follow_redirects=True)
        assert page.status_code == 200, page.text
        number = re.search(r"营商投诉〔\d{4}〕\d{4,}", page.text)
        code = re.search(r'id="code"[^>]*>\s*([A-Z0-9-]+)', page.text)
        assert number and code, page.text
        with self.house.sessions.read() as session:
            case_id = session.scalars(select(Case.id).where(Case.number == number[0])).one()
        return Complaint(self, case_id, number[0], code[1].strip())

    def do(
        self,
        account: str,
        case_id: int,
        element: str,
        *,
        expect: int = 303,
        files: Mapping[str, Sequence[tuple[bytes, str]]] | None = None,
        **decided: Any,
    ) -> TestResponse:
        """Open the one task of this element as ``account``, fill its form (``decided`` fields as given, ``files`` per field: content and
        name) and send it."""
        task = self.task(case_id, element)
        browser = self.browser(account)
        page = browser.get(f"/tasks/{task.id}")
        assert page.status_code == 200, f"{account} {element}: {page.status_code}"
        key = re.search(r'name="_key" value="([^"]+)"', page.text)
        assert key, f"{account} may see {element} but not do it"
        sent: MultiDict[str, Any] = MultiDict([("_key", key[1]), *_flat(self._answers(task, decided))])
        for name, uploads in (files or {}).items():
            sent.setlist(name, [(BytesIO(content), filename) for content, filename in uploads])
        answer = browser.post(f"/tasks/{task.id}", data=sent, content_type="multipart/form-data" if files else None)
        assert answer.status_code == expect, f"{element}: {answer.status_code} {_faults(answer.text)}"
        return answer

    def act(self, account: str, case_id: int, name: str, *, expect: int = 303, **given: Any) -> TestResponse:
        """An act on a case by hand, as the buttons of its page send it."""
        answer = self.browser(account).post(f"/cases/{case_id}/acts/{name}", data=given)
        assert answer.status_code in (expect, 302 if expect == 303 else expect), f"{name}: {answer.status_code} {_faults(answer.text)}"
        return answer

    def _answers(self, task: Task, decided: Mapping[str, Any]) -> dict[str, Any]:
        with self.house.sessions.read() as session:
            drawing = self.house.ports.drawings.drawing(session, self.house.ports, task.definition_id)
            form = forms.compile(drawing.files[f"forms/{task.form}.form"])
            case = session.get(Case, task.case_id) if task.case_id else None
            known = dict(runner.variables(session.get_one(Instance, task.instance_id).state))
            known |= {"area": case.area, "category": case.category, "place": case.place} if case is not None else {}
            offered = choices(session, form.options_from, case)
        unknown = set(decided) - form.level.keys
        assert not unknown, f"the form {task.form} has no field {unknown}"
        return self.answerer.answer(
            form, known, offered, PLAIN | decided, {"today": lambda: clock.local(clock.now()).date(), "now": clock.now}
        )

    # time ----------------------------------------------------------------------------------------------------------------------------
    def pass_until(self, moment: datetime) -> None:
        """Let the clock run to ``moment``; every timer fires at its own moment, as with a timer process that is always there."""
        while (due := self._next_due()) is not None and due <= moment:
            clock.freeze(max(due, clock.now()))
            assert self.sweep.fire_due()
            self.sweep.deliver_waiting()
        clock.freeze(moment)

    def sleep_until(self, moment: datetime) -> None:
        """As ``pass_until``, but the timer process was down and comes back at ``moment``."""
        clock.freeze(moment)
        self.sweep.fire_due()
        self.sweep.deliver_waiting()

    def _next_due(self) -> datetime | None:
        with self.house.sessions.read() as session:
            due = session.scalar(select(func.min(Instance.due_at)).where(Instance.status == "running"))
            rung = session.scalar(select(func.min(Task.rung_at)).where(Task.status == "open", Task.paused_at.is_(None)))
        return min((m for m in (due, rung) if m is not None), default=None)

    # what is there -------------------------------------------------------------------------------------------------------------------
    def case(self, case_id: int) -> Case:
        with self.house.sessions.read() as session:
            return session.get_one(Case, case_id)

    def task(self, case_id: int, element: str) -> Task:
        found = [task for task in self.tasks(case_id) if task.element == element]
        assert len(found) == 1, f"{element} is open {len(found)} times; open are {[task.element for task in self.tasks(case_id)]}"
        return found[0]

    def tasks(self, case_id: int, status: str = "open") -> Sequence[Task]:
        with self.house.sessions.read() as session:
            return session.scalars(select(Task).where(Task.case_id == case_id, Task.status == status).order_by(Task.id)).all()

    def open_tasks(self, case_id: int) -> list[str]:
        return sorted(task.element for task in self.tasks(case_id))

    def letters(self, case_id: int) -> list[str]:
        with self.house.sessions.read() as session:
            return list(session.scalars(select(Letter.kind).where(Letter.case_id == case_id).order_by(Letter.id)))

    def acts(self, case_id: int) -> list[Entry]:
        with self.house.sessions.read() as session:
            return list(session.scalars(select(Entry).where(Entry.chain == f"case:{case_id}").order_by(Entry.position)))

    def caused(self, case_id: int, kind: str) -> list[Case]:
        with self.house.sessions.read() as session:
            return list(session.scalars(select(Case).where(Case.source_id == case_id, Case.kind == kind).order_by(Case.id)))

    def links(self, case_id: int) -> list[CaseLink]:
        with self.house.sessions.read() as session:
            return list(session.scalars(select(CaseLink).where((CaseLink.from_id == case_id) | (CaseLink.to_id == case_id))))

    def check(self) -> None:
        """At the end of every journey: no incident, and the journal is whole."""
        with self.house.sessions.read() as session:
            incidents = session.scalars(select(Incident)).all()
            assert [(one.element, one.sentence, one.trace) for one in incidents] == []
            assert verify(session) == []


class Complaint:
    """A complaint with the reporter's number and code."""

    def __init__(self, city: City, case_id: int, number: str, code: str) -> None:
        self.city, self.id, self.number, self.code = city, case_id, number, code

    def do(self, account: str, element: str, **decided: Any) -> TestResponse:
        return self.city.do(account, self.id, element, **decided)

    def by_reporter(self, what: str, **typed: str) -> TestResponse:
        """Track with number and code, then supplement, withdraw or rate."""
        browser = self.city.client()
        opened = browser.post("/portal/track", data={"number": self.number, "code": self.code})
        assert opened.status_code == 302, opened.text
        answer = browser.post(f"/portal/case/{what}", data=typed)
        assert answer.status_code in (302, 303), _faults(answer.text)
        return answer

    def tracked(self) -> str:
        browser = self.city.client()
        browser.post("/portal/track", data={"number": self.number, "code": self.code})
        return browser.get("/portal/case").text

    def reach(self, element: str) -> None:
        """Walk the plain path up to the first time ``element`` is open."""
        for account, step, decided in PATH:
            if element in self.city.open_tasks(self.id):
                return
            self.do(account, step, **decided)
        assert element in self.city.open_tasks(self.id), self.city.open_tasks(self.id)

    @property
    def case(self) -> Case:
        return self.city.case(self.id)


PLAIN = {"breach": False, "co_units": [], "real_name": True, "collusion": False, "priority": "normal"}
PATH: Sequence[tuple[str, str, Mapping[str, Any]]] = (
    ("intake", "accept", {"intake": "accept", "area": 3, "category": "一次性告知不到位"}),
    ("supervision", "verify", {"verify_result": "substantiated"}),
    ("supervision", "assign", {"lead_unit": "market-bureau"}),
    ("handler", "sign_for", {"receipt": "sign"}),
    ("handler", "judge", {"demand": "reasonable"}),
    ("handler", "plan", {}),
    ("supervision", "check_plan", {"plan_verdict": "pass"}),
    ("handler", "carry_out", {}),
    ("unit-leader", "sign_result", {"result_signature": "signed"}),
    ("supervision", "check_result", {"result_verdict": "pass"}),
    ("supervision", "call_back", {"solved": "yes", "satisfaction": "satisfied"}),
    ("supervision", "strike_off", {}),
    ("director", "approve_strike_off", {"strike_off_verdict": "approve"}),
)


def _flat(values: Mapping[str, Any], path: str = "") -> Iterable[tuple[str, str]]:
    for key, value in values.items():
        yield from _field(path + key, value)


def _field(name: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, bool):
        yield from [(name, "y")] if value else []
    elif isinstance(value, Mapping):
        yield from _flat(value, f"{name}-")
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for number, row in enumerate(value):
            yield f"{name}-{number}", "1"
            yield from _flat(row, f"{name}-{number}-")
    elif isinstance(value, list):
        yield from ((name, str(item)) for item in value)
    elif value is not None:
        yield name, str(value)


def _faults(html: str) -> list[str]:
    texts = re.findall(r"(?:invalid-feedback|alert|empty-title|lead)[^>]*>(.*?)<", html, re.S)
    return [text.strip() for text in texts if text.strip()][:8]


def days(number: float) -> timedelta:
    return timedelta(days=number)
