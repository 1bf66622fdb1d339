"""Tracking by number and code, and what a reporter may still do: supplement, withdraw, rate, fetch the answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response as Answer
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import clock
from engine.cases import numbering, portal
from engine.cases.models import Case
from engine.errors import Conflict, Invalid, NotFound
from engine.journal.actor import REPORTER
from engine.processes import keys
from webapp import names, security
from webapp.i18n import sentence
from webapp.portal import cookie, pages, uploads
from webapp.portal.submit import file_limits, form_key
from webapp.security import limiter
from webapp.session import house, public

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NUMBER = re.compile(r"(?:^|\D)(20\d\d)\D{0,3}(\d{1,6})(?:\D|$)")


@pages.get("/track")
@public
def track() -> str:
    """Ask for number and code."""
    return _ask(request.args.get("number", "")[:60])


@pages.post("/track")
@public
@limiter.limit("10 per 15 minutes; 50 per day", deduct_when=lambda response: response.status_code == 422)
def look_up() -> Response | tuple[str, int]:
    """Open the case for this browser; a wrong number and a wrong code get the same answer, counted by address."""
    given, code = request.form.get("number", "")[:60], request.form.get("code", "")[:60]
    try:
        with house().sessions.read() as session:
            case = portal.find(session, house().keys, number_of(given), unicodedata.normalize("NFKC", code))
    except NotFound as refusal:
        return _ask(given, sentence(refusal)), 422
    cookie.open_case(case.id)
    return redirect(url_for("portal.follow"))


@pages.get("/case")
@public
def follow() -> str | Response:
    """Where it stands, what was said, what one can do."""
    case_id = cookie.opened_case()
    if case_id is None:
        return redirect(url_for("portal.track"))
    return _show(case_id)


@pages.post("/case/supplement")
@public
@limiter.limit("20 per hour")
def supplement() -> Response | tuple[str, int]:
    """Add words and files."""
    sent, problem = uploads.read(request, file_limits())
    if problem:
        return _again({"files": problem})
    return _do(
        portal.supplement,
        request.form.get("material", "")[:4000],
        uploads=sent,
        files=house().files,
        done=_("已收到您补充的材料。"),
        otherwise="files",
    )


@pages.post("/case/withdraw")
@public
@limiter.limit("20 per hour")
def withdraw() -> Response | tuple[str, int]:
    """Withdraw, with the reason."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _again({"reason": _("请写明撤回的原因，例如“问题已经解决”。")})
    return _do(portal.withdraw, reason[:2000], done=_("已收到您的撤回申请。"), otherwise="reason")


@pages.post("/case/rate")
@public
@limiter.limit("20 per hour")
def rate() -> Response | tuple[str, int]:
    """One click says how satisfied one is; whether it is solved follows from it, unless it was said."""
    satisfaction = request.form.get("satisfaction", "")
    solved = request.form.get("solved") or ("no" if satisfaction == "dissatisfied" else "yes")
    return _do(
        portal.rate,
        solved=solved == "yes",
        satisfaction=satisfaction,
        comment=request.form.get("comment", "")[:2000],
        done=_("谢谢您的评价。"),
        otherwise="satisfaction",
    )


@pages.get("/case/letters/<int:letter_id>")
@public
def letter(letter_id: int) -> Answer | Response:
    """The answer as a Word file."""
    case_id = cookie.opened_case()
    if case_id is None:
        return redirect(url_for("portal.track"))
    with house().sessions.read() as session:
        shown = portal.track(session, _case(session, case_id)).letters
        row = next((each for each in shown if each.id == letter_id), None)
        if row is None:
            raise NotFound("没有这份文书，或您不能查看。")
        name, sha256 = f"{row.title or row.number}.docx", row.sha256
    return security.download(house().files.read(sha256), name, WORD)


def number_of(given: str) -> str:
    """The number as it is kept, from however it was typed: 营商投诉(2026)1, 2026-0001, ２０２６　０００１."""
    found = _NUMBER.search(unicodedata.normalize("NFKC", given).replace(" ", "-"))
    if found is None:
        compact = re.fullmatch(r"\D*(20\d\d)(\d{4,6})", unicodedata.normalize("NFKC", given).strip())
        found = compact or found
    return numbering.render("complaint", int(found[1]), int(found[2])) if found else given


def _ask(number: str, problem: str = "") -> str:
    return render_template("portal/track.html", number=number, problem=problem, opened=cookie.opened_case())


def _do(verb: Callable[..., None], *given: Any, done: str, otherwise: str, **more: Any) -> Response | tuple[str, int]:
    """One act on the opened case. A refusal is shown at its field, with everything that was typed."""
    case_id = cookie.opened_case()
    if case_id is None:
        flash(_("为了安全，半小时不用就要重新输入编号和查询码。"), "info")
        return redirect(url_for("portal.track"))
    try:
        house().act(_on_case, verb, case_id, *given, by=REPORTER, key=form_key(), keys=house().keys, **more)
    except Invalid as refusal:
        fields: dict[str, str] = refusal.details.get("fields") or {}  # type: ignore[assignment]
        return _again({next(iter(fields), otherwise): sentence(refusal)})
    except Conflict as refusal:
        flash(sentence(refusal), "warning")
        return redirect(url_for("portal.follow"))
    flash(done, "success")
    return redirect(url_for("portal.follow", done=1))


def _on_case(session: Session, ports: Any, act: Any, verb: Callable[..., None], case_id: int, *given: Any, **more: Any) -> None:
    """Do it once: the same form sent again has no further effect."""
    if keys.used(session, act) is None:
        verb(session, ports, replace(act, key=None), _case(session, case_id), *given, **more)


def _case(session: Session, case_id: int) -> Case:
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound("没有这件投诉；请重新输入编号和查询码。")
    return case


def _again(errors: dict[str, str]) -> Response | tuple[str, int]:
    case_id = cookie.opened_case()
    if case_id is None:
        return redirect(url_for("portal.track"))
    return _show(case_id, errors), 422


def _show(case_id: int, errors: dict[str, str] | None = None) -> str:
    with house().sessions.read() as session:
        case = _case(session, case_id)
        seen, units = portal.track(session, case), names.units(session)
    return render_template(
        "portal/case.html",
        track=seen,
        unit=units.get(seen.lead_unit_id or "", ""),
        e=errors or {},
        typed=request.form,
        limits=file_limits(),
        reporter_name=REPORTER.name,
        late=seen.limit_at is not None and seen.limit_at < clock.now(),
    )
