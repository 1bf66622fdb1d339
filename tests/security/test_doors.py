"""Addresses, headers, methods, sizes and rates: what somebody tries who has no business here."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pytest
from werkzeug.routing import IntegerConverter
from werkzeug.test import TestResponse

from tests.security.town import Full
from tests.webapp.town import PASSWORD, Web, make_app
from webapp.security import CSP

OUT = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "....//....//etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd",
    "..\\..\\engine\\db.py", "..%5c..%5cengine%5cdb.py", "%00", "a%00.bpmn", "file:///etc/passwd", "%ff%fe", "x" * 3000,
    "%0d%0aX-Evil:%201",
)  # fmt: skip
AWAY = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/%09/evil.example\n",
    "///evil.example", "/\x00/evil", "javascript:alert(1)", "http:evil.example", "/ /evil.example\r\nX-Evil: 1", "data:text/html,x",
    "//evil.example/%2f..", "@evil.example",
)  # fmt: skip


def guarded(answer: TestResponse) -> bool:
    """Does it carry what every answer must?"""
    headers = answer.headers
    sandboxed = headers.get("Content-Security-Policy") in (CSP, "default-src 'none'; sandbox")
    return sandboxed and headers.get("X-Content-Type-Options") == "nosniff" and headers.get("X-Evil") is None


def test_no_parameter_of_any_address_leads_out(town: Full) -> None:
    browsers = [town.client(name) for name in ("director", "admin")]
    for rule in town.rules("GET"):
        texts = [name for name in rule.arguments if not isinstance(rule._converters[name], IntegerConverter)]
        for name in texts:
            shape = town.path(rule, case_id=town.new, **{name: "PLACE"})
            for out in OUT:
                for browser in browsers:
                    answer = browser.get(shape.replace("PLACE", out))
                    assert answer.status_code in (301, 302, 308, 400, 403, 404, 414), f"{shape} {out}: {answer.status_code}"
                    assert "root:" not in answer.text and "create_engine" not in answer.text
                    assert guarded(answer), f"{shape} {out}"
    for out in OUT:
        answer = town.client().get(f"/static/{out}")
        assert answer.status_code in (308, 400, 403, 404), out
        assert "root:" not in answer.text


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999999999", "1e3", "٣", "1;drop table cases", "0x1"])
def test_a_number_that_is_none_finds_nothing(town: Full, number: str) -> None:
    for rule in town.rules("GET"):
        if rule.arguments & {"case_id", "task_id", "user_id", "incident_id", "letter_id", "version"}:
            shape = town.path(rule, **dict.fromkeys(rule.arguments - {"key", "path"}, 987654))
            answer = town.client("director").get(shape.replace("987654", number))
            assert answer.status_code in (302, 403, 404), f"{shape} {number}: {answer.status_code}"


def test_a_number_or_a_text_beyond_all_bounds_is_no_error_of_the_system(town: Full) -> None:
    huge = "9" * 40
    director, admin = town.client("director"), town.client("admin")
    for path in (
        f"/processes/complaint?version={huge}", f"/cases/?area={huge}&after={huge}", f"/tasks/?tab=posts&area={huge}&after={huge}.{huge}",
        f"/cases/{town.new}?tab=diagram&drawing=%00", "/cases/?q=%00", f"/ledgers/complaints?after={huge}&sort=%00",
        f"/calendar/?year={huge}",
    ):  # fmt: skip
        assert director.get(path).status_code in (200, 400, 404), path
    posts = ((director, f"/cases/{town.new}/files", {"task": huge, "files": (BytesIO(b"a"), "a.txt")}),
             (director, f"/tasks/{town.task_id(town.new)}/assign", {"to": huge}), (director, "/tasks/claim", {"task": huge}),
             (director, f"/cases/{town.new}/acts/remind", {"task": huge}), (admin, f"/people/{town.id_of('handler')}/substitutes",
              {"substitute_id": huge, "starts_on": "2026-03-02", "ends_on": "2026-03-03", "reason": "x"}),
             (admin, f"/people/{town.id_of('handler')}/posts", {"post.role": "lead", "post.unit": "", "post.area": huge}),
             (director, f"/cases/{town.new}/comments", {"body": "a\x00b"}))  # fmt: skip
    for browser, path, sent in posts:
        assert browser.post(path, data=sent).status_code < 500, path


def test_no_form_leads_away_from_the_house(town: Full) -> None:
    for target in AWAY:
        login = town.client().post("/login", data={"account": "director", "password": PASSWORD, "next": target})
        again = town.client("director").get("/login", query_string={"next": target})
        answers = [login, again]
        director = town.client("director")
        for path in ("/views/", "/tasks/claim", "/switch", "/notices/read", f"/cases/{town.new}/watch", f"/cases/{town.new}/comments"):
            sent = {"back": target, "next": target, "body": "备注", "page": "tasks", "name": "x", "query": "", "language": "zh"}
            answers.append(
                director.post(path, data=sent, headers={"Referer": target.strip() if target.isascii() and target.isprintable() else "x"})
            )
        for answer in answers:
            where = answer.headers.get("Location", "/")
            assert answer.status_code < 500
            assert where.startswith("/") and not where.startswith(("//", "/\\")), f"{target!r} leads to {where!r}"
            assert "evil" not in where
            assert guarded(answer)


def test_a_false_host_is_believed_nowhere(town: Full) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    browser = town.client()
    for path in ("/", "/login", "/portal", "/portal/track", "/profile", "/ledgers/", "/cases", "/nowhere", "/healthz"):
        answer = browser.get(path, headers=evil)
        assert "evil.example" not in answer.text, path
        assert "evil.example" not in answer.headers.get("Location", ""), path
    sent = browser.post("/portal/submit", headers=evil, data={
        "title": "窗口没有一次性告知", "narrative": "跑了四趟，每次都说缺一样新的材料，没人说清。", "anonymous": "yes", "consent": "yes",
    }, follow_redirects=True)  # fmt: skip
    assert sent.status_code == 200
    assert "evil.example" not in sent.text


def test_every_answer_is_guarded_also_errors_downloads_and_the_public(town: Full) -> None:
    files, letters = town.files_and_letters(town.closed)
    director, stranger = town.client("director"), town.client()
    answers = {
        "200": director.get(f"/cases/{town.closed}"),
        "file": director.get(f"/cases/{town.closed}/files/{files[0]}"),
        "letter": director.get(f"/cases/{town.closed}/letters/{letters[0]}/file"),
        "drawing": director.get(f"/cases/{town.closed}/drawings/complaint.bpmn"),
        "xlsx": director.get("/ledgers/complaints.xlsx"),
        "302": stranger.get("/cases/"),
        "401": stranger.post("/notices/read"),
        "403": town.client("handler").get("/people/"),
        "404": director.get("/nowhere"),
        "405": director.put("/"),
        "422": director.post(f"/cases/{town.new}/comments", data={"body": ""}),
        "portal": stranger.get("/portal/submit"),
        "static": stranger.get("/static/mark.svg"),
        "health": stranger.get("/readyz"),
        "htmx": director.get("/nowhere", headers={"HX-Request": "true"}),
        "options": director.options(f"/cases/{town.new}"),
        "head": director.head(f"/cases/{town.new}"),
    }
    for name, answer in answers.items():
        assert guarded(answer), name
        assert name in ("static",) or answer.headers["Referrer-Policy"] == "same-origin", name
        assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers, name
        if name in ("file", "letter", "xlsx"):
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "frame-ancestors 'none'" in CSP
    assert answers["head"].data == b""


def test_whoever_is_not_signed_in_learns_nothing_by_any_method(town: Full) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        for rule in town.rules(method):
            view = town.app.view_functions[rule.endpoint]
            if not getattr(view, "public", False):
                answer = town.client().open(town.path(rule, case_id=town.new, task_id=town.task_id(town.new)), method=method)
                assert answer.status_code in ((302,) if method == "GET" else (401,) if method != "OPTIONS" else (200, 401)), (
                    f"{method} {rule.rule}"
                )
                assert "一次性告知" not in answer.text


def test_a_cookie_of_before_is_worth_nothing_after_signing_in(strict_town: Full) -> None:
    browser = strict_town.client()
    token = _token(browser.get("/login"))
    before = browser.get_cookie("duban")
    browser.post("/login", data={"account": "director", "password": PASSWORD, "csrf_token": token})
    after = browser.get_cookie("duban")
    assert before is not None and (after is None or before.value != after.value)
    thief = strict_town.client()
    thief.set_cookie("duban", before.value)
    assert thief.get("/profile").status_code == 302
    assert browser.post("/notices/read", data={"csrf_token": token}).status_code == 400
    assert browser.post("/notices/read", data={"csrf_token": _token(browser.get("/profile"))}).status_code == 302


def test_a_planted_sign_in_is_replaced_and_its_owner_stays_outside(town: Full) -> None:
    name = town.app.config["SIGN_IN_COOKIE"]
    attacker, victim = town.client("publicity"), town.client()
    planted = attacker.get_cookie(name)
    assert planted is not None
    victim.set_cookie(name, planted.value)
    victim.post("/logout")
    victim.post("/login", data={"account": "director", "password": PASSWORD})
    mine = victim.get_cookie(name)
    assert mine is not None and mine.value != planted.value
    assert attacker.get("/profile").status_code == 302  # signing out has ended the planted session in the database


def test_signing_out_ends_the_session_on_the_server(town: Full) -> None:
    browser = town.client("director")
    name = town.app.config["SIGN_IN_COOKIE"]
    kept = browser.get_cookie(name)
    assert kept is not None and browser.get("/profile").status_code == 200
    browser.post("/logout")
    browser.set_cookie(name, kept.value)
    assert browser.get("/profile").status_code == 302


def test_too_large_a_request_is_refused_with_a_sentence(town: Full) -> None:
    small = Web(make_app(replace(town.house.settings, request_bytes=20_000)))
    for account, path in ((None, "/portal/submit"), ("director", f"/cases/{town.new}/files"), (None, "/login")):
        answer = small.client(account).post(path, data={"files": (BytesIO(b"x" * 50_000), "a.txt"), "title": "x"})
        assert answer.status_code == 413, path
        assert "太大" in answer.text
        assert guarded(answer)
    small.house.engine.dispose()


def test_a_form_of_very_many_fields_is_refused(town: Full) -> None:
    sent = {f"f{number}": (BytesIO(b"x"), "a") for number in range(2500)}
    answer = town.client("director").post(f"/cases/{town.new}/comments", data=sent)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "sent", "most"),
    [
        ("/login", {"account": "nobody", "password": "x"}, 30),
        ("/portal/track", {"number": "营商投诉〔2026〕0001", "code": "AAAA"}, 10),
        ("/portal/submit", {"title": ""}, 60),
    ],
)
def test_too_many_tries_are_told_to_wait(town: Full, path: str, sent: dict[str, str], most: int) -> None:
    limited = Web(make_app(replace(town.house.settings, rate_limits=True)))
    browser = limited.client()
    answers = [browser.post(path, data=sent) for _ in range(most + 1)]
    assert {answer.status_code for answer in answers[:most]} == {422}
    assert answers[-1].status_code == 429
    assert "操作太频繁" in answers[-1].text
    assert answers[-1].headers["Retry-After"]
    assert guarded(answers[-1])
    assert browser.get("/portal").status_code == 200
    limited.house.engine.dispose()


def _token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]
