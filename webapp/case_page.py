"""What the page of a case shows to a person: only that, gathered tab by tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine.cases import duplicates, opening, queries
from engine.cases.identity import Reporter
from engine.cases.links import BY_HAND
from engine.cases.queries import CasePage
from engine.errors import Forbidden
from engine.people.permissions import may
from engine.people.person import Person
from engine.settings import MEGABYTE
from webapp import case_acts, lines, names, progress, timeline, words
from webapp.session import house

TABS = ("progress", "diagram", "files", "letters", "ledger", "links")
Context = dict[str, Any]


def rendered(session: Session, person: Person, case_id: int, tab: str, reporter: Reporter | None = None) -> str:
    """The page with one tab open; ``reporter`` where the identity has just been opened. Raises NotFound."""
    if tab not in TABS:
        abort(404)
    page = queries.case_page(session, person, case_id)
    context = {**frame(session, person, page), **_TAB[tab](session, person, page), **_opened(reporter)}
    return render_template("cases/show.html", tab=tab, **context)


def frame(session: Session, person: Person, page: CasePage) -> Context:
    """What stands around every tab: marks, facts, stages, open tasks, acts."""
    tasks, stopped = lines.open_tasks(session, page.case.id), lines.is_stopped(session, page.case.id)
    visible = tasks if page.sight.office or page.case.kind != "accountability" else []
    allowed = case_acts.permitted(person, page.case, page.sight, tasks, stopped)
    return {
        "case": page.case,
        "tabs": _tabs(page),
        "stages": [(key, words.word("stage", key)) for key in opening.STAGES],
        "co_units": [unit.unit_id for unit in page.units if unit.part == "co"],
        "urgent": min(tasks, key=lambda task: (task.urgency, task.id), default=None),  # the case shows its limit
        "open_tasks": lines.of(session, person, visible, {page.case.id: page.case}),
        "waits": progress.waits(session, page.case.id) if page.case.state == "open" and not tasks and page.sight.office else [],
        "stopped": stopped,
        "watched": page.watched,
        "permitted": [*(["watch"] if may(person, "case.watch", page.case, page.sight.facts) else []), *allowed],
        "opened_act": request.args.get("act", ""),
        "likely": [case for tie, case in page.links if tie.score and case.kind == page.case.kind] if "merge" in allowed else [],
        "may_comment": may(person, "case.comment", page.case, page.sight.facts),
        "may_comment_office": may(person, "case.comment.office", page.case, page.sight.facts),
        "may_attach": may(person, "case.attach", page.case, page.sight.facts),
        "narrative": page.case.narrative if page.sight.narrative else "",
        "wording": lambda kind, value: names.wording(session, kind, value),
    }


def similar(session: Session, person: Person, page: CasePage) -> list[dict[str, Any]]:
    """Cases that say nearly the same and that this person sees."""
    found = duplicates.similar(session, page.case)
    seen = {pair[0].id for pair in found if queries.sees(session, person, pair[0].id)} if found else set()
    return [{"id": c.id, "number": c.number, "title": c.title, "state": c.state, "score": score} for c, score in found if c.id in seen]


def _tabs(page: CasePage) -> list[tuple[str, str, int | None, bool]]:
    """Address, word, count and whether it is open, of each tab."""
    links = len(page.links) + len(page.caused) + (page.source is not None)
    tabs = (
        ("progress", _("进展"), 0),
        ("diagram", _("流程图"), 0),
        ("files", _("材料"), len(page.attachments)),
        ("letters", _("文书"), len(page.letters)),
        ("ledger", _("台账"), len(page.ledger)),
        ("links", _("关联"), links),
    )
    present = request.args.get("tab", "progress")
    return [(url_for("cases.show", case_id=page.case.id, tab=key), word, count or None, key == present) for key, word, count in tabs]


def _progress(session: Session, person: Person, page: CasePage) -> Context:
    return {"events": timeline.events(session, page, person, timeline.entries(session, page.case.id))}


def _diagram(session: Session, person: Person, page: CasePage) -> Context:
    if page.case.kind == "accountability" and not page.sight.office:
        raise Forbidden("您不能查看本件的流程；如确有需要，请联系营商办。")
    rows, found = timeline.entries(session, page.case.id), progress.positions(session, page.case.id)
    charts = [progress.chart(session, page.case.id, key, found, rows, page.sight.office) for key in progress.processes(found)]
    drawn = [chart for chart in charts if chart is not None]
    wanted = request.args.get("drawing", "")
    chosen = next((c for c in drawn if c.key == wanted), None) or next((c for c in drawn if c.current), drawn[0] if drawn else None)
    return {"drawings": drawn, "drawing": chosen}


def _files(session: Session, person: Person, page: CasePage) -> Context:
    return {"files": page.attachments, "upload_limit": f"{house().settings.upload_bytes // MEGABYTE} MB"}


def _letters(session: Session, person: Person, page: CasePage) -> Context:
    return {"letters": page.letters}


def _ledger(session: Session, person: Person, page: CasePage) -> Context:
    return {"ledger": page.ledger}


def _links(session: Session, person: Person, page: CasePage) -> Context:
    tied = [(case, tie.relation, tie.score) for tie, case in page.links]
    known = {case.id for case, _relation, _score in tied}
    tied += [(case, "caused", None) for case in page.caused if case.id not in known]
    if page.source is not None and page.source.id not in known:
        tied.append((page.source, "source", None))
    links = [{"id": c.id, "number": c.number, "title": c.title, "relation": relation, "score": score} for c, relation, score in tied]
    likely = similar(session, person, page) if page.sight.narrative else []
    return {"links": links, "similar": likely, "relations": BY_HAND}


_TAB: Mapping[str, Callable[[Session, Person, CasePage], Context]] = {
    "progress": _progress,
    "diagram": _diagram,
    "files": _files,
    "letters": _letters,
    "ledger": _ledger,
    "links": _links,
}


def _opened(reporter: Reporter | None) -> Context:
    if reporter is None:
        return {"opened_identity": None}
    labels = {
        "name": _("姓名"),
        "phone": _("电话"),
        "email": _("邮箱"),
        "id_number": _("证件号码"),
        "organisation": _("单位"),
        "address": _("地址"),
    }
    return {"opened_identity": [(text, getattr(reporter, key)) for key, text in labels.items() if getattr(reporter, key)]}
