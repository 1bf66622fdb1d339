"""The public's pages, without an account: submit, track, supplement, withdraw, rate, statistics."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("portal", __name__, url_prefix="/portal")

from webapp.portal import figures, submit, track  # noqa: E402, F401  their views join the blueprint
