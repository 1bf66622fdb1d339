"""Registering what did not come through the portal (登记来件): calls, letters, visits, what other hotlines pass on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import clock
from engine.cases import portal
from engine.cases.choices import categories
from engine.cases.identity import Reporter
from engine.cases.register import Intake
from engine.errors import Invalid
from webapp import names, words
from webapp.i18n import drawn, sentence
from webapp.portal import report, uploads
from webapp.portal.report import Report
from webapp.portal.submit import file_limits
from webapp.profile import field_errors
from webapp.session import actor, house, may

pages = Blueprint("intake", __name__, url_prefix="/cases")
KEY = "intake/"  # before the form's key, so that it can be no other act's
NOT_BY_HAND = ("portal", "api")  # channels that register by themselves
LENGTHS = {**report.LENGTHS, "address": 200}
ORDER = (
    "channel", "title", "narrative", "about", "place_detail", "happened_on", "area", "category", "priority", "anonymous", "name",
    "phone", "email", "company", "address", "files",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Received:
    """What the clerk typed: the report as the portal reads it, and what only the office notes. ``tell``: the reporter wants the code."""

    report: Report
    channel: str
    category: str
    priority: str
    address: str
    tell: bool
    errors: Mapping[str, str]


@pages.get("/new")
@may("case.register")
def new() -> str:
    """The empty form."""
    return _form(_fresh())


@pages.post("/new")
@may("case.register")
def register() -> Response | str | tuple[str, int]:
    """Register it. Number and code stand in this answer only; the same form sent again gives the same answer."""
    key = _key()
    with house().sessions.read() as session:
        given = _read(session)
    sent, problem = uploads.read(request, file_limits())
    errors = {**given.errors, **({"files": problem} if problem else {})}
    if errors:
        return _form(key, errors), 422
    try:
        receipt = house().act(
            portal.submit, _intake(given, sent), by=actor(), key=KEY + key, keys=house().keys, files=house().files
        )  # fmt: skip
    except Invalid as refusal:
        return _form(key, _refused(refusal)), 422
    if given.tell:
        address = house().settings.base_url.rstrip("/") + url_for("portal.track")
        return render_template("intake/done.html", receipt=receipt, address=address)
    flash(_("已登记：%(number)s。", number=receipt.number), "success")
    return redirect(url_for("cases.show", case_id=receipt.case_id), 303)


def _read(session: Session) -> Received:
    """The sent form, checked as the portal's; the reporter of a letter may be known by an address alone."""
    form = {**request.form.to_dict(), "consent": "yes", "website": ""}
    written = report.read(form, names.areas(session), names.places(session), clock.local(clock.now()).date())
    address = "" if written.anonymous else " ".join(form.get("address", "").split())
    known = {name for several in categories().values() for name in several}
    given = Received(
        written,
        channel=form.get("channel", ""),
        category=form["category"] if form.get("category") in known else "",
        priority="important" if form.get("priority") == "important" else "normal",
        address=address,
        tell=form.get("tell") == "yes",
        errors=dict(written.errors),
    )
    return _with_errors(given, form)


def _with_errors(given: Received, form: Mapping[str, str]) -> Received:
    errors = dict(given.errors)
    if given.channel not in dict(_channels()):
        errors["channel"] = _("请选择来件渠道。")
    if "anonymous" not in errors and not given.report.anonymous and not given.report.phone and not given.report.email:
        errors.pop("phone", None)
        if not given.address:
            errors["phone"] = _("请登记电话、电子邮箱、地址中的至少一样；没有联系方式的按匿名登记。")
    if len(given.address) > LENGTHS["address"]:
        errors["address"] = _("最多 %(most)d 个字；请删减后再提交。", most=LENGTHS["address"])
    if given.report.anonymous and any(form.get(name, "").strip() for name in ("name", "phone", "email", "company", "address")):
        errors["anonymous"] = _("选了匿名，下面又填了反映人的身份：请清空，或改选实名。")
    return Received(given.report, given.channel, given.category, given.priority, given.address, given.tell, errors)


def _intake(given: Received, sent: list[tuple[str, IO[bytes]]]) -> Intake:
    written = given.report
    return Intake(
        title=written.title,
        narrative=written.words,
        channel=given.channel,
        reporter=Reporter(written.name, written.phone, written.email, organisation=written.company, address=given.address),
        area=written.area,
        category=given.category,
        place=written.place,
        about=written.about,
        priority=given.priority,
        collusion=written.collusion,
        files=sent,
    )


def _refused(refusal: Invalid) -> dict[str, str]:
    """What the engine found wrong, at the field it speaks of; a file it did not accept, at the files."""
    known = {name: text for name, text in field_errors(refusal).items() if name in ORDER}
    return known or {"files": sentence(refusal)}


def _form(key: str, errors: Mapping[str, str] | None = None) -> str:
    with house().sessions.read() as session:
        areas, places = names.areas(session), names.places(session)
    return render_template(
        "intake/new.html",
        key=key,
        form=request.form,
        e={name: errors[name] for name in ORDER if name in errors} if errors else {},
        channels=_channels(),
        areas=list(areas.items()),
        places=list(places.items()),
        categories=[(areas.get(area, str(area)), [(one, drawn(one)) for one in several]) for area, several in categories().items()],
        priorities=words.choices("priority"),
        limits=file_limits(),
        lengths=LENGTHS,
        today=clock.local(clock.now()).date(),
    )


def _channels() -> list[tuple[str, str]]:
    return [(key, text) for key, text in words.choices("channel") if key not in NOT_BY_HAND]


def _fresh() -> str:
    return uuid.uuid4().hex


def _key() -> str:
    """The form's random key: a double click registers once. What is no such key is replaced."""
    given = request.form.get("_key", "")
    return given if len(given) == 32 and given.isalnum() else _fresh()
