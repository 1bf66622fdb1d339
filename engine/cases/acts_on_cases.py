"""Operations on the case file: record, close, merge, count, link, units, open another, start a process beside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from engine.cases import comments, duplicates, fields, limits, links, opening, parties
from engine.cases.acts_to_people import say_to_reporter
from engine.cases.desks import Given, case_of, list_of, text_of
from engine.cases.identity import Keys
from engine.cases.models import Case, CaseLink
from engine.cases.register import variables
from engine.errors import Conflict, Invalid
from engine.processes import start
from engine.processes.courses import append
from engine.processes.ports import Desk

COUNTERS = ("returns", "redos", "reds", "extensions")
BESIDE = ("accountability", "special-supervision")  # processes that get a case file of their own


class Recording:
    """Operations that write text into the case, masked with the keys."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def record(self, desk: Desk, given: Given) -> Given:
        """Write the given fields into the case; they become variables, too."""
        values = {name: value for name, value in given.items() if name != "case_id"}
        fields.write(desk.session, case_of(desk, given), values, self.keys)
        return values


def close(desk: Desk, given: Given) -> None:
    """Close the case, answer the reporter and those whose cases were merged into it. With ``kind``: only a case of that kind."""
    case = case_of(desk, given)
    if given.get("kind") and case.kind != given["kind"]:
        return
    if case.state == "closed":
        return
    if case.paused_at is not None:
        limits.resume(desk.session, desk.ports, desk.act, case.id)
    opening.close_case(desk.session, desk.act, case, text_of(given, "outcome") or "closed")
    answer = text_of(given, "answer")
    for one in [case, *_merged_into(desk, case)] if answer else []:
        say_to_reporter(desk, one, answer)


def merge(desk: Desk, given: Given) -> dict[str, Any]:
    """Merge the case into another one (id or number): it is closed, its reporter is told and will get the other's answer."""
    case, target = case_of(desk, given), opening.get(desk.session, text_of(given, "into", needed=True))
    if target.id == case.id or target.kind != case.kind:
        raise Invalid("不能并入这个案卷；请选择另一件投诉。")
    if target.outcome == "merged":
        raise Conflict("选定的案卷已经并入别的案卷；请并入最终的那一件。")
    links.link(desk.session, case.id, target.id, "merged", desk.act.at)
    say_to_reporter(desk, case, f"您反映的问题与已在办理的事项相同，已合并办理（{target.number}）；办理结果会一并答复您。")
    opening.close_case(desk.session, desk.act, case, "merged")
    append(desk.session, f"case:{target.id}", desk.act.actor, desk.act.at, "case.merged-in", case.number)
    return {"merged_into": target.id}


def count(desk: Desk, given: Given) -> dict[str, int]:
    """Add one to a counter of the case and return it under its name."""
    what = text_of(given, "what")
    if what not in COUNTERS:
        raise Invalid("没有这个计数；请流程管理员检查参数。", what=what)
    case = case_of(desk, given)
    setattr(case, what, getattr(case, what) + 1)
    return {what: getattr(case, what)}


def link(desk: Desk, given: Given) -> None:
    """Tie the case to another."""
    other = opening.get(desk.session, text_of(given, "to", needed=True))
    links.link(desk.session, case_of(desk, given).id, other.id, text_of(given, "relation") or "related", desk.act.at)


def find_duplicates(desk: Desk, given: Given) -> dict[str, Any]:
    """Compare the case with others and tie it to those that say nearly the same, with the score."""
    case = case_of(desk, given)
    found = duplicates.similar(desk.session, case)
    for other, score in found:
        links.link(desk.session, case.id, other.id, "similar", desk.act.at, score)
    return {"similar": len(found)}


def assign_units(desk: Desk, given: Given) -> dict[str, Any]:
    """Set lead and co-handling units; units that were there and are named no more lose their part. Returns since when the unit leads."""
    case, lead = case_of(desk, given), text_of(given, "lead_unit", needed=True)
    helping = [unit for unit in dict.fromkeys(list_of(given.get("co_units"))) if unit != lead]
    assigned_at = parties.share_out(desk.session, case, lead, helping, desk.act.at)
    append(desk.session, f"case:{case.id}", desk.act.actor, desk.act.at, "case.assign", lead, {"co_units": helping})
    return {"assigned_at": assigned_at}


def unit_takes_part(desk: Desk, given: Given) -> None:
    """Let one more unit take part."""
    part = text_of(given, "part") or "co"
    parties.take_part(desk.session, case_of(desk, given), text_of(given, "unit", needed=True), part, desk.act.at)


def open_case(desk: Desk, given: Given) -> dict[str, int]:
    """Open a case file of another kind that comes from this one."""
    case = _open_beside(desk, text_of(given, "kind", needed=True), given)
    return {"opened_case": case.id}


def report_back(desk: Desk, given: Given) -> None:
    """Write a result into the case this one came from, for the office."""
    case = case_of(desk, given)
    if case.source_id is None:
        return
    text = text_of(given, "text", needed=True)
    comments.add(desk.session, None, desk.act, case.source_id, f"【{opening.KINDS.get(case.kind, case.kind)}】{text}", "office")
    append(desk.session, f"case:{case.source_id}", desk.act.actor, desk.act.at, "case.report-back", case.number)


def start_process(desk: Desk, given: Given) -> dict[str, Any]:
    """Start an instance beside this one; an accountability or special supervision gets a case file of its own first."""
    process = text_of(given, "process", needed=True)
    own = {name: value for name, value in given.items() if name not in ("process", "case_id")}
    act = replace(desk.act, key=None)  # the key is the outer act's
    if process not in BESIDE:
        instance = start.start(desk.session, desk.ports, act, process, own, case_id=desk.instance.case_id, started_by_id=desk.instance.id)
        return {"started_instance": instance.id}
    case = _open_beside(desk, process, given)
    begun = {**variables(case, anonymous=True), **own, "case_id": case.id, "source_case": case.source_id}
    start.start(desk.session, desk.ports, act, process, begun, case_id=case.id, started_by_id=desk.instance.id)
    return {"started_case": case.id}


def _open_beside(desk: Desk, kind: str, given: Given) -> Case:
    source = opening.get(desk.session, given.get("source_case") or given.get("source") or case_of(desk).id)
    case = opening.open_case(
        desk.session,
        desk.act,
        kind=kind,
        title=text_of(given, "title") or source.title,
        narrative=text_of(given, "facts"),
        area=source.area,
        category=source.category,
        place=source.place,
        priority=source.priority,
        channel="inspection" if kind == "inspection" else "",
        source_id=source.id,
        stage="accept",
    )
    if unit := text_of(given, "unit"):
        parties.take_part(desk.session, case, unit, "lead", desk.act.at)
    links.link(desk.session, source.id, case.id, "caused", desk.act.at)
    return case


def _merged_into(desk: Desk, case: Case) -> list[Case]:
    query = select(Case).join(CaseLink, CaseLink.from_id == Case.id).where(CaseLink.to_id == case.id, CaseLink.relation == "merged")
    return list(desk.session.scalars(query))
