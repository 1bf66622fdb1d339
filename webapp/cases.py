"""Cases (案件): the list, one case with its tabs, its files and letters, and the acts on it that a person may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import clock
from engine.cases import attachments, comments, identity, ledgers, letter_text, listing, queries, saved_views
from engine.cases.identity import Reporter
from engine.people import permissions
from engine.processes import definitions
from engine.processes.acts import Act
from engine.processes.ports import Ports
from webapp import case_acts, case_page, case_print, list_filters, names, progress
from webapp.filters import Filters
from webapp.ledgers import common
from webapp.security import download
from webapp.session import actor, current_person, house, signed_in
from webapp.views import back

pages = Blueprint("cases", __name__, url_prefix="/cases")


@pages.get("/")
@signed_in
def index() -> str:
    """The cases that this person may see, filtered and in any order."""
    filters, at = Filters(request.args, (*list_filters.NAMES["cases"], "q", "light", "sort")), clock.now()
    with house().sessions.read() as session:
        where = list_filters.conditions(session, current_person(), "cases", filters, at)
        return render_template(
            "cases/index.html",
            page=listing.page(session, ledgers.CASES, where, filters.sort, request.args.get("after", "")),
            total=listing.totals(session, ledgers.CASES, where)["rows"],
            columns=[c for c in ledgers.CASES.columns if c.key in ledgers.CASES.shown],
            order=filters.sort or ledgers.CASES.order,
            fields=list_filters.fields(session, "cases", filters),
            filters=filters,
            views=saved_views.of(session, current_person().id, "cases"),
            wording=lambda kind, value: names.wording(session, kind, value),
            **common(),
        )


@pages.get("/<int:case_id>")
@signed_in
def show(case_id: int) -> str:
    """One case; ``tab`` chooses what is shown of it."""
    with house().sessions.read() as session:
        return case_page.rendered(session, current_person(), case_id, request.args.get("tab", "progress"))


@pages.get("/<int:case_id>/print")
@signed_in
def printed(case_id: int) -> str:
    """The whole case on paper."""
    with house().sessions.read() as session:
        return case_print.rendered(session, current_person(), case_id)


@pages.get("/<int:case_id>/drawings/<key>.bpmn")
@signed_in
def drawing(case_id: int, key: str) -> Response:
    """The drawing of a process that this case has been on, at the version it runs on."""
    with house().sessions.read() as session:
        queries.get_case(session, current_person(), case_id)
        definition_id = progress.processes(progress.positions(session, case_id)).get(key)
        if definition_id is None:
            abort(404)
        files = definitions.files(session, definition_id)
    content = next((text for path, text in sorted(files.items()) if path.endswith(".bpmn") and "/" not in path), b"")
    return Response(content, mimetype="application/xml")


@pages.post("/<int:case_id>/comments")
@signed_in
def comment(case_id: int) -> Response:
    """Write a remark."""
    audience = "office" if request.form.get("audience") == "office" else "all"
    _require(case_id, "case.comment.office" if audience == "office" else "case.comment")
    house().act(comments.add, case_id, request.form.get("body", ""), audience, by=actor(), keys=house().keys)
    flash(_("备注已写入案卷。"), "success")
    return back("cases.show", case_id=case_id)


@pages.post("/<int:case_id>/files")
@signed_in
def attach(case_id: int) -> Response:
    """Add files, each checked by its content."""
    sight = _require(case_id, "case.attach")
    audience = "office" if request.form.get("audience") == "office" and sight.office else "all"
    most = house().settings.upload_bytes
    uploads = [(file.filename, file.stream.read(most + 1)) for file in request.files.getlist("files") if file.filename]
    house().act(_store, case_id, uploads, by=actor(), task_id=request.form.get("task", type=int), audience=audience, most=most)
    flash(_("已添加 %(n)s 个文件。", n=len(uploads)) if uploads else _("没有选择文件。"), "success" if uploads else "warning")
    return back("cases.show", case_id=case_id, tab="files")


@pages.get("/<int:case_id>/files/<int:attachment_id>")
@signed_in
def download_file(case_id: int, attachment_id: int) -> Response:
    """A file of the case, as a download only."""
    with house().sessions.read() as session:
        case = queries.get_case(session, current_person(), case_id)
        office = queries.sight(session, current_person(), case).office
        file = attachments.get(session, case_id, attachment_id, office=office)
    return download(house().files.read(file.sha256), file.name, file.media_type)


@pages.get("/<int:case_id>/letters/<int:letter_id>")
@signed_in
def letter(case_id: int, letter_id: int) -> str:
    """A letter on the page, to read and print."""
    with house().sessions.read() as session:
        found = queries.letter(session, current_person(), letter_id)
        if found.case_id != case_id:
            abort(404)
        case = queries.get_case(session, current_person(), case_id)
    return render_template("cases/letter.html", letter=found, case=case, blocks=letter_text.blocks(house().files.read(found.sha256)))


@pages.get("/<int:case_id>/letters/<int:letter_id>/file")
@signed_in
def letter_file(case_id: int, letter_id: int) -> Response:
    """A letter as the Word file that was issued."""
    with house().sessions.read() as session:
        found = queries.letter(session, current_person(), letter_id)
    if found.case_id != case_id:
        abort(404)
    return download(house().files.read(found.sha256), f"{found.number} {found.title}.docx", letter_text.MEDIA_TYPE)


@pages.post("/<int:case_id>/watch")
@signed_in
def watch(case_id: int) -> Response:
    """Follow the case, or follow it no longer."""
    with house().sessions.begin() as session:
        queries.watch(session, current_person(), case_id, on=bool(request.form.get("on")))
    return back("cases.show", case_id=case_id)


@pages.post("/<int:case_id>/acts/<name>")
@signed_in
def act(case_id: int, name: str) -> Response | str:
    """One of the acts of ``case_acts.ACTS``, if the person may do it now. An opened identity stands in this answer only."""
    if name not in case_acts.ACTS:
        abort(404)
    answer = case_acts.perform(current_person(), case_id, name, request.form)
    if isinstance(answer, Reporter):
        with house().sessions.read() as session:
            return case_page.rendered(session, current_person(), case_id, "progress", answer)
    flash(str(case_acts.ACTS[name].done), "success")
    return redirect(url_for("cases.show", case_id=answer or case_id, tab=case_acts.ACTS[name].tab), 303)


def _store(session: Session, ports: Ports, act: Act, case_id: int, uploads: Sequence[tuple[str, bytes]], **options: Any) -> None:
    """All files or none, under names that do not name the reporter."""
    for name, content in uploads:
        name = identity.without_reporter(session, house().keys, case_id, name)
        attachments.store(session, ports, act, case_id, name, content, files=house().files, **options)


def _require(case_id: int, verb: str) -> queries.Sight:
    with house().sessions.read() as session:
        case = queries.get_case(session, current_person(), case_id)
        sight = queries.sight(session, current_person(), case)
    permissions.require(current_person(), verb, case, sight.facts)
    return sight
