"""Rows of the pages for work: home, inbox, tasks, cases, ledgers, incidents, saved views. What is not there gives 404."""

from __future__ import annotations

from tests.webapp.routes import EVERYBODY, OFFICE, Row, _rows

REFERRAL = frozenset({"discipline", "director", "leader", "auditor"})
OPERATORS = frozenset({"admin", "designer", "auditor"})

ROWS: list[Row] = [
    *_rows(
        EVERYBODY,
        ("GET", "/", 200),
        ("GET", "/tasks/", 200),
        ("GET", "/tasks/99999", 404),
        ("POST", "/tasks/99999", 404),
        ("POST", "/tasks/99999/fields", 404),
        ("POST", "/tasks/99999/draft", 404),
        ("POST", "/tasks/99999/claim", 404),
        ("POST", "/tasks/99999/unclaim", 404),
        ("POST", "/tasks/99999/delegate", 404),
        ("POST", "/tasks/99999/give-back", 404),
        ("POST", "/tasks/99999/take-back", 404),
        ("POST", "/tasks/99999/assign", 404),
        ("POST", "/tasks/claim", 303),
        ("POST", "/tasks/assign", 303),
        ("GET", "/cases/", 200),
        ("GET", "/cases/99999", 404),
        ("GET", "/cases/99999/print", 404),
        ("GET", "/cases/99999/drawings/complaint.bpmn", 404),
        ("POST", "/cases/99999/comments", 404),
        ("POST", "/cases/99999/files", 404),
        ("GET", "/cases/99999/files/1", 404),
        ("GET", "/cases/99999/letters/1", 404),
        ("GET", "/cases/99999/letters/1/file", 404),
        ("POST", "/cases/99999/watch", 404),
        ("POST", "/cases/99999/acts/remind", 404),
        ("GET", "/ledgers/", 302),
        ("GET", "/ledgers/complaints", 200),
        ("GET", "/ledgers/rectifications", 200),
        ("GET", "/ledgers/complaints.xlsx", 200),
        ("POST", "/views/", 303),
        ("POST", "/views/99999/remove", 303),
    ),
    *_rows(OFFICE, ("GET", "/cases/new", 200), ("POST", "/cases/new", 422)),
    *_rows(REFERRAL, ("GET", "/ledgers/referrals", 200), ("GET", "/ledgers/referrals.xlsx", 200)),
    *_rows(OPERATORS, ("GET", "/incidents/", 200), ("GET", "/incidents/99999", 404)),
    *_rows(
        frozenset({"admin"}),
        ("POST", "/incidents/99999/retry", 303),
        ("POST", "/incidents/99999/dismiss", 422),
        ("POST", "/incidents/unsent/99999/retry", 303),
    ),
]
