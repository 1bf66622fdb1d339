"""Signing in and out. A demo lists its accounts; a form that arrived too late is sent on after signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine import clock
from engine.people import sign_in
from engine.people.models import Unit, User
from webapp import security
from webapp.session import forget, house, person_or_none, public, remember, token

pages = Blueprint("sign_in", __name__)
TYPED = "typed."


@pages.get("/login")
@public
def form() -> Response | str:
    """The login page; whoever is signed in already goes on."""
    if person_or_none() is not None:
        return redirect(_onward())
    return _page()


@pages.post("/login")
@public
@security.limiter.limit("30 per minute")
def enter() -> Response | str | tuple[str, int]:
    """Check account and password; on success a new token and a new session."""
    account, password = request.form.get("account", ""), request.form.get("password", "")
    longest = timedelta(hours=house().settings.session_hours)
    with house().sessions.begin() as session:
        outcome = sign_in.sign_in(session, account, password, request.remote_addr or "", clock.now(), longest)
    if outcome.token is None:
        return _page(problem=_(outcome.sentence)), 422
    answer = _resume() or redirect(_onward())
    remember(answer, outcome.token)
    return answer


@pages.post("/logout")
@public
def leave() -> Response:
    """End this session, here and in the database."""
    if token():
        with house().sessions.begin() as session:
            sign_in.sign_out(session, token())
    answer = redirect(url_for("sign_in.form"))
    forget(answer)
    return answer


def _onward() -> str:
    """Where to go after signing in: ``next`` if it is a page of this house."""
    return security.own_page(request.values.get("next")) or "/"


def _resume() -> Response | None:
    """The form that was typed before the sign-in ended, to be sent once more."""
    path = security.own_page(request.form.get("typed_path"))
    if path is None:
        return None
    return make_response(render_template("sign_in/resume.html", path=path, fields=_typed()))


def _typed() -> list[tuple[str, str]]:
    return [(name.removeprefix(TYPED), value) for name, value in request.form.items(multi=True) if name.startswith(TYPED)]


def _page(problem: str = "") -> str:
    more = _demo() if house().settings.demo else {"nobody": _nobody()}
    return render_template(
        "sign_in/form.html",
        problem=problem,
        account=request.form.get("account", ""),
        next=security.own_page(request.values.get("next")),
        typed=_typed(),
        typed_path=security.own_page(request.form.get("typed_path")),
        **more,
    )


def _nobody() -> bool:
    """Is there no account yet, as after a production start?"""
    with house().sessions.read() as session:
        return session.scalar(select(User.id).limit(1)) is None


def _demo() -> dict[str, Any]:
    """What the login page of a demo tells: every account, its posts, the one password."""
    from engine.demo.fill import PASSWORD  # a production start has none of it

    with house().sessions.read() as session:
        accounts = list(session.scalars(select(User).where(User.active).order_by(User.id)))
        units = {unit.id: unit.name for unit in session.scalars(select(Unit))}
    return {"accounts": accounts, "units": units, "demo_password": PASSWORD}
