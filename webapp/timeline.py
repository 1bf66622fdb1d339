"""The timeline of a case: rows of its journal as sentences. A unit reads only what is listed for it; everything else is the office's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.queries import CasePage
from engine.journal import history
from engine.journal.models import Entry
from engine.people.person import Person
from engine.processes.models import Task
from webapp import names, words
from webapp.answers import labelled
from webapp.i18n import drawn

MOST = 1000  # rows read of one chain
OPEN_TO_UNITS = frozenset(
    f"{thing}.{act}"
    for thing, acts in {
        "case": ("open", "close", "merge", "assign"),
        "task": ("complete", "claim", "unclaim", "assign", "delegate", "give-back", "take-back", "remind"),
        "limit": ("pause", "resume", "extend"),
        "letter": ("issue",),
        "comment": ("add",),
        "file": ("add",),
        "instance": ("suspend", "resume", "cancel"),
    }.items()
    for act in acts
)
SILENT = frozenset({"instance.start", "message.deliver"})  # mechanism: shown on the diagram, not told
SENTENCES: Mapping[str, Any] = {
    "case.open": _l("登记了案件"),
    "case.close": _l("了结了案件"),
    "case.merge": _l("并入了其他案件"),
    "task.claim": _l("认领了"),
    "task.unclaim": _l("放回了岗位"),
    "task.assign": _l("分派了"),
    "task.delegate": _l("转办了"),
    "task.give-back": _l("交还了"),
    "task.take-back": _l("收回了"),
    "task.complete": _l("办结了"),
    "limit.pause": _l("暂停了计时"),
    "limit.resume": _l("恢复了计时"),
    "limit.extend": _l("延长了期限"),
    "letter.issue": _l("发出文书"),
    "comment.add": _l("写了备注"),
    "file.add": _l("添加了材料"),
    "identity.open": _l("查看了反映人身份"),
    "reporter.withdraw": _l("申请撤回"),
    "reporter.supplement": _l("补充了材料"),
    "reporter.rate": _l("作了评价"),
    "timer.fire": _l("到时触发"),
    "message.receive": _l("收到消息"),
    "instance.suspend": _l("中止了办理"),
    "instance.resume": _l("恢复了办理"),
    "instance.cancel": _l("终止了办理"),
    "incident.retry": _l("重试了出错的步骤"),
    "incident.dismiss": _l("关闭了异常"),
    "task.remind": _l("催办了"),
    "case.assign": _l("确定了承办单位"),
    "case.link": _l("关联了另一件案卷"),
    "case.merged-in": _l("并入了一件案件"),
    "case.report-back": _l("报回了结果"),
    "case.black": _l("亮了黑灯"),
}
KINDS = {
    "letter.issue": "letter",
    "case.close": "end",
    "timer.fire": "clock",
    "comment.add": "remark",
    "identity.open": "late",
    "case.black": "late",
}


@dataclass(slots=True)
class Event:
    """One row as people read it. ``details`` are (label, value), ``kind`` colours the mark."""

    id: int
    at: datetime
    actor: str
    sentence: str
    kind: str = "step"
    absent: str = ""  # the person who was stood in for
    body: str = ""
    details: Sequence[tuple[str, str]] = ()
    href: str = ""
    link: str = ""


@dataclass(slots=True)
class Shown:
    """What the rows refer to, as far as this person sees it."""

    session: Session
    page: CasePage
    person: Person
    tasks: Mapping[int, Task] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)


def entries(session: Session, case_id: int) -> list[Entry]:
    """The journal of a case, newest first."""
    return history(session, f"case:{case_id}", limit=MOST)


def events(session: Session, page: CasePage, person: Person, rows: Sequence[Entry], most: int = MOST) -> list[Event]:
    """The timeline for this person, newest first."""
    seen = [row for row in rows if _visible(row, page)]
    tasks = {task.id: task for task in session.scalars(select(Task).where(Task.case_id == page.case.id))}
    shown = Shown(session, page, person, tasks, names.people(session, (row.for_id for row in seen)))
    told = (_event(row, shown) for row in seen)
    return [event for event in told if event is not None][:most]


def _visible(row: Entry, page: CasePage) -> bool:
    if row.act in SILENT or (row.act == "timer.fire" and _of_the_ladder(row)):
        return False
    return page.sight.office or row.act in OPEN_TO_UNITS


def _of_the_ladder(row: Entry) -> bool:
    """What the ladder (督办) does at its moments is told by itself: a reminder, a letter, a light."""
    steps = [str(step) for step in row.data.get("steps") or ()]
    return bool(steps) and all(step.startswith("supervision/") for step in steps)


def _event(row: Entry, shown: Shown) -> Event | None:
    sentence = str(SENTENCES.get(row.act, row.act))
    event = Event(row.id, row.at, _actor(row), sentence, KINDS.get(row.act, "step"), absent=shown.people.get(row.for_id or 0, ""))
    if reason := row.data.get("reason"):
        event.details = ((_("理由"), str(reason)),)
    tell = _TELL.get(row.act)
    return tell(event, row, shown) if tell else event


def _actor(row: Entry) -> str:
    return str(_(row.actor)) if row.actor_id is None else row.actor


def _of_task(event: Event, row: Entry, shown: Shown) -> Event | None:
    task = shown.tasks.get(int(row.data.get("task") or 0))
    name = drawn(task.name if task else str(row.data.get("name") or row.subject))
    event.sentence = _("%(did)s“%(what)s”", did=event.sentence, what=name)
    if task is None:
        return event
    if task.limit_at is not None and task.completed_at is not None and task.completed_at > task.limit_at and row.act == "task.complete":
        event.kind, event.sentence = "late", event.sentence + _("（超期）")
    mine = shown.page.sight.office or task.unit_id in shown.person.units()
    if row.act == "task.complete" and mine:
        event.details = [*event.details, *labelled(shown.session, task, office=shown.page.sight.office)]
    return event


def _of_remark(event: Event, row: Entry, shown: Shown) -> Event | None:
    remark = next((c for c in shown.page.comments if str(c.id) == row.subject), None)
    if remark is None:
        return None
    event.body = remark.body
    if remark.audience == "office":
        event.sentence = _("写了备注（仅营商办可见）")
    elif remark.audience == "reporter":
        event.sentence = _("告知反映人")
    return event


def _of_file(event: Event, row: Entry, shown: Shown) -> Event | None:
    file = next((f for f in shown.page.attachments if str(f.id) == row.subject), None)
    if file is None:
        return None
    event.href = url_for("cases.download_file", case_id=shown.page.case.id, attachment_id=file.id)
    event.link = file.name
    return event


def _of_letter(event: Event, row: Entry, shown: Shown) -> Event | None:
    letter = next((one for one in shown.page.letters if one.number == row.subject), None)
    if letter is None:
        return None
    event.href = url_for("cases.letter", case_id=shown.page.case.id, letter_id=letter.id)
    event.link = f"{letter.number} {letter.title}"
    return event


def _of_link(event: Event, row: Entry, shown: Shown) -> Event | None:
    """The other case is named only to those who see it."""
    other = next((case for _tie, case in shown.page.links if case.number == row.subject), None)
    if other is not None:
        event.href, event.link = url_for("cases.show", case_id=other.id), f"{other.number} {other.title}"
        event.details = [*event.details, (_("关系"), words.word("relation", str(row.data.get("relation") or "")))]
    return event


def _of_close(event: Event, row: Entry, shown: Shown) -> Event | None:
    event.details = [*event.details, (_("结果"), names.wording(shown.session, "outcome", row.data.get("outcome")))]
    return event


_TASKS: Collection[str] = (
    "task.complete",
    "task.claim",
    "task.unclaim",
    "task.assign",
    "task.delegate",
    "task.give-back",
    "task.take-back",
    "task.remind",
    "case.black",
)
_TELL: Mapping[str, Callable[[Event, Entry, Shown], Event | None]] = {
    **dict.fromkeys(_TASKS, _of_task),
    "comment.add": _of_remark,
    "file.add": _of_file,
    "letter.issue": _of_letter,
    "case.close": _of_close,
    "case.link": _of_link,
}
