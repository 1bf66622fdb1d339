"""Who may do what on which address: every route × every role, with the expected answer.

One ``Row`` a route and method. ``who``: PUBLIC (also without signing in), EVERYBODY (who is signed in) or the accounts of
town.ROLES that may. Whoever may not gets 403 (404 where ``hidden``: they may not know that it exists); a stranger is sent to
the login page (GET) or gets 401. ``ok`` is the answer to those who may: samples name things that do not exist, so that nothing is
changed, and 404 or 422 is then what permission looks like.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.webapp.town import ROLES

PUBLIC = frozenset({"*"})
EVERYBODY = frozenset(ROLES)
OFFICE = frozenset({"intake", "supervision", "director"})


@dataclass(frozen=True)
class Row:
    """One route and method."""

    method: str
    path: str
    who: frozenset[str]
    ok: int = 200
    form: dict[str, str] = field(default_factory=dict)
    hidden: bool = False


def _rows(who: frozenset[str], *given: tuple[str, str, int]) -> list[Row]:
    return [Row(method, path, who, ok) for method, path, ok in given]


FRAME = [
    *_rows(
        PUBLIC,
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/static/mark.svg", 200),
        ("GET", "/login", 200),
        ("POST", "/login", 422),
        ("POST", "/logout", 302),
        ("POST", "/switch", 302),
    ),
    *_rows(
        EVERYBODY,
        ("GET", "/notices", 200),
        ("POST", "/notices/99999/open", 404),
        ("POST", "/notices/read", 302),
        ("GET", "/profile", 200),
        ("POST", "/profile/notices", 302),
        ("POST", "/profile/password", 422),
        ("POST", "/profile/substitute", 422),
        ("GET", "/calendar/", 200),
    ),
    Row("POST", "/profile/substitute/99999/end", frozenset()),
    *_rows(
        frozenset({"admin", "auditor"}),
        ("GET", "/people/", 200),
        ("GET", "/people/99999", 404),
        ("GET", "/units/", 200),
        ("GET", "/attempts/", 200),
    ),
    Row("GET", "/journal/", frozenset({"auditor"})),
    *_rows(
        frozenset({"admin"}),
        ("GET", "/people/new", 200),
        ("POST", "/people/", 422),
        ("POST", "/people/99999", 404),
        ("POST", "/people/99999/posts", 404),
        ("POST", "/people/99999/password", 404),
        ("POST", "/people/99999/substitutes", 404),
        ("POST", "/people/99999/substitutes/99999/end", 404),
        ("POST", "/units/", 422),
        ("POST", "/units/no-such-unit", 404),
        ("POST", "/units/groups/99", 404),
        ("POST", "/calendar/", 422),
        ("POST", "/calendar/2026-03-02/clear", 404),
    ),
    *_rows(
        OFFICE | {"leader", "designer", "admin", "auditor"},
        ("GET", "/processes/", 200),
        ("GET", "/processes/no-such-process", 404),
        ("GET", "/processes/no-such-process/1/diagram", 404),
        ("GET", "/processes/no-such-process/1/files/forms/x.form", 404),
    ),
]

ROWS: list[Row] = [*FRAME]  # those of cases and of the portal are in routes_work.py and routes_portal.py
