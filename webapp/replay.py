"""Nothing typed is lost: a form that arrives after the sign-in or its token has ended is given back, to be sent once more."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from webapp.security import same_origin

LIMIT = 400  # fields
KEPT_BACK = ("csrf_token", "password", "old", "new", "again")  # tokens and passwords are never given back


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was sent: where to, with what. Files cannot be given back; ``files`` says that there were some."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: bool


def typed() -> Typed | None:
    """The form of this request, when a page of this house sent it; None for anything else, so that no other site can plant one."""
    if request.method != "POST" or not request.form or not same_origin() or request.headers.get("HX-Request"):
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name not in KEPT_BACK)
    if len(fields) > LIMIT or request.path == "/login":
        return None
    return Typed(request.full_path.rstrip("?"), fields, bool(request.files))
