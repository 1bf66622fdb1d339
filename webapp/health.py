"""For the machines that watch: is the process alive, can it do its work?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response

from engine import migrations
from webapp.security import limiter
from webapp.session import house, public

pages = Blueprint("health", __name__)
limiter.exempt(pages)


@pages.get("/healthz")
@public
def alive() -> Response:
    """200 as long as the process answers."""
    return jsonify(status="ok")


@pages.get("/readyz")
@public
def ready() -> Response:
    """200 when the database answers and is at the newest schema, else 503. Names no host and no error text."""
    problems: list[str] = []
    try:
        with house().sessions.read() as session:
            newest = migrations.is_newest(session.connection())
        problems += [] if newest else ["migrations"]
    except Exception:
        problems.append("database")
    answer = make_response(jsonify(status="ok" if not problems else "not ready", problems=problems))
    answer.status_code = 503 if problems else 200
    return answer
