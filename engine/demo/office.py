"""The office of the demo at work: whoever holds the post for an open task does it some time later, sometimes late."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.bpm import forms, runner
from engine.bpm.results import StepFailed
from engine.cases import portal, requests
from engine.cases.choices import choices
from engine.cases.models import Case
from engine.cases.register import Intake
from engine.demo.answers import Answerer
from engine.demo.year import Year, office_hours
from engine.errors import Conflict
from engine.journal.actor import REPORTER, Actor
from engine.people.models import Post, User
from engine.processes.complete import complete
from engine.processes.models import Instance, Task
from engine.wiring import House

LATE = ((0.88, 0.1, 0.7), (0.982, 0.7, 1.0), (0.995, 1.02, 1.5), (1.0, 2.5, 6.0))  # up to which chance, from, to: of the limit
LEFT_OPEN = 0.6  # of what falls due in the last days: it waits for whoever opens the demo
LAST_DAYS = timedelta(days=4)
STAFFED = "unit."  # tasks of units go to the units of the cast


class Office:
    """Sees what has opened, plans who does it and when."""

    def __init__(self, house: House, year: Year, chance: random.Random) -> None:
        self.house, self.year, self.chance = house, year, chance
        self.answerer = Answerer(chance)
        self.end = clock.now() + timedelta(days=365)
        with house.sessions.read() as session:
            self.calendar = house.calendar(session)
            clerk = session.scalars(select(User).join(Post, Post.user_id == User.id).where(Post.role == "office.intake")).unique().one()
            self.clerk = Actor(clerk.id, clerk.name)
        self.seen = 0

    def receive(self, intake: Intake) -> None:
        """A complaint arrives at this moment, on the portal or by another channel."""
        by = REPORTER if intake.channel == "portal" else self.clerk
        self.house.act(portal.submit, intake, keys=self.house.keys, files=self.house.files, by=by)

    def look(self) -> None:
        """Plan the tasks that have opened since the last look."""
        with self.house.sessions.read() as session:
            opened = session.scalars(select(Task).where(Task.id > self.seen, Task.status == "open").order_by(Task.id)).all()
            for task in opened:
                self.seen = max(self.seen, task.id)
                actor = self._who(session, task)
                if actor is not None:
                    self._plan(task, actor)

    def _plan(self, task: Task, actor: Actor) -> None:
        number, moment = task.id, self._when(task)
        if self.end - moment < LAST_DAYS and self.chance.random() < LEFT_OPEN:
            return
        self.year.plan(moment, lambda: self.do(number, actor))
        if task.element == "call_back" and self.chance.random() < 0.3:
            self.year.plan(self._at_work(timedelta(hours=self.chance.randint(4, 30))), lambda: self._rate(number))
        if task.role == "unit.handler" and task.limit_at is not None and self.chance.random() < 0.04:
            self.year.plan(self._at_work(timedelta(hours=20)), lambda: self._ask_for_time(number, actor))

    def _when(self, task: Task) -> datetime:
        now = clock.now()
        length = (task.limit_at - now) if task.limit_at is not None and task.limit_at > now else timedelta(days=2)
        lot = self.chance.random()
        low, high = next((low, high) for most, low, high in LATE if lot <= most)
        moment = office_hours(now + length * self.chance.uniform(low, high), self.calendar)
        if high <= 1 and task.limit_at is not None and now < task.limit_at < moment:
            return max(now, task.limit_at - timedelta(hours=self.chance.randint(7, 14)))
        return moment

    def _at_work(self, later: timedelta) -> datetime:
        return office_hours(clock.now() + later, self.calendar)

    def _who(self, session: Session, task: Task) -> Actor | None:
        """Somebody of the cast who holds the post of the task."""
        if task.assignee_id is not None:
            user = session.get(User, task.assignee_id)
            return Actor(user.id, user.name) if user else None
        query = select(User).join(Post, Post.user_id == User.id).where(Post.role == task.role).order_by(User.id)
        if task.role.startswith(STAFFED):
            query = query.where(Post.unit_id == task.unit_id)
        elif task.role == "lead":
            query = query.where(Post.area == task.area)
        people = session.scalars(query).unique().all()
        user = self.chance.choice(people) if people else None
        return Actor(user.id, user.name) if user else None

    def do(self, task_id: int, actor: Actor) -> None:
        """Complete a task that is still open, with plausible answers; a reporter who was asked for more may answer."""
        with self.house.sessions.read() as session:
            task = session.get_one(Task, task_id)
            if task.status != "open":
                return
            answers = self._answers(session, task)
        try:
            self.house.act(complete, task_id, answers, by=actor)
        except (Conflict, StepFailed):  # suspended, or an incident that stands in the operator's list: the year goes on
            return
        self._afterwards(task, answers)

    def _answers(self, session: Session, task: Task) -> dict[str, Any]:
        drawing = self.house.ports.drawings.drawing(session, self.house.ports, task.definition_id)
        form = forms.compile(drawing.files[f"forms/{task.form}.form"])
        case = session.get(Case, task.case_id) if task.case_id else None
        variables = dict(runner.variables(session.get_one(Instance, task.instance_id).state))
        offered = choices(session, form.options_from, case)
        staffed = self._staffed(session)
        for name in {"units", "other_units"} & offered.keys():
            offered[name] = [choice for choice in offered[name] if choice[0] in staffed]
        known = {**_facts(case), **variables}
        return self.answerer.answer(form, known, offered, self._decided(form, offered), self._functions())

    @staticmethod
    def _functions() -> Mapping[str, Any]:
        return {"now": clock.now, "today": lambda: clock.local(clock.now()).date()}

    @staticmethod
    def _decided(form: forms.Form, offered: Mapping[str, Any]) -> dict[str, Any]:
        """A complaint without a likely duplicate is not merged."""
        merges = any(field.key == "merge_into" for field in form.level.fields)
        return {"intake": "accept"} if merges and not offered.get("duplicates") else {}

    @staticmethod
    def _staffed(session: Session) -> set[str]:
        return {unit for unit in session.scalars(select(Post.unit_id).where(Post.role == "unit.handler")) if unit}

    def _afterwards(self, task: Task, answers: Mapping[str, Any]) -> None:
        case_id = task.case_id
        if case_id is None:
            return
        later = self._at_work(timedelta(days=self.chance.randint(1, 6)))
        if answers.get("intake") == "ask" and self.chance.random() < 0.7:
            self.year.plan(later, lambda: self._supplement(case_id))
        elif task.element == "accept" and self.chance.random() < 0.03:
            self.year.plan(later, lambda: self._withdraw(case_id))

    def _supplement(self, case_id: int) -> None:
        self._by_reporter(case_id, portal.supplement, "补充了合同复印件和通话记录,请查收。", files=self.house.files)

    def _withdraw(self, case_id: int) -> None:
        self._by_reporter(case_id, portal.withdraw, "问题已经自行协商解决,申请撤回。")

    def _rate(self, task_id: int) -> None:
        with self.house.sessions.read() as session:
            task = session.get_one(Task, task_id)
        if task.status == "open" and task.case_id is not None:
            satisfaction = self.chance.choices(["satisfied", "fair", "dissatisfied"], [60, 28, 12])[0]
            self._by_reporter(task.case_id, portal.rate, solved=satisfaction != "dissatisfied", satisfaction=satisfaction)

    def _by_reporter(self, case_id: int, verb: Any, *args: Any, **kwargs: Any) -> None:
        def doing(session: Session, ports: Any, act: Any) -> None:
            verb(session, ports, act, session.get_one(Case, case_id), *args, keys=self.house.keys, **kwargs)

        try:
            self.house.act(doing, by=REPORTER)
        except (Conflict, StepFailed):  # too late: closed in the meantime
            return

    def _ask_for_time(self, task_id: int, actor: Actor) -> None:
        days = self.chance.choice([3, 5, 10])
        try:
            self.house.act(requests.ask_extension, task_id, days, by=actor, reason="需要与省厅协调,申请适当延长时限。")
        except (Conflict, StepFailed):  # done in the meantime, too late, or twice already
            return


def _facts(case: Case | None) -> dict[str, Any]:
    names = ("area", "category", "place", "about", "priority", "collusion", "real_name", "lead_unit_id")
    return {name: getattr(case, name) for name in names} if case is not None else {}
