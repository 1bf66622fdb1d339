"""A house with something of everything: cases in all states, a referral, files, letters, remarks, views, drafts, notices, an incident."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select
from werkzeug.routing import IntegerConverter, Rule

from engine import clock
from engine.cases.models import Attachment, Case, Letter
from engine.processes.models import Incident, Instance, Task
from tests.webapp.busy import Busy
from webapp import case_acts

NARRATIVE = "跑了四趟，每次都说缺一样新的材料"  # words of the complaint that is new; for the office only
NAMES = {"key": "complaint", "name": "complaints", "filename": "mark.svg", "path": "complaint.bpmn", "day": "2026-03-02"}
VOLATILE = {"sign_ins", "login_attempts"}  # reading writes here: a session is in use


class Full(Busy):
    """``referral`` is the case file of the referral that the director opened on ``signing``."""

    @property
    def referral(self) -> int:
        with self.house.sessions.read() as session:
            return session.scalars(select(Case.id).where(Case.kind == "accountability")).one()

    def rules(self, method: str) -> Iterator[Rule]:
        """Every route that takes ``method``, but static files."""
        for rule in self.app.url_map.iter_rules():
            if method in (rule.methods or ()) and rule.endpoint != "static":
                yield rule

    def path(self, rule: Rule, **numbers: Any) -> str:
        """An address of this route; ``numbers`` for its parameters, else 1, else what is really there."""
        given: dict[str, Any] = {}
        for name in rule.arguments:
            whole = isinstance(rule._converters[name], IntegerConverter)
            given[name] = numbers.get(name, 1 if whole else NAMES.get(name, "x"))
        if rule.endpoint == "cases.act":
            given["name"] = numbers.get("name", "remind")
        built = self.app.url_map.bind("localhost").build(rule.endpoint, given, method=next(iter(rule.methods or ())))
        return str(built)

    def everything(self) -> dict[str, str]:
        """A digest of each table, to see that nothing has changed."""
        with self.house.engine.connect() as connection:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite%'").scalars()
            kept = [name for name in names if name not in VOLATILE and not name.startswith("case_grams")]
            rows = {name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"'))) for name in kept}
        return {name: hashlib.sha256(repr(found).encode()).hexdigest() for name, found in rows.items()}

    def files_and_letters(self, case_id: int) -> tuple[list[int], list[int]]:
        with self.house.sessions.read() as session:
            files = session.scalars(select(Attachment.id).where(Attachment.case_id == case_id)).all()
            return list(files), list(session.scalars(select(Letter.id).where(Letter.case_id == case_id)))

    def all_tasks(self) -> list[Task]:
        with self.house.sessions.read() as session:
            return list(session.scalars(select(Task).order_by(Task.id)))


def furnish(town: Full) -> None:
    """Let people do what leaves traces on pages."""
    supervision, handler, admin = town.client("supervision"), town.client("handler"), town.client("admin")
    for case_id in (town.new, town.signing, town.closed):
        for audience in ("office", "all"):
            supervision.post(f"/cases/{case_id}/comments", data={"body": f"给{audience}的备注", "audience": audience})
            sent = {"files": (BytesIO(f"材料{case_id}{audience}".encode()), f"材料{case_id}.txt"), "audience": audience}
            supervision.post(f"/cases/{case_id}/files", data=sent)
    task = town.task_id(town.signing)
    handler.post(f"/tasks/{task}/claim")
    handler.post(f"/tasks/{task}/draft", data={"contact": "李明"})
    handler.post("/views/", data={"page": "tasks", "name": "我的视图", "query": "light=red"})
    handler.post(f"/cases/{town.signing}/acts/extension", data={"task": str(task), "days": "3", "reason": "需要与省厅协调"})
    town.do("director", town.signing, "decide_extension")
    town.client("director").post(f"/cases/{town.signing}/acts/accountability", data={"reason": "推诿扯皮，拒不整改"})
    town.client("director").post(f"/cases/{town.new}/watch", data={"on": "1"})
    town.client("director").post(f"/cases/{town.new}/acts/remind", data={"task": str(town.task_id(town.new))})
    day = clock.local(clock.now()).date()
    substitute = {
        "substitute_id": str(town.id_of("other-handler")),
        "starts_on": str(day),
        "ends_on": str(day + timedelta(days=3)),
        "reason": "出差",
    }
    admin.post(f"/people/{town.id_of('unit-leader')}/substitutes", data=substitute)
    admin.post("/calendar/", data={"first": "2026-05-20", "working": "no", "name": "本地假"})
    town.client().post("/login", data={"account": "nobody", "password": "nothing"})
    with town.house.sessions.begin() as session:
        instance = session.scalars(select(Instance).where(Instance.case_id == town.new)).one()
        failed = Incident(instance_id=instance.id, case_id=town.new, element="accept", sentence="操作出错", created_at=clock.now())
        failed.trace, failed.act = "Traceback\n  File x\nValueError: 值", {"verb": "wake", "instance": instance.id}
        session.add(failed)


ACTS = tuple(case_acts.ACTS)
