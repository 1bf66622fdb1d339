"""Saved views (个人视图): a person's named filters of a list."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from engine.cases import saved_views
from webapp.security import own_page
from webapp.session import current_person, house, signed_in

pages = Blueprint("views", __name__, url_prefix="/views")
PAGES = ("tasks", "cases", "ledgers/complaints", "ledgers/rectifications", "ledgers/referrals")


@pages.post("/")
@signed_in
def save() -> Response:
    """Keep the filter of a list under a name."""
    page = request.form.get("page", "")
    if page in PAGES:
        with house().sessions.begin() as session:
            saved_views.save(session, current_person().id, page, request.form.get("name", ""), request.form.get("query", ""))
    return back()


@pages.post("/<int:view_id>/remove")
@signed_in
def remove(view_id: int) -> Response:
    """Forget one of one's own views."""
    with house().sessions.begin() as session:
        saved_views.remove(session, current_person().id, view_id)
    return back()


def back(default: str = "home.index", **values: object) -> Response:
    """To the page of this house that the form names in ``back``, else to ``default``."""
    return redirect(own_page(request.form.get("back")) or url_for(default, **values), 303)  # type: ignore[arg-type]
