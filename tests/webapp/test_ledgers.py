"""Ledgers: filtered, sorted, with chosen columns, and exported exactly as seen."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from engine.cases.models import Case
from tests.webapp.busy import Busy


def sheet(browser: FlaskClient, path: str) -> list[tuple[Any, ...]]:
    """The rows of an export, the head first."""
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))


def seen(page: str) -> list[list[str]]:
    """The cells of the table on a page, as text."""
    rows = re.findall(r"<tr data-row>(.*?)</tr>", page, re.S)
    return [
        [re.sub(r"<svg.*?</svg>|<[^>]+>", "", cell, flags=re.S).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]
        for row in rows
    ]


@pytest.mark.parametrize("query", ["", "?state=closed", "?sort=title&columns=number.title.place", "?q=工程款&columns=number.reds.returns"])
def test_the_export_has_the_rows_columns_and_order_that_are_seen(busy: Busy, query: str) -> None:
    browser = busy.client("director")
    page = browser.get(f"/ledgers/complaints{query}").text
    link = re.search(r'href="(/ledgers/complaints\.xlsx[^"]*)"', page)
    assert link
    head, *rows = sheet(browser, link[1].replace("&amp;", "&"))
    labels = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    assert list(head) == labels
    assert [row[0] for row in rows] == [row[0] for row in seen(page)]
    at = labels.index("事项") if "事项" in labels else 0
    assert [row[at] for row in rows] == [row[at] for row in seen(page)]


def test_an_export_is_ready_to_print_and_its_days_are_days(busy: Busy) -> None:
    answer = busy.client("director").get("/ledgers/complaints.xlsx?columns=number.received_at")
    page = load_workbook(io.BytesIO(answer.data)).active
    assert (page.page_setup.orientation, page.print_title_rows, page.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", "$1:$1", True)
    assert {(row[1].value.isoformat(), row[1].number_format) for row in page.iter_rows(min_row=2)} == {
        ("2026-03-02T00:00:00", "yyyy-mm-dd")
    }


def test_no_cell_of_an_export_is_a_formula(busy: Busy) -> None:
    evil = ['=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(1)", "\t=1", "=cmd|' /C calc'!A0"]
    for number, title in enumerate(evil):
        with busy.house.sessions.begin() as session:
            session.get_one(Case, busy.signing).title = title
        answer = busy.client("director").get("/ledgers/complaints.xlsx?columns=number.title")
        cells = [cell for row in load_workbook(io.BytesIO(answer.data)).active.iter_rows(min_row=2) for cell in row]
        assert all(cell.data_type != "f" for cell in cells), number
        text = [str(cell.value) for cell in cells]
        assert "'" + title in text
        assert not any(one.startswith(("=", "+", "-", "@", "\t")) for one in text)


def test_a_ledger_of_referrals_is_for_those_who_read_referrals(busy: Busy) -> None:
    busy.act("supervision", busy.signing, "accountability", reason="有为官不为的线索")
    number = busy.caused(busy.signing, "accountability")[0].number
    assert number in busy.client("discipline").get("/ledgers/referrals").text
    for account in ("supervision", "handler", "lead", "admin"):
        browser = busy.client(account)
        assert browser.get("/ledgers/referrals").status_code == 403
        assert browser.get("/ledgers/referrals.xlsx").status_code == 403
        assert "referrals" not in browser.get("/ledgers/complaints").text
    assert busy.client("director").get("/ledgers/no-such-ledger").status_code == 404


def test_rectifications_stand_in_their_ledger_for_the_unit_and_the_office(busy: Busy) -> None:
    for account in ("handler", "director"):
        assert len(seen(busy.client(account).get("/ledgers/rectifications").text)) == 1
    assert seen(busy.client("other-handler").get("/ledgers/rectifications").text) == []
    assert seen(busy.client("director").get("/ledgers/rectifications?state=open").text) == []
    assert len(seen(busy.client("director").get("/ledgers/rectifications?state=struck-off&unit=market-bureau").text)) == 1


def test_totals_count_all_rows_and_sum_the_figures(busy: Busy) -> None:
    with busy.house.sessions.begin() as session:
        session.get_one(Case, busy.signing).returns = 2
        session.get_one(Case, busy.closed).returns = 1
    page = busy.client("director").get("/ledgers/complaints?columns=number.returns").text
    assert "共 3 行" in page
    assert re.search(r"退回次数 <b>3</b>", page)


def test_a_ledger_needs_no_more_statements_for_more_rows(busy: Busy, count_statements) -> None:  # type: ignore[no-untyped-def]
    browser = busy.client("director")
    with count_statements(busy.house.engine) as few:
        browser.get("/ledgers/complaints")
    for number in range(6):
        busy.submit(title=f"第{number}件", narrative=f"第{number}件的内容，与前面的各不相同。")
    with count_statements(busy.house.engine) as many:
        page = browser.get("/ledgers/complaints").text
    assert len(seen(page)) == 9
    assert len(many) == len(few) <= 20


def test_the_print_view_has_the_same_filter_and_a_letterhead(busy: Busy) -> None:
    page = busy.client("director").get("/ledgers/complaints?state=closed&print=1").text
    assert "海城市营商环境监督办公室" in page
    assert "收费不开票据" in page and "工程款拖欠三年" not in page


def test_a_saved_view_keeps_filter_and_columns_for_its_owner_only(busy: Busy) -> None:
    browser = busy.client("director")
    data = {"page": "ledgers/complaints", "name": " 已销号 ", "query": "state=closed&columns=number.title", "back": "/ledgers/complaints"}
    assert browser.post("/views/", data=data).location == "/ledgers/complaints"
    page = browser.get("/ledgers/complaints").text
    link = re.search(r'href="([^"]+)">已销号<', page)
    assert link and "收费不开票据" in browser.get(link[1].replace("&amp;", "&")).text
    assert "已销号</a>" not in busy.client("supervision").get("/ledgers/complaints").text
    number = re.search(r"/views/(\d+)/remove", page)
    assert number
    busy.client("supervision").post(f"/views/{number[1]}/remove")
    assert "已销号</a>" in browser.get("/ledgers/complaints").text
    browser.post(f"/views/{number[1]}/remove")
    assert "已销号</a>" not in browser.get("/ledgers/complaints").text


def test_a_view_without_a_name_or_of_no_page_is_not_kept(busy: Busy) -> None:
    browser = busy.client("director")
    assert browser.post("/views/", data={"page": "tasks", "name": "  ", "query": ""}).status_code == 422
    assert browser.post("/views/", data={"page": "people", "name": "x", "query": ""}).status_code == 303
    for number in range(20):
        assert browser.post("/views/", data={"page": "tasks", "name": f"视图{number}", "query": ""}).status_code == 303
    assert browser.post("/views/", data={"page": "tasks", "name": "多一个", "query": ""}).status_code == 422
    assert browser.post("/views/", data={"page": "tasks", "name": "视图1", "query": "q=a"}).status_code == 303
