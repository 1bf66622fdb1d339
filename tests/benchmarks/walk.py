"""Complaints walked through the real drawings by the very functions the web's doors call, without HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from werkzeug.datastructures import MultiDict

from engine import clock
from engine.cases import portal
from engine.cases.identity import Reporter
from engine.cases.register import Intake
from engine.journal.actor import REPORTER
from engine.people import person as people
from engine.people.person import Person
from tests.journeys.city import PATH, City, _flat
from webapp import completion

STORY = "办理食品经营许可跑了四趟，每次都说缺一样新的材料，窗口没有一次性告知，也没有出具书面通知。" * 3


class Walk(City):
    """``steps`` yields each completion of one complaint as (element, what to call)."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._people: dict[str, Person] = {}

    def person(self, account: str) -> Person:
        """As the web knows them once the session is resumed."""
        if account not in self._people:
            with self.house.sessions.read() as session:
                self._people[account] = people.load(session, self.id_of(account), clock.local(clock.now()).date())
        return self._people[account]

    def register(self) -> int:
        """A complaint by a named reporter; returns its case."""
        reporter = Reporter(name="赵建国", phone="13912345678")
        intake = Intake("窗口没有一次性告知", STORY, reporter=reporter, area=3, category="一次性告知不到位")
        receipt = self.house.act(portal.submit, intake, keys=self.house.keys, files=self.house.files, by=REPORTER)
        return receipt.case_id

    def steps(self, case_id: int, until: str = "") -> Iterator[tuple[str, Person, int, MultiDict[str, str]]]:
        """What each person sends, in the order of the plain path, up to ``until``."""
        for account, element, decided in PATH:
            open_here = self.open_tasks(case_id)
            if not open_here or element == until:
                return
            task = self.task(case_id, element)
            yield element, self.person(account), task.id, MultiDict(_flat(self._answers(task, decided)))

    def complete(self, person: Person, task_id: int, sent: MultiDict[str, str], key: str) -> None:
        """What the door of the web calls: rights, form check and everything that is written, in one transaction."""
        completion.complete(person, task_id, sent, {}, key)
