"""Who is signed in. Deny by default: a route without ``@public`` needs a signed-in person, with ``@may(verb)`` also a right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

import structlog
from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask import session as cookie
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from engine import clock
from engine.errors import DubanError
from engine.journal.actor import Actor
from engine.people import permissions, person, sign_in
from engine.people.person import Person
from engine.settings import Settings
from engine.wiring import House

log = structlog.get_logger("webapp.session")
View = TypeVar("View", bound=Callable[..., Any])
PUBLIC_ENDPOINTS = frozenset({"static"})


def install(app: Flask, settings: Settings) -> None:
    """Find the person of each request, and let nobody else in."""
    app.config["SIGN_IN_COOKIE"] = "__Host-duban-sign-in" if settings.https else "duban-sign-in"
    app.config["SIGN_IN_SECURE"] = settings.https
    app.before_request(_guard)
    app.after_request(_renewed)


def house() -> House:
    """The house that this application is a door of."""
    return cast(House, current_app.extensions["house"])


def current_person() -> Person:
    """The signed-in person; 401 where there is none."""
    found = person_or_none()
    if found is None:
        abort(401)
    return found


def person_or_none() -> Person | None:
    """The signed-in person, or None on public pages that nobody is signed in to."""
    return cast("Person | None", g.get("person"))


def actor() -> Actor:
    """The signed-in person as the one who acts, not standing in for anybody."""
    return actor_of(current_person())


def actor_of(person: Person) -> Actor:
    """A person as the one who acts, not standing in for anybody."""
    return Actor(person.id, person.name)


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    view.public = True  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Mark a view as open to whoever is signed in (which is the default; the mark says that it is meant)."""
    view.signed_in = True  # type: ignore[attr-defined]
    return view


def may(verb: str) -> Callable[[View], View]:
    """Let only those in who may ``verb``, whatever the thing; for rights on one thing ask ``permissions.require`` in the view."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            permissions.require(current_person(), verb)
            return view(*args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]
        return cast(View, guarded)

    return mark


def remember(response: Response | AnyResponse, token: str) -> None:
    """Put the sign-in token into its cookie, and start the browser's session anew: nothing of before survives (fixation)."""
    keep = {name: cookie[name] for name in ("language", "theme") if name in cookie}
    cookie.clear()
    cookie.update(keep)
    _hand_out(response, token)


def _hand_out(response: Response | AnyResponse, token: str) -> None:
    response.set_cookie(
        current_app.config["SIGN_IN_COOKIE"], token, httponly=True, samesite="Lax", secure=current_app.config["SIGN_IN_SECURE"]
    )


def forget(response: Response | AnyResponse) -> None:
    """Remove the sign-in cookie and all that the session held."""
    cookie.clear()
    response.delete_cookie(current_app.config["SIGN_IN_COOKIE"], httponly=True, samesite="Lax", secure=current_app.config["SIGN_IN_SECURE"])


def token() -> str:
    """The sign-in token of this request; empty when there is none."""
    return request.cookies.get(current_app.config["SIGN_IN_COOKIE"], "")


def _guard() -> AnyResponse | None:
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = view is None or request.endpoint in PUBLIC_ENDPOINTS or getattr(view, "public", False)
    if request.endpoint not in PUBLIC_ENDPOINTS:
        g.person = _find(required=not is_public)
    if is_public or person_or_none() is not None:
        return None
    if request.method != "GET" or request.headers.get("HX-Request"):
        abort(401)
    return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")))


def _find(*, required: bool) -> Person | None:
    """The person behind the cookie. A public page is shown even when the database is away; a page for people says 503."""
    if not token():
        return None
    try:
        return _resume(token())
    except DubanError:
        return None
    except Exception:
        if required:
            raise
        return None


def _resume(value: str) -> Person | None:
    at = clock.now()
    with house().sessions.read() as session:
        resumed = sign_in.resume(session, value, at)
        if resumed is None:
            return None
        found = person.load(session, resumed.user_id, clock.local(at).date())
    if resumed.stale and request.method == "GET" and not request.headers.get("HX-Request"):
        _write(_rotate, value, at)
    elif resumed.touch:
        _write(sign_in.touch, value, at)
    return found


def _rotate(session: Session, value: str, at: datetime) -> None:
    g.new_token = sign_in.rotate(session, value, at)


def _renewed(response: Response) -> Response:
    """Give the browser its new token, unless the page itself signed somebody in or out."""
    new, name = g.get("new_token"), current_app.config["SIGN_IN_COOKIE"]
    if new and not any(header.startswith(f"{name}=") for header in response.headers.getlist("Set-Cookie")):
        _hand_out(response, new)
    return response


def _write(verb: Callable[[Session, str, datetime], None], value: str, at: datetime) -> None:
    """Note something on the sign-in; a database that takes no writes (full disk) must not stop who only reads."""
    try:
        with house().sessions.begin() as session:
            verb(session, value, at)
    except OperationalError:
        g.pop("new_token", None)
        log.warning("sign-in.unwritten")
