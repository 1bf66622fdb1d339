"""What a web process does, without the web: ``python -m tests.faults.worker <book> <seed> [finish]`` acts through the House until it is
killed. It never stops by itself, except with ``finish``: then it only does what was begun.

Before each act it writes into its book what it is about to do and with which idempotency key, and afterwards what came of it: an act is
*acknowledged* when its second line is there. After a crash it does the one act that has no second line again, with the same key.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock
from engine.bpm.results import StepFailed
from engine.cases import attachments, comments, portal
from engine.cases.identity import Reporter
from engine.cases.models import Case
from engine.cases.register import Intake
from engine.demo.office import Office
from engine.demo.year import Year
from engine.errors import DubanError
from engine.journal.actor import REPORTER, Actor
from engine.processes import keys
from engine.processes.acts import Act
from engine.processes.claim import claim
from engine.processes.complete import complete
from engine.processes.models import Task
from engine.processes.payloads import pack, unpack
from engine.processes.ports import Ports
from engine.settings import Settings
from engine.wiring import House

FEW, MANY = 25, 60  # open tasks: below FEW complaints come in, above MANY none
LEFT = 4  # of so many tasks one is left until the ladder has begun
REST = 0.004  # seconds between two acts


class Book:
    """Lines that are on their way to the disk before ``write`` returns; a kill loses none."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, **line: Any) -> None:
        os.write(self._file, (json.dumps(line, ensure_ascii=False) + "\n").encode())


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a book; none when there is no book yet."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def begun(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The acts that have no second line."""
    ended = {line["key"] for line in lines if line["is"] in ("done", "refused")}
    return [line for line in lines if line["is"] == "try" and line["key"] not in ended]


class Worker(Office):
    """Does one random act after another."""

    def __init__(self, house: House, book: Path, seed: str) -> None:
        chance = random.Random(seed)
        super().__init__(house, Year(house), chance)
        self.before = read(book)
        self.book = Book(book)
        self.name, self.number = book.stem, sum(line["is"] == "try" for line in self.before)

    def finish(self) -> None:
        """Do again what a crash has interrupted, with the same key."""
        for line in begun(self.before):
            self._perform(line)

    def step(self) -> None:
        """One more act."""
        line = self._choose()
        if line is not None:
            self.number += 1
            line = {"is": "try", "key": f"{self.name}-{self.number}", **line}
            self.book.write(**line)
            self._perform(line)

    def _choose(self) -> dict[str, Any] | None:
        with self.house.sessions.read() as session:
            waiting = session.scalar(select(func.count()).select_from(Task).where(Task.status == "open")) or 0
            if waiting < FEW or (waiting < MANY and self.chance.random() < 0.15):
                return {"act": "submit", "file": self.chance.random() < 0.5}
            if self.chance.random() < 0.15:
                return self._something_of_a_reporter(session)
            return self._some_task(session)

    def _something_of_a_reporter(self, session: Session) -> dict[str, Any] | None:
        case = session.scalar(select(Case.id).where(Case.kind == "complaint", Case.state == "open").order_by(func.random()).limit(1))
        if case is None:
            return None
        act = self.chance.choices(["supplement", "withdraw", "file", "comment"], [5, 1, 2, 2])[0]
        return {"act": act, "case": case}

    def _some_task(self, session: Session) -> dict[str, Any] | None:
        late = clock.now() - timedelta(days=1)
        ripe = (Task.id % LEFT != 0) | (Task.limit_at < late) | Task.limit_at.is_(None)
        task = session.scalar(select(Task).where(Task.status == "open", ripe).order_by(func.random()).limit(1))
        actor = self._who(session, task) if task is not None else None
        if task is None or actor is None:
            return None
        by = {"task": task.id, "by": [actor.user_id, actor.name]}
        if self.chance.random() < 0.1 and task.assignee_id is None:
            return {"act": "claim", **by}
        return {"act": "complete", **by, "answers": pack(self._answers(session, task))}

    def _perform(self, line: Mapping[str, Any]) -> None:
        try:
            result = getattr(self, f"_{line['act']}")(line)
        except DubanError as refusal:
            kind = "failed" if isinstance(refusal, StepFailed) else "refused"
            self.book.write(**{"is": "refused", "key": line["key"], "kind": kind, "sentence": refusal.sentence})
        else:
            self.book.write(**{"is": "done", "key": line["key"], "result": result})

    def _submit(self, line: Mapping[str, Any]) -> list[Any]:
        key = line["key"]
        files = [(f"{key}.txt", f"附件 {key}".encode())] if line["file"] else []
        intake = Intake(f"投诉 {key}", f"办理许可跑了四趟，每次都说缺材料。{key}", reporter=Reporter("赵建国", "13912345678"), files=files)
        receipt = self.house.act(portal.submit, intake, keys=self.house.keys, files=self.house.files, by=REPORTER, key=key)
        return [receipt.case_id, receipt.number, receipt.code]

    def _complete(self, line: Mapping[str, Any]) -> None:
        self.house.act(complete, line["task"], unpack(line["answers"]), by=Actor(*line["by"]), key=line["key"])

    def _claim(self, line: Mapping[str, Any]) -> None:
        self.house.act(claim, line["task"], by=Actor(*line["by"]), key=line["key"])

    def _supplement(self, line: Mapping[str, Any]) -> None:
        self._once(line, portal.supplement, f"补充 {line['key']}。", keys=self.house.keys, files=self.house.files)

    def _withdraw(self, line: Mapping[str, Any]) -> None:
        self._once(line, portal.withdraw, f"撤回 {line['key']}。", keys=self.house.keys)

    def _file(self, line: Mapping[str, Any]) -> None:
        def store(session: Session, ports: Ports, act: Act, case: Case) -> None:
            name = f"{line['key']}.txt"
            attachments.store(session, ports, act, case.id, name, f"材料 {line['key']}".encode(), files=self.house.files)

        self._once(line, store)

    def _comment(self, line: Mapping[str, Any]) -> None:
        def add(session: Session, ports: Ports, act: Act, case: Case) -> None:
            comments.add(session, ports, act, case.id, f"备注 {line['key']}。")

        self._once(line, add)

    def _once(self, line: Mapping[str, Any], verb: Any, *given: Any, **more: Any) -> None:
        """As webapp.portal does it: the key is used up in the same transaction."""

        def doing(session: Session, ports: Ports, act: Act) -> None:
            if keys.used(session, act) is None:
                verb(session, ports, replace(act, key=None), session.get_one(Case, line["case"]), *given, **more)

        self.house.act(doing, by=REPORTER, key=line["key"])


def main() -> None:
    """See the module."""
    book, seed = Path(sys.argv[1]), sys.argv[2]
    worker = Worker(House(Settings.from_env()), book, seed)
    worker.finish()
    worker.book.write(**{"is": "up", "key": "", "pid": os.getpid()})
    while "finish" not in sys.argv:
        worker.step()
        time.sleep(REST)


if __name__ == "__main__":
    main()
