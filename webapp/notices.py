"""A person's notices in the house."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import clock
from engine.outbox import queue
from engine.outbox.models import Notice
from webapp.security import own_page
from webapp.session import current_person, house, signed_in

pages = Blueprint("notices", __name__)
SIZE = 50


@dataclass(frozen=True, slots=True)
class Cursors:
    """Where the next and the previous page of a list begin."""

    next: int | None = None
    previous: int | None = None


@pages.get("/notices")
@signed_in
def index() -> str:
    """The notices, newest first."""
    after = request.args.get("after", type=int)
    with house().sessions.read() as session:
        rows = queue.inbox(session, current_person().id, before=after, limit=SIZE + 1)
    more = Cursors(next=rows[SIZE - 1].id if len(rows) > SIZE else None)
    return render_template("notices/index.html", notices=rows[:SIZE], page=more)


@pages.post("/notices/<int:notice_id>/open")
@signed_in
def follow(notice_id: int) -> Response:
    """Mark one notice read and go where it points."""
    me = current_person().id
    with house().sessions.begin() as session:
        notice = session.get(Notice, notice_id)
        if notice is None or notice.user_id != me:
            abort(404)
        queue.mark_read(session, me, clock.now(), [notice_id])
        target = own_page(_path(notice.link))
    return redirect(target or url_for("notices.index"))


@pages.post("/notices/read")
@signed_in
def read_all() -> Response:
    """Mark all notices read."""
    with house().sessions.begin() as session:
        queue.mark_read(session, current_person().id, clock.now())
    return redirect(url_for("notices.index"))


def _path(link: str) -> str:
    """Links in notices are whole addresses (they go out by e-mail, too); in the house only the path counts."""
    return link.removeprefix(house().settings.base_url.rstrip("/"))
