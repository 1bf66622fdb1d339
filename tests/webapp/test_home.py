"""The page after signing in: what is urgent, how units or oneself stand, plots that open to the cases behind them."""

from __future__ import annotations

import re

from engine import clock
from engine.cases.models import CaseUnit
from tests.webapp.busy import Busy


def test_a_stranger_is_led_to_the_portal(busy: Busy) -> None:
    assert busy.client().get("/").location == "/portal"


def test_the_most_urgent_tasks_come_first_and_at_most_ten(busy: Busy) -> None:
    for number in range(11):
        busy.submit(title=f"第{number}件", narrative=f"第{number}件的内容，与前面的各不相同。")
    page = busy.client("intake").get("/").text
    assert page.count("data-row") == 10
    assert re.search(r"全部.{0,12}<b>12</b>", page, re.S)


def test_leaders_see_units_and_handlers_themselves(busy: Busy) -> None:
    for account in ("leader", "director", "lead", "auditor"):
        assert "各单位在办案件" in busy.client(account).get("/").text
    for account in ("handler", "unit-leader", "publicity"):
        page = busy.client(account).get("/").text
        assert "各单位在办案件" not in page and "我的工作" in page


def test_the_lights_of_units_count_only_what_one_may_see(busy: Busy) -> None:
    director, lead = busy.client("director").get("/").text, busy.client("lead").get("/").text
    assert "/cases/?lead=market-bureau&amp;state=open" in director and "/cases/?lead=-&amp;state=open" in director
    assert "/cases/?lead=market-bureau&amp;state=open" in lead and "/cases/?lead=-&amp;state=open" not in lead


def test_every_figure_opens_to_exactly_the_cases_it_counts(busy: Busy) -> None:
    with busy.house.sessions.begin() as session:
        session.add(CaseUnit(case_id=busy.new, unit_id="market-bureau", part="co", since=clock.now()))
    browser = busy.client("director")
    page = browser.get("/").text
    figures = re.findall(r'<a href="([^"]+)" aria-label="[^"]*?(收件|办结) (\d+) 件"', page)
    assert {(what, number) for _href, what, number in figures if number != "0"} == {("收件", "3"), ("办结", "1")}
    rates = re.findall(r'<a href="([^"]+)" aria-label="[^"]*?按期办结率[^"]*?/ (\d+)）"', page)
    spots = re.findall(r'<td class="number"><a href="([^"]+category[^"]+)">(\d+)</a>', page)
    units = re.findall(r'<a href="([^"]+lead=[^"]+)">(?:<b>)?(\d+)', page)
    assert rates and spots and {"light" in href for href, _number in units} == {True, False}
    for href, number in [*((href, number) for href, _what, number in figures), *rates, *spots, *units]:
        assert f"共 {number} 件" in browser.get(href.replace("&amp;", "&")).text, href


def test_the_plots_are_tables_too(busy: Busy) -> None:
    page = busy.client("leader").get("/").text
    assert "按期办结率＝当月了结且没有一个环节超过期限的投诉举报" in page
    assert re.search(r'<th scope="row">2026-03</th><td class="number">1</td><td class="number">1</td><td class="number">100.0%</td>', page)


def test_figures_are_not_for_everybody(busy: Busy) -> None:
    for account in ("designer", "admin", "inspector", "publicity"):
        assert "收件与办结" not in busy.client(account).get("/").text


def test_the_page_needs_no_more_statements_for_more_cases(busy: Busy, count_statements) -> None:  # type: ignore[no-untyped-def]
    browser = busy.client("director")
    with count_statements(busy.house.engine) as few:
        browser.get("/")
    for number in range(5):
        busy.submit(title=f"第{number}件", narrative=f"第{number}件的内容，与前面的各不相同。")
    with count_statements(busy.house.engine) as many:
        browser.get("/")
    assert len(many) == len(few) <= 30
