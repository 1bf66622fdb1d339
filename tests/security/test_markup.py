"""HTML in names: whatever a person, a unit, a case, a file or a remark is called, it is text on every page that any role can reach."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openpyxl import load_workbook
from sqlalchemy import JSON, LargeBinary, String, Text

import webapp
from engine.migrations import metadata
from tests.security.town import Full
from tests.webapp.town import ROLES
from webapp.security import CSP

MARK = "\"'><img src=x onerror=alert(1)>"
THOROUGH = {"director": 2, "handler": 2, "discipline": 2, "admin": 2}  # roles that see two pages of each kind, others one
RAW = re.compile(r"<img src=x|\"'>")
FREE_TEXT = {
    "users": ("name", "email"),
    "units": ("name", "name_en"),
    "action_groups": ("name", "name_en"),
    "cases": ("title", "narrative", "summary", "about", "category", "public_summary", "number", "outcome", "channel", "priority", "facts"),
    "comments": ("author", "body"),
    "attachments": ("name", "uploaded_by"),
    "letters": ("title", "number"),
    "ledger_rows": ("problem", "cause", "measure", "standard", "owner", "facts"),
    "saved_views": ("name", "query"),
    "tasks": ("name", "answers", "limit_name"),
    "drafts": ("answers",),
    "notices": ("subject", "body"),
    "incidents": ("sentence", "trace"),
    "definitions": ("name", "note", "deployed_by"),
    "calendar_days": ("name",),
    "substitutions": ("reason",),
    "login_attempts": ("account", "address"),
    "journal": ("actor", "subject", "data"),
    "limit_changes": ("reason",),
}
TEMPLATES = Path(webapp.__file__).parent / "templates"
STARTS = (
    "/", "/tasks/?tab=posts", "/tasks/?tab=unit", "/tasks/?tab=watched", "/cases/", "/ledgers/complaints", "/ledgers/rectifications",
    "/ledgers/referrals", "/ledgers/complaints?print=1", "/notices", "/profile", "/people/", "/people/new", "/units/", "/attempts/",
    "/calendar/?year=2026", "/processes/", "/incidents/?all=1", "/cases/1/print", "/cases/2/print", "/portal", "/portal/statistics",
)  # fmt: skip


def poison(town: Full) -> None:
    """Put the mark at the end of every free text of the database."""
    tables = metadata().tables
    with town.house.engine.begin() as connection:
        for table, columns in FREE_TEXT.items():
            kinds = {column: tables[table].c[column].type for column in columns}
            assert not [column for column, kind in kinds.items() if isinstance(kind, LargeBinary)]
            for column, kind in kinds.items():
                if isinstance(kind, String | Text):
                    connection.exec_driver_sql(f'UPDATE "{table}" SET "{column}" = "{column}" || ?', (MARK,))
                else:
                    assert isinstance(getattr(kind, "impl", kind), JSON), (table, column)
                    _poison_json(connection, table, column)


def _poison_json(connection: Any, table: str, column: str) -> None:
    for number, text in connection.exec_driver_sql(f'SELECT rowid, "{column}" FROM "{table}"').all():
        value = json.dumps(_marked(json.loads(text)) if text else text, ensure_ascii=False)
        connection.exec_driver_sql(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, number))


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    plain = not isinstance(value, str) or re.fullmatch(r"[a-z0-9_./:-]*|\d{4}-.*", value)  # words that code reads, moments
    return value if plain else value + MARK


def crawl(town: Full, account: str) -> dict[str, Any]:
    """Every kind of page that ``account`` reaches by links, whatever its numbers and the values of its query."""
    browser, found, seen = town.client(account), {}, Counter[Any]()
    waiting, most = deque(STARTS), THOROUGH.get(account, 1)
    while waiting:
        path = waiting.popleft()
        parts = urlsplit(path)
        tab = dict(parse_qsl(parts.query)).get("tab", "")
        kind = (re.sub(r"\d+", "N", parts.path), tab, *sorted(key for key, _ in parse_qsl(parts.query)))
        if (
            path in found
            or seen[kind] == most
            or parts.scheme
            or parts.netloc
            or not parts.path.startswith("/")
            or parts.path.startswith("/static/")
        ):
            continue
        seen[kind] += 1
        answer = browser.get(path)
        found[path] = answer
        if answer.mimetype == "text/html":
            waiting.extend(unescape(link) for link in re.findall(r'\shref="([^"#]+)', answer.text))
        elif answer.status_code in (301, 302, 303):
            waiting.append(answer.headers["Location"])
    return found


@pytest.mark.parametrize("account", ROLES)
def test_no_name_becomes_markup_on_any_page_of_any_role(town: Full, account: str) -> None:
    poison(town)
    pages = crawl(town, account)
    assert len(pages) > 15
    marked = 0
    for path, answer in pages.items():
        assert answer.status_code < 500, f"{account} {path}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Content-Security-Policy"] in (CSP, "default-src 'none'; sandbox"), path
        if answer.mimetype == "text/html":
            assert not RAW.search(answer.text), f"{account} {path}: {_around(answer.text)}"
            marked += "&lt;img src=x" in answer.text
        elif answer.mimetype.endswith("sheet"):
            _no_formula(answer.data)
    assert marked > 3, "the mark was shown nowhere: the test has lost its way"


def _around(text: str) -> str:
    found = RAW.search(text)
    return text[max(0, found.start() - 120) : found.end() + 40] if found else ""


def _no_formula(content: bytes) -> None:
    cells = [cell for row in load_workbook(BytesIO(content)).active.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝"])
def test_no_cell_of_any_export_begins_like_a_formula(town: Full, beginning: str) -> None:
    attack = beginning + "cmd|'/c calc'!A1"
    with town.house.engine.begin() as connection:
        for table, columns in FREE_TEXT.items():
            for column in columns if table in ("cases", "ledger_rows", "units") else ():
                if column not in ("facts", "number"):
                    connection.exec_driver_sql(f'UPDATE "{table}" SET "{column}" = ?', (attack,))
    for name in ("complaints", "rectifications", "referrals"):
        answer = town.client("director").get(f"/ledgers/{name}.xlsx")
        assert answer.status_code == 200
        book = load_workbook(BytesIO(answer.data))
        cells = [cell for row in book.active.iter_rows(min_row=2) for cell in row if isinstance(cell.value, str)]
        assert cells, name
        assert not [cell.value for cell in cells if cell.data_type == "f" or cell.value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


def test_no_template_translates_what_it_did_not_write_itself() -> None:
    """``_`` of a template gives markup: with a text from the database it would be a hole; ``said`` gives text."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        assert not re.search(r"(?<![\w.])(_|gettext|ngettext)\((?!\s*['\"])", path.read_text()), path
        assert set(re.findall(r"(\w+) ?\| ?safe", path.read_text())) <= {"common"}, path


def test_what_a_reporter_is_called_is_text_on_the_portal_and_on_the_page_that_opens_it(town: Full) -> None:
    complaint = town.submit(title="投诉" + MARK, narrative="内容写在这里，足够长。" + MARK, name="赵" + MARK, about=MARK)
    assert not RAW.search(complaint.tracked())
    opened = town.client("intake").post(f"/cases/{complaint.id}/acts/identity", data={"reason": "核实情况需要联系" + MARK})
    assert opened.status_code == 200
    assert not RAW.search(opened.text)
    assert "&lt;img src=x" in opened.text


@pytest.mark.parametrize("path", ["/login", "/portal/track", "/portal/submit", "/cases/", "/tasks/", "/people/", "/ledgers/complaints"])
def test_what_was_typed_comes_back_as_text(town: Full, path: str) -> None:
    browser = town.client("admin" if path == "/people/" else None if path.startswith(("/login", "/portal")) else "director")
    given = dict.fromkeys(
        ("q", "account", "number", "code", "title", "narrative", "name", "phone", "unit", "sort", "tab", "next", "typed.x", "view"), MARK
    )
    for answer in (browser.get(path, query_string=given), browser.post(path, data=given)):
        assert answer.status_code < 500
        assert not RAW.search(answer.text), _around(answer.text)
