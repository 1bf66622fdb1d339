"""Pages for what goes wrong: a sentence, a status, no data."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable

import pytest
from flask import abort
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from tests.webapp.town import Web, make_app
from webapp.errors import TITLES
from webapp.session import public

SECRET = "13900001111"


def _raising(web: Web, raising: Callable[[], object]) -> Web:
    """The same house with one more page, which fails."""
    made = make_app(web.house.settings)

    @made.get("/fail")
    @public
    def fail() -> str:
        raising()
        return "it did not fail"

    return Web(made)


def _raise(error: Exception) -> Callable[[], object]:
    def act() -> None:
        raise error

    return act


@pytest.mark.parametrize("status", sorted(set(TITLES) - {401}))
def test_each_status_has_its_page_in_both_languages(web: Web, status: int) -> None:
    browser = _raising(web, lambda: abort(status) if status != 410 else abort(410)).client()
    chinese = browser.get("/fail")
    assert chinese.status_code == status
    assert str(TITLES[status]._args[0]) in chinese.text
    browser.post("/switch", data={"language": "en"})
    english = browser.get("/fail")
    assert 'lang="en"' in english.text
    assert str(TITLES[status]._args[0]) not in english.text


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotFound("没有这个案件。"), 404), (Forbidden("没有权限。"), 403), (Invalid("日期不对。"), 422), (Conflict("已被办理。"), 409)],
)
def test_a_refusal_is_said_with_its_sentence(web: Web, error: Exception, status: int) -> None:
    answer = _raising(web, _raise(error)).client().get("/fail")
    assert answer.status_code == status
    assert str(error) in answer.text


def test_a_conflict_says_who_was_faster(web: Web) -> None:
    error = Conflict("此事项已被他人办理。", by="张莉", at="2026-03-02 09:00")
    assert "张莉" in _raising(web, _raise(error)).client().get("/fail").text


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT 1", {"phone": SECRET}, sqlite3.OperationalError(f"database or disk is full {SECRET}")),
        OSError(errno.ENOSPC, "No space left on device", f"/files/{SECRET}"),
    ],
)
def test_a_full_disk_or_a_lost_database_is_503(web: Web, error: Exception) -> None:
    answer = _raising(web, _raise(error)).client("director").get("/fail")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "error", [RuntimeError(SECRET), IntegrityError("INSERT", {"phone": SECRET}, sqlite3.IntegrityError(SECRET)), ValueError(SECRET)]
)
def test_an_unexpected_error_shows_and_logs_no_data(web: Web, error: Exception, capfd: pytest.CaptureFixture[str]) -> None:
    from dataclasses import replace

    from webapp import logs

    logs.configure(replace(web.house.settings, log_level="INFO"))
    answer = _raising(web, _raise(error)).client().get("/fail?phone=" + SECRET)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    written = capfd.readouterr().err
    assert "unexpected" in written
    assert SECRET not in answer.text
    assert SECRET not in written


def test_when_the_database_is_away_a_page_for_people_says_503(web: Web) -> None:
    browser = web.client("director")
    web.house.sessions.read = _raise(OperationalError("SELECT", {}, sqlite3.OperationalError("gone")))  # type: ignore[method-assign]
    assert browser.get("/profile").status_code == 503
    assert browser.get("/readyz").status_code == 503
    assert browser.get("/healthz").status_code == 200


def test_a_database_that_lacks_a_migration_is_not_ready(web: Web) -> None:
    browser = web.client()
    assert browser.get("/readyz").status_code == 200
    with web.house.sessions.begin() as session:
        session.execute(text("DELETE FROM alembic_version"))
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.json["problems"]) == (503, ["migrations"])


def test_htmx_gets_a_part_not_a_page(web: Web) -> None:
    answer = web.client("director").get("/nowhere", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert "<html" not in answer.text


def test_too_large_a_request_is_413(web: Web) -> None:
    from dataclasses import replace

    small = Web(make_app(replace(web.house.settings, request_bytes=1000)))
    answer = small.client("director").post("/profile/notices", data={"webhook": "x" * 2000})
    assert answer.status_code == 413


def test_too_many_tries_are_429(web: Web) -> None:
    from dataclasses import replace

    limited = Web(make_app(replace(web.house.settings, rate_limits=True)))
    browser = limited.client()
    answers = [browser.post("/login", data={"account": "nobody", "password": "x"}).status_code for _ in range(31)]
    assert answers[-1] == 429
