"""Saved views (个人视图): a person's named filters of a list."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.cases import saved_views
from webapp.session import current_person, house, signed_in

views = Blueprint("views", __name__, url_prefix="/views")
PAGES = ("tasks", "cases", "ledgers/complaints", "ledgers/rectifications", "ledgers/referrals")


@views.post("/")
@signed_in
def save() -> Answer:
    """Keep the filter of a list under a name."""
    page = request.form.get("page", "")
    if page in PAGES:
        with house().sessions.begin() as session:
            saved_views.save(session, current_person().id, page, request.form.get("name", ""), request.form.get("query", ""))
    return back()


@views.post("/<int:view_id>/remove")
@signed_in
def remove(view_id: int) -> Answer:
    """Forget one of one's own views."""
    with house().sessions.begin() as session:
        saved_views.remove(session, current_person().id, view_id)
    return back()


def back(default: str = "home.index") -> Answer | Response:
    """To the page of this house that the form names in ``back``; anything else leads to ``default``."""
    target = request.form.get("back", "")
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return redirect(target if inside else url_for(default), 303)
