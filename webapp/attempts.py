"""For administrators and auditors: failed sign-ins, and the journal of the house (people, calendar, processes)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template

from engine import clock
from engine.people import sign_in
from webapp.session import house, may

pages = Blueprint("attempts", __name__, url_prefix="/attempts")
DAYS = 30


@pages.get("/")
@may("attempts.see")
def index() -> str:
    """Failed sign-ins of the last 30 days, newest first."""
    with house().sessions.read() as session:
        failures = sign_in.failures(session, clock.now() - timedelta(days=DAYS))
    return render_template("attempts/index.html", failures=failures, days=DAYS)
