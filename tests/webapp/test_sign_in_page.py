"""Signing in and out in a browser: sessions, limits, redirects, forms that came too late."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.webapp.town import PASSWORD, Web, make_app

OURS = {"Sec-Fetch-Site": "same-origin"}


def _token(browser: FlaskClient, path: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found
    return found.group(1)


def _without_token(page: str) -> str:
    return re.sub(r'(value=|Token": )"[A-Za-z0-9._-]{60,}"', "", page)


def _sign_in(browser: FlaskClient, **more: str):
    return browser.post("/login", data={"account": "director", "password": PASSWORD, **more})


def test_the_right_password_leads_in(web: Web) -> None:
    browser = web.client()
    assert _sign_in(browser).status_code == 302
    assert browser.get("/profile").status_code == 200


def test_a_wrong_password_and_an_unknown_account_get_the_same_sentence(web: Web) -> None:
    wrong = web.client().post("/login", data={"account": "director", "password": "nonsense"})
    unknown = web.client().post("/login", data={"account": "nobody", "password": "nonsense"})
    assert wrong.status_code == unknown.status_code == 422
    assert "账号或密码不对" in wrong.text
    assert _without_token(wrong.text).replace("director", "nobody") == _without_token(unknown.text)


def test_after_five_failures_even_the_right_password_waits(web: Web) -> None:
    browser = web.client()
    for _ in range(5):
        browser.post("/login", data={"account": "director", "password": "nonsense"})
    assert "登录失败次数太多" in _sign_in(browser).text


def test_signing_in_gives_new_cookies_and_keeps_nothing_of_before(web: Web) -> None:
    browser = web.client()
    with browser.session_transaction() as before:
        before["planted"] = "by somebody else"
        before["language"] = "en"
    browser.set_cookie(web.app.config["SIGN_IN_COOKIE"], "planted-token")
    _sign_in(browser)
    with browser.session_transaction() as after:
        assert "planted" not in after
        assert after["language"] == "en"
    cookie = browser.get_cookie(web.app.config["SIGN_IN_COOKIE"])
    assert cookie is not None
    assert cookie.value != "planted-token"
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_two_sign_ins_of_one_person_have_different_tokens(web: Web) -> None:
    one, other = web.client(), web.client()
    _sign_in(one)
    _sign_in(other)
    name = web.app.config["SIGN_IN_COOKIE"]
    assert one.get_cookie(name).value != other.get_cookie(name).value  # type: ignore[union-attr]


def test_after_signing_out_the_old_token_opens_nothing(web: Web) -> None:
    browser = web.client()
    _sign_in(browser)
    stolen = browser.get_cookie(web.app.config["SIGN_IN_COOKIE"])
    assert stolen is not None
    browser.post("/logout")
    thief = web.client()
    thief.set_cookie(web.app.config["SIGN_IN_COOKIE"], stolen.value)
    assert thief.get("/profile").status_code == 302


def test_a_token_in_use_is_exchanged_every_half_hour(web: Web, frozen) -> None:
    browser, other = web.client("director"), web.client()
    name = web.app.config["SIGN_IN_COOKIE"]
    old = browser.get_cookie(name).value
    frozen.forward(minutes=29)
    browser.get("/profile")
    assert browser.get_cookie(name).value == old
    frozen.forward(minutes=2)
    assert browser.get("/profile").status_code == 200
    new = browser.get_cookie(name)
    assert new.value != old and new.http_only
    other.set_cookie(name, old)
    assert other.get("/profile").status_code == 200
    frozen.forward(minutes=2)
    assert other.get("/profile").status_code == 302
    assert browser.get("/profile").status_code == 200


def test_a_session_lasts_as_long_as_the_settings_say(web: Web, frozen) -> None:
    web.app.extensions["house"].settings = replace(web.house.settings, session_hours=1)
    browser = web.client()
    assert _sign_in(browser).status_code == 302
    frozen.forward(minutes=59)
    assert browser.get("/profile").status_code == 200
    frozen.forward(minutes=2)
    assert browser.get("/profile").status_code == 302


def test_a_session_that_was_idle_for_hours_is_over(web: Web, frozen) -> None:
    browser = web.client("director")
    assert browser.get("/profile").status_code == 200
    frozen.forward(hours=3)
    assert browser.get("/profile").status_code == 302


def test_a_deactivated_person_is_out_at_once(web: Web) -> None:
    browser = web.client("handler")
    web.client("admin").post(f"/people/{web.id_of('handler')}", data={"name": "handler", "email": ""})
    assert browser.get("/profile").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "http:/evil",
    ],
)
def test_next_never_leads_away(web: Web, target: str) -> None:
    assert _sign_in(web.client(), next=target).headers["Location"] == "/"


def test_next_leads_to_the_page_that_was_asked_for(web: Web) -> None:
    asked = web.client().get("/profile?x=1")
    assert asked.headers["Location"] == "/login?next=/profile?x%3D1"
    assert _sign_in(web.client(), next="/profile?x=1").headers["Location"] == "/profile?x=1"


def test_a_form_without_token_is_refused(strict_web: Web) -> None:
    assert strict_web.client("director").post("/notices/read").status_code == 400


def test_a_form_with_its_token_is_taken(strict_web: Web) -> None:
    browser = strict_web.client("director")
    token = _token(browser, "/profile")
    assert browser.post("/notices/read", data={"csrf_token": token}).status_code == 302


def test_a_form_of_another_site_is_refused_and_not_offered_again(strict_web: Web) -> None:
    answer = strict_web.client("director").post("/profile/notices", data={"webhook": "planted"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "planted" not in answer.text


def test_what_was_typed_comes_back_when_the_token_is_too_old(strict_web: Web) -> None:
    answer = strict_web.client("director").post("/profile/notices", data={"webhook": "typed with care"}, headers=OURS)
    assert answer.status_code == 400
    assert 'value="typed with care"' in answer.text
    assert 'action="/profile/notices"' in answer.text


def test_what_was_typed_survives_a_lost_sign_in(web: Web) -> None:
    browser = web.client()
    lost = browser.post("/profile/notices", data={"webhook": "typed with care"}, headers=OURS)
    assert lost.status_code == 401
    assert 'name="typed.webhook" value="typed with care"' in lost.text
    back = browser.post(
        "/login", data={"account": "director", "password": PASSWORD, "typed_path": "/profile/notices", "typed.webhook": "typed with care"}
    )
    assert back.status_code == 200
    assert 'action="/profile/notices"' in back.text
    assert 'name="webhook" value="typed with care"' in back.text


def test_a_wrong_password_does_not_lose_it_either(web: Web) -> None:
    typed = {"typed_path": "/profile/notices", "typed.webhook": "typed with care"}
    again = web.client().post("/login", data={"account": "director", "password": "nonsense", **typed})
    assert 'name="typed.webhook" value="typed with care"' in again.text


def test_passwords_are_never_given_back(web: Web) -> None:
    lost = web.client().post("/profile/password", data={"old": "old secret", "new": "new secret", "again": "new secret"}, headers=OURS)
    assert lost.status_code == 401
    assert "secret" not in lost.text


def test_only_a_demo_lists_its_accounts(web: Web, tmp_path: Path) -> None:
    assert "director先生" not in web.client().get("/login").text
    demo = Web(make_app(replace(web.house.settings, demo=True)))
    assert "director先生" in demo.client().get("/login").text


def test_an_empty_house_says_how_to_make_the_first_administrator(sqlite: str, tmp_path: Path, web: Web) -> None:
    empty = Web(make_app(replace(web.house.settings, database_url=sqlite)))
    assert "make-admin" in empty.client().get("/login").text
    assert "make-admin" not in web.client().get("/login").text


def test_with_https_the_cookies_are_secure(web: Web) -> None:
    safe = Web(make_app(replace(web.house.settings, base_url="https://duban.example")))
    answer = safe.client().post("/login", data={"account": "director", "password": PASSWORD}, base_url="https://duban.example")
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(each.startswith("__Host-duban-sign-in=") for each in cookies)
    assert all("Secure" in each and "HttpOnly" in each for each in cookies)
    assert "max-age" in answer.headers["Strict-Transport-Security"]
