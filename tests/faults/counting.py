"""Is anything lost or doubled? Each check compares what the workers were told with what stands in the database and in the file store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases.models import Attachment, Case, Comment, Letter, Series
from engine.journal.models import Entry
from engine.journal.verify import verify
from engine.outbox.models import Dispatch, Notice
from engine.processes.due import waiting_messages
from engine.processes.models import Incident, Instance, Message, Subscription, Task
from engine.processes.queries import position
from engine.wiring import House
from tests.webapp.town import UNIT

Lines = list[Mapping[str, Any]]
SOMETIMES_OPEN = ("running", "suspended", "incident")


class Count:
    """The house after the siege, and what the workers wrote into their books."""

    def __init__(self, house: House, session: Session, books: Iterable[Lines]) -> None:
        self.house, self.session = house, session
        lines = [line for book in books for line in book]
        self.tries = {line["key"]: line for line in lines if line["is"] == "try"}
        self.done = {line["key"]: line.get("result") for line in lines if line["is"] == "done"}
        self.refused = {line["key"]: line for line in lines if line["is"] == "refused"}
        self.entries = list(session.scalars(select(Entry).order_by(Entry.id)))
        self.tasks = list(session.scalars(select(Task)))

    def keys(self, *acts: str) -> set[str]:
        """Keys of the acknowledged acts of these kinds."""
        return {key for key in self.done if self.tries[key]["act"] in acts}

    def every_act_has_ended(self) -> None:
        assert set(self.tries) == set(self.done) | set(self.refused)
        assert not set(self.done) & set(self.refused)
        assert not [line for line in self.refused.values() if line["kind"] == "failed"], "an act failed"
        assert self.session.scalars(select(Incident.sentence)).all() == []

    def complaints(self) -> None:
        """Each acknowledged complaint is there once, with the number its reporter was told; nothing else came in."""
        cases = {case.id: case for case in self.session.scalars(select(Case).where(Case.kind == "complaint"))}
        submitted = {key: self.done[key] for key in self.keys("submit")}
        assert len({case_id for case_id, _, _ in submitted.values()}) == len(submitted) == len(cases)
        for key, (case_id, number, _code) in submitted.items():
            assert (cases[case_id].number, cases[case_id].title) == (number, f"投诉 {key}")

    def completions(self) -> None:
        """A task is completed with the key of the one act that was told so, and the journal has one row of it."""
        by_key = {task.key: task for task in self.tasks if task.status == "completed"}
        assert set(by_key) == self.keys("complete")
        assert all(by_key[key].id == self.tries[key]["task"] for key in by_key)
        rows = Counter(entry.data["task"] for entry in self.entries if entry.act == "task.complete")
        assert rows == Counter(task.id for task in by_key.values())

    def words(self) -> None:
        """What a reporter sent is there once: as a comment, as a file, as a message to the process."""
        said = Counter(comment.body for comment in self.session.scalars(select(Comment).where(Comment.body.like("%worker%"))))
        assert said == Counter(self._spoken("supplement", "补充 %s。")) + Counter(self._spoken("comment", "备注 %s。"))
        names = Counter(self.session.scalars(select(Attachment.name)))
        sent = [key for key in self.keys("submit") if self.tries[key]["file"]] + list(self.keys("file"))
        assert names == Counter(f"{key}.txt" for key in sent)

    def _spoken(self, act: str, words: str) -> list[str]:
        return [words % key for key in self.keys(act)]

    def tokens(self) -> None:
        """Each open task has its token in the state of its instance, and each token that awaits a person has its open task."""
        open_tasks = {(task.instance_id, task.token) for task in self.tasks if task.status == "open"}
        found, subscribed = set(), set()
        for instance in self.session.scalars(select(Instance).where(Instance.status.in_(SOMETIMES_OPEN))):
            tokens = position(self.session, self.house.ports, instance).tokens
            found |= {(instance.id, token.token) for token in tokens if token.state == "task"}
            subscribed |= {(instance.id, token.token) for token in tokens}
        assert open_tasks == found
        assert {tuple(row) for row in self.session.execute(select(Subscription.instance_id, Subscription.token))} <= subscribed

    def numbers(self) -> None:
        """Numbers of cases and letters are gapless in each series, and the series knows its last."""
        for table, prefix in ((Case, ""), (Letter, "letter/")):
            series: dict[tuple[str, int], list[int]] = {}
            for kind, year, serial in self.session.execute(select(table.kind, table.year, table.serial)):
                series.setdefault((prefix + kind, year), []).append(serial)
            for (kind, year), serials in series.items():
                assert sorted(serials) == list(range(1, len(serials) + 1)), (kind, year)
                assert self.session.get_one(Series, (kind, year)).last == len(serials)

    def messages(self, now: datetime) -> None:
        """Each message that was sent is there and was consumed once at most; none waits whose receiver waits, too."""
        kept = list(self.session.scalars(select(Message)))
        delivered = Counter(entry.data["message"] for entry in self.entries if entry.act == "message.deliver")
        assert max(delivered.values(), default=1) == 1
        assert {message.id for message in kept if message.consumed_at} == set(delivered) & {message.id for message in kept}
        assert waiting_messages(self.session, now) == []
        texts = Counter(message.payload.get("material") for message in kept if message.name == "supplement")
        texts.update(message.payload.get("reason") for message in kept if message.name == "withdraw")
        assert texts == Counter(self._spoken("supplement", "补充 %s。")) + Counter(self._spoken("withdraw", "撤回 %s。"))

    def timers(self) -> None:
        """Each timer of each instance fired once; each late task has one ladder, and one letter at most."""
        fired = Counter(
            (entry.data["instance"], timer["element"], timer["due_at"]) for entry in self.entries for timer in entry.data.get("timers", ())
        )
        assert fired, "no timer fired: the siege was too short to say anything"
        assert max(fired.values()) == 1
        ladders = Counter(self.session.scalars(select(Instance.about_task_id).where(Instance.key == "supervision")))
        assert ladders and max(ladders.values()) == 1
        letters = Counter(self.session.scalars(select(Letter.task_id).where(Letter.kind == "supervision-letter")))
        assert max(letters.values(), default=1) == 1
        has_ladder = [task for task in self.tasks if task.properties.get("ladder") != "no" and task.limit_at is not None]
        climbed = {task.id for task in has_ladder if task.rung_at is None}
        assert set(ladders) <= climbed

    def steps(self) -> None:
        """The version of an instance counts its steps: one journal row each."""
        moves = ("instance.start", "task.complete", "timer.fire", "message.deliver")
        rows = Counter(entry.data["instance"] for entry in self.entries if entry.act in moves and entry.data.get("instance"))
        versions = {instance.id: instance.version for instance in self.session.scalars(select(Instance))}
        cancelled = {entry.data.get("instance") for entry in self.entries if entry.act == "instance.cancel"}
        assert {number: version for number, version in versions.items() if number not in cancelled} == {
            number: count for number, count in rows.items() if number not in cancelled
        }

    def post(self) -> None:
        """Nobody is told twice, and everybody who must hear of a supervision letter is told."""
        for table in (Notice, Dispatch):
            twice = select(table.key).group_by(table.key).having(func.count() > 1)
            assert self.session.scalars(twice).all() == []
        told = set(self.session.scalars(select(Notice.subject).where(Notice.subject.like("督办函 %"))))
        letters = self.session.scalars(select(Letter).where(Letter.kind == "supervision-letter")).all()
        assert told <= {f"督办函 {letter.number}" for letter in letters}
        assert {f"督办函 {letter.number}" for letter in letters if letter.to_unit_id == UNIT} <= told  # somebody is there to be told

    def files(self) -> None:
        """The bytes of each letter and attachment are there with their hash; each letter is in the journal."""
        known = [*self.session.scalars(select(Letter.sha256)), *self.session.scalars(select(Attachment.sha256))]
        assert self.house.files.damaged(known) == []
        issued = Counter(entry.subject for entry in self.entries if entry.act == "letter.issue")
        assert issued == Counter(self.session.scalars(select(Letter.number)))

    def journal(self) -> None:
        assert verify(self.session) == []

    def checks(self, now: datetime) -> list[Callable[[], None]]:
        """All of the above."""
        return [
            self.every_act_has_ended, self.complaints, self.completions, self.words, self.tokens, self.numbers,
            lambda: self.messages(now), self.timers, self.steps, self.post, self.files, self.journal,
        ]  # fmt: skip
