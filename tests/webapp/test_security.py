"""Headers, downloads, own pages, assets: what every answer must carry."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from tests.webapp.town import Web
from webapp import assets
from webapp.security import CSP, download, own_page

PAGES = ["/login", "/profile", "/notices", "/people/", "/people/new", "/units/", "/calendar/", "/attempts/", "/nowhere", "/healthz"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_headers(web: Web, path: str) -> None:
    answer = web.client("admin").get(path, follow_redirects=True)
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in CSP
    assert "frame-ancestors 'none'" in CSP


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_scripts_or_styles(web: Web, path: str) -> None:
    text = web.client("admin").get(path, follow_redirects=True).text
    assert not re.search(r"<[^>]+\sstyle=", text)
    assert not re.search(r"<[^>]+\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)


def test_a_name_with_html_in_it_stays_text(web: Web) -> None:
    name = "<script>alert(1)</script>"
    admin = web.client("admin")
    admin.post(f"/people/{web.id_of('handler')}", data={"name": name, "email": "", "active": "1"})
    for path in ("/people/", f"/people/{web.id_of('handler')}", "/profile"):
        text = admin.get(path).text
        assert name not in text
    assert "&lt;script&gt;" in admin.get("/people/").text


@pytest.mark.parametrize("path", ["/static/../engine/settings.py", "/static/%2e%2e/engine/settings.py", "/static/dist/../../session.py"])
def test_static_files_do_not_lead_out_of_their_folder(web: Web, path: str) -> None:
    assert web.client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("target", "own"), [("/cases/1?x=/", "/cases/1?x=/"), (None, None), ("", None), ("//x", None), ("/\\x", None), ("x", None)]
)
def test_own_page_knows_what_is_ours(target: str | None, own: str | None) -> None:
    assert own_page(target) == own


def test_a_download_is_an_attachment_with_a_plain_name(web: Web) -> None:
    with web.app.test_request_context():
        answer = download(b"<script>", '../../..\\交办单"\r\n.docx', "text/html")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert ".." not in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_download_with_a_chinese_name_can_be_sent_by_a_server(web: Web) -> None:
    with web.app.test_request_context():
        header = download(b"x", "营商交〔2026〕1号 交办单.docx", "text/plain").headers["Content-Disposition"]
    header.encode("latin-1")  # what waitress does with it
    assert unquote(header.partition("filename*=UTF-8''")[2]) == "营商交〔2026〕1号 交办单.docx"
    assert 'filename="file.docx"' in header


def test_built_files_are_kept_for_ever_and_others_are_not(web: Web) -> None:
    built = assets.manifest()
    if not built:
        pytest.skip("the frontend is not built")
    answer = web.client().get(f"/static/dist/{built['app']['js']}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    packed = web.client().get(f"/static/dist/{built['app']['css']}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "immutable" not in web.client().get("/static/mark.svg").headers["Cache-Control"]


def test_an_unbuilt_frontend_leaves_pages_that_work(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "manifest", dict)
    answer = web.client("director").get("/profile")
    assert answer.status_code == 200
    assert "<script" not in answer.text


def test_a_given_request_id_is_kept_only_when_it_is_one(web: Web) -> None:
    assert web.client().get("/healthz", headers={"X-Request-Id": "abcdef-123456"}).headers["X-Request-Id"] == "abcdef-123456"
    assert web.client().get("/healthz", headers={"X-Request-Id": "a b <script>"}).headers["X-Request-Id"] != "a b <script>"
