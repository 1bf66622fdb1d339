"""The drawings in the real house: tables, operations, letters, limits and timers, without the web."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine import clock
from engine.bpm import forms, moments
from engine.calendar import Calendar
from engine.cases.models import Case, LedgerRow, Letter
from engine.cases.portal import submit
from engine.cases.register import Intake
from engine.commands.deploy import deploy_into
from engine.journal.actor import SYSTEM
from engine.processes.complete import complete
from engine.processes.correlate import correlate
from engine.processes.models import Incident, Instance, Task
from engine.settings import Settings
from engine.wiring import House
from tests.bpmn.walk import CHOICES, filled
from timers.jobs import Sweep


class Office:
    """A house with the drawings deployed, and people who do what the test says."""

    def __init__(self, database: str, folder: Path) -> None:
        self.house = House(Settings.from_env({}, database_url=database, data_dir=folder))
        deploy_into(self.house)
        self.sweep = Sweep(self.house)

    def receive(self, **given: Any) -> int:
        """A complaint comes in; returns its case id."""
        intake = Intake(title="办照被拖延", narrative="材料齐全，窗口三个月不办。", category="审批时限长", area=2, place="xiliu", **given)
        return self.house.act(submit, intake, keys=self.house.keys, files=self.house.files, by=SYSTEM).case_id

    def do(self, case_id: int, element: str, *, choices: dict[str, Any] | None = None, **answers: Any) -> None:
        """Complete the open task of this element of the case, its form filled as in a walk."""
        with self.house.sessions.read() as session:
            query = select(Task).where(Task.case_id == case_id, Task.element == element, Task.status == "open")
            task = session.scalars(query.order_by(Task.id)).first()
            assert task is not None, f"{element} is not open; there are {self.open(case_id)}"
            drawing = self.house.ports.drawings.drawing(session, self.house.ports, task.definition_id)
        form = forms.compile(drawing.files[f"forms/{task.form}.form"])
        given = {c.key: answers.pop(c.key, filled(c, clock.now())) for c in form.level.fields}
        assert not answers, answers
        functions = moments.functions(clock.now(), Calendar({}))
        outcome = form.check(given, {}, functions=functions, choices=CHOICES | (choices or {}))
        assert not outcome.errors, {path: str(fault) for path, fault in outcome.errors.items()}
        self.house.act(complete, task.id, outcome.answers, by=SYSTEM)

    def hear(self, case_id: int, message: str, **payload: Any) -> None:
        self.house.act(correlate, message, str(case_id), payload, by=SYSTEM)

    def wait(self, **by: float) -> None:
        """Time passes and the clock knocks."""
        clock.advance(timedelta(**by))
        self.sweep.fire_due()

    def open(self, case_id: int) -> list[str]:
        """Elements of the case's open tasks."""
        with self.house.sessions.read() as session:
            return sorted(session.scalars(select(Task.element).where(Task.case_id == case_id, Task.status == "open")))

    def task(self, case_id: int, element: str) -> Task:
        with self.house.sessions.read() as session:
            return session.scalars(select(Task).where(Task.case_id == case_id, Task.element == element).order_by(Task.id.desc())).first()

    def case(self, case_id: int) -> Case:
        with self.house.sessions.read() as session:
            return session.get(Case, case_id)

    def rows(self, kind: type[Any], **where: Any) -> list[Any]:
        with self.house.sessions.read() as session:
            return list(session.scalars(select(kind).filter_by(**where).order_by(kind.id)))

    def letters(self, case_id: int) -> list[str]:
        return [letter.kind for letter in self.rows(Letter, case_id=case_id)]

    def ledger(self, case_id: int) -> list[LedgerRow]:
        return self.rows(LedgerRow, case_id=case_id)

    def nothing_failed(self) -> bool:
        return self.rows(Incident) == [] and not self.rows(Instance, status="incident")
