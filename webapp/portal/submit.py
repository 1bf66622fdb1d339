"""Submitting a report: one page with three steps, then the number and the code."""

from __future__ import annotations

import uuid
from typing import IO, Any

import segno
from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine import clock
from engine.cases import portal
from engine.cases.identity import Reporter
from engine.cases.models import Case
from engine.cases.register import Intake
from engine.errors import Invalid
from engine.journal.actor import REPORTER
from engine.people.models import Unit
from engine.processes.models import ActKey
from webapp import names
from webapp.i18n import sentence
from webapp.portal import cookie, pages, report, uploads
from webapp.portal.report import Report
from webapp.security import limiter
from webapp.session import house, public

KEY = "portal/"  # before the form's key, so that it can be no other act's
PLACES = ("town", "park")  # kinds of units that are places


@pages.get("")
@public
def index() -> str:
    """What one can do here, and what happens then."""
    return render_template("portal/index.html", path=_path())


@pages.get("/submit")
@public
def submit() -> str:
    """The empty form."""
    return _form(Report(), uuid.uuid4().hex)


@pages.post("/submit")
@public
@limiter.limit("60 per hour")
@limiter.limit("10 per hour; 30 per day", deduct_when=lambda response: response.status_code == 302)
def receive() -> Response | tuple[str, int]:
    """Register the report, or show the form again with everything that was typed."""
    key = form_key()
    with house().sessions.read() as session:
        written = report.read(request.form, names.areas(session), _places(session), clock.local(clock.now()).date())
    sent, problem = uploads.read(request, file_limits())
    errors = {**written.errors, **({"files": problem} if problem else {})}
    if not errors:
        try:
            receipt = house().act(
                portal.submit, _intake(written, sent), by=REPORTER, key=key, keys=house().keys, files=house().files
            )  # fmt: skip
        except Invalid as refusal:
            errors = _refused(refusal)
        else:
            cookie.keep_receipt(key)
            cookie.open_case(receipt.case_id)
            return redirect(url_for("portal.done"))
    return _form(written, key, errors), 422


@pages.get("/done")
@public
def done() -> str | Response:
    """Number and code of what was just submitted, to be noted or printed."""
    key = cookie.receipt_key()
    if key is None:
        return redirect(url_for("portal.track"))
    with house().sessions.read() as session:
        known = session.get(ActKey, key)
        case = session.get(Case, known.result["case"]) if known else None
        if case is None:
            abort(404)
        given = {"number": case.number, "at": case.received_at, "limit_at": case.limit_at, "anonymous": not case.real_name}
    given["code"] = portal.code_from(house().keys, key)
    return render_template("portal/done.html", receipt=given, qr=_qr(str(given["number"])))


@pages.post("/forget")
@public
def forget() -> Response:
    """Leave nothing in this browser."""
    cookie.forget()
    return redirect(url_for("portal.index"))


def form_key() -> str:
    """The form's random key: a double click registers once. What is no such key is replaced."""
    given = request.form.get("_key", "")
    return KEY + (given if len(given) == 32 and given.isalnum() else uuid.uuid4().hex)


def _form(written: Report, key: str, errors: dict[str, str] | None = None) -> str:
    with house().sessions.read() as session:
        areas, places = names.areas(session), _places(session)
    shown = {name: text for name in _order() if (text := (errors or {}).get(name))}
    return render_template(
        "portal/submit.html",
        report=written,
        e=shown,
        key=key.removeprefix(KEY),
        areas=list(areas.items()),
        places=list(places.items()),
        limits=file_limits(),
        lengths=report.LENGTHS,
        shortest=report.SHORTEST,
    )


def _order() -> tuple[str, ...]:
    """Fields as they stand on the page, so that the summary of errors reads from top to bottom."""
    return (
        "title", "narrative", "about", "place_detail", "happened_on", "files", "anonymous", "name", "phone", "email", "company",
        "website", "consent",
    )  # fmt: skip


def _intake(written: Report, sent: list[tuple[str, IO[bytes]]]) -> Intake:
    return Intake(
        title=written.title,
        narrative=written.words,
        channel="portal",
        reporter=Reporter(name=written.name, phone=written.phone, email=written.email, organisation=written.company),
        area=written.area,
        place=written.place,
        about=written.about,
        collusion=written.collusion,
        files=sent,
    )


def _refused(refusal: Invalid) -> dict[str, str]:
    """What the engine found wrong, at the field it speaks of; a file it did not accept, at the files."""
    fields: dict[str, Any] = refusal.details.get("fields") or {}  # type: ignore[assignment]
    known = {name: _(text) for name, text in fields.items() if name in _order()}
    return known or {"files": sentence(refusal)}


def file_limits() -> uploads.Limits:
    settings = house().settings
    return uploads.limits(settings.upload_bytes, settings.request_bytes)


def _places(session: Any) -> dict[str, str]:
    known = names.units(session)
    ids = session.scalars(select(Unit.id).where(Unit.kind.in_(PLACES), Unit.active).order_by(Unit.kind, Unit.name))
    return {one: known[one] for one in ids}


def _qr(number: str) -> str:
    """A picture of the address of the tracking page with the number filled in; never the code."""
    base = house().settings.base_url.rstrip("/")
    return segno.make(base + url_for("portal.track", number=number), error="m").svg_data_uri(scale=4, border=2)


def _path() -> list[tuple[str, str]]:
    return [
        (_("受理"), _("工作人员决定是否受理，提交后会告诉您最晚哪一天；缺什么材料，一次告诉您。")),
        (_("核实"), _("向您和有关方面了解情况；实名反映官商勾结、为官不为的优先核实，件件必核。")),
        (_("交办、整改"), _("交给责任单位，限期拿出整改方案并落实，市营商办督办到底。")),
        (_("回访、销号"), _("问您解决了没有、满意不满意；不满意的重新办理。")),
    ]
