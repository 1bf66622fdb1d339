"""Incidents (运行): steps that failed, for the operator: element, sentence, trace, never the case's data; retry or close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import clock
from engine.bpm.results import StepFailed
from engine.errors import DubanError, Invalid
from engine.outbox import send
from engine.outbox.queue import CHANNELS
from engine.processes import incidents as verbs
from engine.processes import retry as retrying
from engine.processes.models import Definition, Incident, Instance
from webapp.i18n import drawn, sentence
from webapp.session import actor, house, may, signed_in

pages = Blueprint("incidents", __name__, url_prefix="/incidents")
SHOWN = 100  # newest first
UNKNOWN = "出错："  # after it an engine's sentence gives the text of a foreign error, which may hold data of the case


@dataclass(frozen=True, slots=True)
class Row:
    """An incident with the names of its process and element at the version it runs on; ``sentence`` without what came from data."""

    incident: Incident
    sentence: str
    process: str
    version: int
    step: str


@pages.get("/")
@may("incident.see")
@signed_in
def index() -> str:
    """What failed and waits for repair; with ``all=1`` also what was resolved."""
    everything = request.args.get("all") == "1"
    with house().sessions.read() as session:
        query = select(Incident).order_by(Incident.id.desc()).limit(SHOWN)
        found = session.scalars(query if everything else query.where(Incident.resolved_at.is_(None))).all()
        waiting = session.scalar(select(func.count()).select_from(Incident).where(Incident.resolved_at.is_(None))) or 0
        rows, unsent = _rows(session, found), send.given_up(session, SHOWN)
    return render_template("incidents/index.html", rows=rows, everything=everything, waiting=waiting, unsent=unsent, channels=CHANNELS)


@pages.get("/<int:incident_id>")
@may("incident.see")
@signed_in
def show(incident_id: int) -> str:
    """One incident with its trace, and what may be done about it."""
    with house().sessions.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            abort(404)
        row = _rows(session, [incident])[0]
    return render_template(
        "incidents/show.html", row=row, incident=incident, trace=frames(incident.trace), verb=str(incident.act.get("verb", ""))
    )


@pages.post("/<int:incident_id>/retry")
@may("incident.retry")
@signed_in
def retry(incident_id: int) -> Response:
    """Do again what failed; if it fails again the incident says so and stays."""
    try:
        house().act(retrying.retry, incident_id, by=actor())
        flash(_("已重试成功，流程继续。"), "success")
    except StepFailed as failed:
        flash(_("重试仍然失败：%(why)s", why=sentence(failed)), "danger")
    except DubanError as refusal:
        flash(sentence(refusal), "warning")
    return redirect(url_for("incidents.show", incident_id=incident_id), 303)


@pages.post("/<int:incident_id>/dismiss")
@may("incident.retry")
@signed_in
def dismiss(incident_id: int) -> Response:
    """Close an incident without doing it again, with a reason."""
    reason = request.form.get("reason", "").strip()
    if len(reason) < 4:
        raise Invalid("请写明理由（至少 4 个字）。", fields={"reason": "请写明理由（至少 4 个字）。"})
    house().act(verbs.dismiss, incident_id, by=actor(), reason=reason, at=clock.now())
    flash(_("已关闭。"), "success")
    return redirect(url_for("incidents.index"), 303)


@pages.post("/unsent/<int:dispatch_id>/retry")
@may("incident.retry")
@signed_in
def send_again(dispatch_id: int) -> Response:
    """Send a message that was given up once more; nothing happens when it is not one of those."""
    with house().sessions.begin() as session:
        send.try_again(session, dispatch_id, clock.now())
    flash(_("已重新排队发送。"), "success")
    return redirect(url_for("incidents.index"), 303)


def frames(trace: str) -> str:
    """A trace without the texts of its errors, which may hold data: files, lines, code and the kinds of errors."""
    kept = [line if line.startswith("  ") else line.partition(":")[0] for line in trace.splitlines() if line.strip()]
    return "\n".join(kept)


def _rows(session: Session, found: Sequence[Incident]) -> list[Row]:
    """Two statements, however many incidents."""
    instances = {one.instance_id for one in found if one.instance_id is not None}
    query = select(Instance.id, Definition.id, Definition.name, Definition.version).join(
        Definition, Definition.id == Instance.definition_id
    )
    known = {row[0]: row[1:] for row in session.execute(query.where(Instance.id.in_(instances)))} if instances else {}
    return [_row(session, one, known.get(one.instance_id or 0, (None, str(one.act.get("process") or ""), 0))) for one in found]


def _row(session: Session, incident: Incident, known: tuple[int | None, str, int] | Sequence[object]) -> Row:
    definition_id, process, version = known
    return Row(
        incident, incident.sentence.partition(UNKNOWN)[0], drawn(str(process)), int(str(version)), _step(session, incident, definition_id)
    )


def _step(session: Session, incident: Incident, definition_id: object) -> str:
    if not isinstance(definition_id, int):
        return incident.element
    try:
        drawing = house().ports.drawings.drawing(session, house().ports, definition_id)
    except DubanError:
        return incident.element
    element = drawing.elements.get(incident.element)
    return drawn(element.name) if element is not None and element.name else incident.element
