"""No form is taken without its token: every address that changes something, with a person who may do it."""

from __future__ import annotations

import re

import pytest

from tests.security.town import Full


def test_every_form_needs_its_token_and_changes_nothing_without(strict_town: Full) -> None:
    before, paths = strict_town.everything(), []
    for rule in strict_town.rules("POST"):
        path = strict_town.path(rule, case_id=strict_town.new, task_id=strict_town.task_id(strict_town.new), name="identity")
        for account in ("admin", "director", "intake", None):
            browser = strict_town.client(account)
            for data in ({}, {"csrf_token": "planted"}):
                answer = browser.post(path, data=data)
                assert answer.status_code == 400, f"{account} {path}: {answer.status_code}"
        paths.append(path)
    assert len(paths) > 40
    assert strict_town.everything() == before


def test_nothing_is_changed_by_reading(strict_town: Full) -> None:
    """GET and HEAD change nothing, so that a picture on another site can do no harm."""
    before = strict_town.everything()
    browser = strict_town.client("director")
    for rule in strict_town.rules("GET"):
        for method in ("GET", "HEAD"):
            answer = browser.open(
                strict_town.path(rule, case_id=strict_town.new, task_id=strict_town.task_id(strict_town.new)), method=method
            )
            assert answer.status_code < 500, rule.rule
    assert strict_town.everything() == before


def test_a_token_of_somebody_elses_browser_is_refused(strict_town: Full) -> None:
    page = strict_town.client("intake").get("/profile").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    director = strict_town.client("director")
    director.get("/profile")
    assert director.post("/notices/read", data={"csrf_token": token[1]}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "BREW"])
def test_odd_methods_are_refused(strict_town: Full, method: str) -> None:
    before = strict_town.everything()
    for path in ("/", "/login", "/portal", "/portal/submit", f"/cases/{strict_town.new}", "/people/", "/healthz", "/static/mark.svg"):
        answer = strict_town.client("director").open(path, method=method)
        assert answer.status_code in (400, 405), f"{method} {path}: {answer.status_code}"
    assert strict_town.everything() == before


def test_a_method_hidden_in_a_form_or_a_header_is_not_obeyed(strict_town: Full) -> None:
    before = strict_town.everything()
    browser = strict_town.client("director")
    path = f"/cases/{strict_town.new}/comments"
    for headers in ({"X-HTTP-Method-Override": "POST"}, {"X-HTTP-Method": "POST"}, {"X-Method-Override": "POST"}):
        assert browser.get(f"{path}?_method=POST&body=x", headers=headers).status_code == 405
    assert strict_town.everything() == before
