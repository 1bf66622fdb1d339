"""Letters (文书): numbered, made from the Word template of the drawing that issues them, kept by hash. They never name the reporter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cases import house_names, letter_templates, numbering
from engine.cases.files import FileStore
from engine.cases.models import Case, CaseUnit, Letter
from engine.errors import NotFound
from engine.processes.courses import append
from engine.processes.models import Definition, DefinitionFile, Task

if TYPE_CHECKING:
    from engine.processes.acts import Act

TITLES: Mapping[str, str] = {
    "assignment-order": "交办单",
    "redo-notice": "重办通知单",
    "supervision-letter": "督办函",
    "rectification-notice": "整改通知书",
    "referral-letter": "移送函",
    "transfer-letter": "转送函",
    "answer-letter": "答复函",
    "talk-notice": "约谈通知书",
    "special-order": "专项督办令",
    "negotiation-opinion": "处理意见书",
}

_PARTS = select(CaseUnit.unit_id, CaseUnit.part).where(CaseUnit.case_id == bindparam("the_case"), CaseUnit.until.is_(None))


def issue(
    session: Session,
    act: Act,
    case: Case,
    kind: str,
    template: bytes,
    *,
    files: FileStore,
    to_unit: str | None = None,
    to_name: str = "",
    title: str = "",
    text: Mapping[str, Any] | None = None,
    task: Task | None = None,
    audience: str | None = None,
) -> Letter:
    """Number, write and keep a letter. ``text`` is what the drawing gives to it; ``audience`` is by default ``all`` for a letter to a
    unit and ``office`` for one to the reporter or an organ. Raises Invalid when the template cannot be filled."""
    known = house_names.units(session)
    if to_unit and to_unit not in known:
        raise NotFound("没有收文单位；请先选择单位。")
    year = numbering.year_of(act.at)
    serial, number = numbering.next_number(session, f"letter/{kind}", year)
    title = (title or TITLES.get(kind, "函"))[:200]
    to = known[to_unit] if to_unit else to_name
    letter = {"number": number, "title": title, "date": act.at, "to": to, "kind": TITLES.get(kind, title), "year": year, "serial": serial}
    context = {"letter": letter, "case": facts_of(session, case), "task": _task(task), "text": dict(text or {})}
    stored = files.put(letter_templates.render(template, context))
    row = Letter(case_id=case.id, task_id=task.id if task else None, kind=kind, number=number, year=year, serial=serial, title=title)
    row.to_unit_id, row.issued_at, row.sha256, row.size = to_unit, act.at, stored.sha256, stored.size
    row.audience = audience or ("all" if to_unit else "office")
    session.add(row)
    session.flush()
    append(session, f"case:{case.id}", act.actor, act.at, "letter.issue", number, {"kind": kind, "to": to_unit, "sha256": stored.sha256})
    return row


def template(session: Session, definition_ids: Mapping[str, int] | list[int], letter: str) -> bytes:
    """The template ``documents/<letter>.docx`` of the first of these definitions that has one. Raises NotFound."""
    ids = list(definition_ids.values()) if isinstance(definition_ids, Mapping) else definition_ids
    for definition_id in ids:
        file = session.get(DefinitionFile, (definition_id, f"documents/{letter}.docx"))
        if file is not None:
            return file.content
    raise NotFound("流程里没有这份文书的模板；请流程管理员补上后重试。", letter=letter)


def current_definition(session: Session, key: str) -> int | None:
    """The version of a process that new instances start on."""
    return session.scalar(select(Definition.id).where(Definition.key == key, Definition.current))


def facts_of(session: Session, case: Case) -> dict[str, Any]:
    """What a letter may say of a case: nothing of the reporter, not the narrative, not whom it is about."""
    unit_ids = session.execute(_PARTS, {"the_case": case.id}).all()
    names = house_names.units(session)
    return {
        "number": case.number,
        "title": case.title,
        "summary": case.summary or case.title,
        "area": house_names.areas(session).get(case.area or 0, ""),
        "category": case.category,
        "place": names.get(case.place or "", ""),
        "lead_unit": names.get(case.lead_unit_id or "", ""),
        "co_units": [names[row.unit_id] for row in unit_ids if row.part == "co"],
        "received_at": case.received_at,
        "limit_at": case.limit_at,
        "priority": "重要" if case.priority == "important" else "一般",
        "public_summary": case.public_summary,
        "returns": case.returns,
        "redos": case.redos,
        "reds": case.reds,
    }


def _task(task: Task | None) -> dict[str, Any]:
    if task is None:
        return {"name": "", "opened_at": None, "limit_at": None}
    return {"name": task.name, "opened_at": task.opened_at, "limit_at": task.limit_at, "limit_days": task.limit_days}
