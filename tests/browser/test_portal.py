"""The public's pages in a real browser: with and without JavaScript, wide and narrow, light and dark, Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select, update

from engine.cases.models import Case, Comment
from tests.browser.conftest import AXE, Live

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 5000
TITLE = "办理排水许可跑了四趟没有办成"
NARRATIVE = "市里公布已下放的排水许可，到镇里申请时被告知没有权限，到市里又说已经下放。"


class Site:
    """The served house, seen from its cases."""

    def __init__(self, live: Live) -> None:
        self.house, self.url = live.web.house, live.url

    def case(self, number: str) -> Case:
        with self.house.sessions.read() as session:
            return session.scalars(select(Case).where(Case.number == number)).one()

    def set_case(self, number: str, **columns: Any) -> None:
        with self.house.sessions.begin() as session:
            session.execute(update(Case).where(Case.number == number).values(**columns))


@pytest.fixture
def site(live: Live) -> Site:
    return Site(live)


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Open a path in a fresh browser profile. At the end no page may have complained on its console (a breach of the CSP does, too)."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(kind: str, text: str) -> None:
        if kind in ("error", "warning") and "status of 422" not in text:  # a form that comes back with its faults is no fault of the page
            complaints.append(text)

    def open_page(path: str, *, width: int = 1440, theme: str = "light", script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, java_script_enabled=script, locale="zh-CN", base_url=site.url
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard(message.type, message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def check(page: Page) -> None:
    """No barrier that axe finds, nothing wider than the screen."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))")
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def step_one(page: Page) -> None:
    page.get_by_label("一句话说明").fill(TITLE)
    page.get_by_label("事情经过").fill(NARRATIVE)


def next_step(page: Page) -> None:
    page.get_by_role("button", name="下一步").locator("visible=true").click()


def submitted(page: Page) -> tuple[str, str]:
    """Report anonymously; number and code."""
    step_one(page)
    next_step(page)
    page.get_by_text("匿名", exact=True).click()
    next_step(page)
    page.get_by_label("我保证所说属实").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收到您的反映")).to_be_visible()
    return page.locator("#number").inner_text(), page.locator("#code").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_report_goes_through_three_steps(site: Site, visit: Visit, width: int, theme: str) -> None:
    page = visit("/portal", width=width, theme=theme)
    check(page)
    page.get_by_role("link", name="我要投诉举报").last.click()
    check(page)
    expect(page.get_by_label("姓名")).to_be_hidden()
    step_one(page)
    page.locator("#files").set_input_files([{"name": "窗口.png", "mimeType": "image/png", "buffer": PNG}])
    next_step(page)
    check(page)
    page.get_by_label("姓名").fill("欧阳小明")
    page.get_by_label("电话", exact=True).fill("13812345678")
    next_step(page)
    expect(page.locator("[data-summary]")).to_contain_text("窗口.png")
    expect(page.locator("[data-summary]")).to_contain_text("欧阳小明")
    check(page)
    page.get_by_label("我保证所说属实").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收到您的反映")).to_be_visible()
    check(page)
    assert site.case(page.locator("#number").inner_text()).title == TITLE


def test_without_javascript_the_one_page_is_enough(site: Site, visit: Visit) -> None:
    page = visit("/portal/submit", width=390, script=False)
    step_one(page)
    page.get_by_label("姓名").fill("欧阳小明")
    page.get_by_role("button", name="提交").click()  # the browser itself asks for the consent
    page.get_by_label("我保证所说属实").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请留下电话或电子邮箱")
    expect(page.get_by_label("事情经过")).to_have_value(NARRATIVE)
    page.get_by_label("电话", exact=True).fill("13812345678")
    page.get_by_label("我保证所说属实").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收到您的反映")).to_be_visible()
    page.get_by_role("link", name="现在看看进度").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


def test_what_is_missing_is_said_at_the_field_before_anything_is_sent(visit: Visit) -> None:
    page = visit("/portal/submit", theme="dark")
    next_step(page)
    expect(page.get_by_text("请用一句话写明是什么事。")).to_be_visible()
    expect(page.get_by_label("一句话说明")).to_be_focused()
    step_one(page)
    expect(page.get_by_text("请用一句话写明是什么事。")).to_have_count(0)
    next_step(page)
    page.get_by_label("姓名").fill("欧阳小明")
    next_step(page)
    expect(page.get_by_text("请留下电话或电子邮箱")).to_be_visible()
    check(page)


def test_the_back_button_goes_one_step_back_and_a_reload_loses_nothing(visit: Visit) -> None:
    page = visit("/portal/submit")
    step_one(page)
    next_step(page)
    page.get_by_label("姓名").fill("欧阳小明")
    page.go_back()
    expect(page.get_by_label("一句话说明")).to_have_value(TITLE)
    page.reload()
    expect(page.get_by_label("事情经过")).to_have_value(NARRATIVE)
    next_step(page)
    expect(page.get_by_label("姓名")).to_have_value("欧阳小明")


def test_anonymous_hides_what_would_name_the_reporter(visit: Visit) -> None:
    page = visit("/portal/submit")
    step_one(page)
    next_step(page)
    page.get_by_label("姓名").fill("欧阳小明")
    page.get_by_text("匿名", exact=True).click()
    expect(page.get_by_label("姓名")).to_be_hidden()
    next_step(page)
    expect(page.locator("[data-summary]")).not_to_contain_text("欧阳小明")


def test_a_chosen_file_can_be_taken_away_again(visit: Visit) -> None:
    page = visit("/portal/submit")
    files = [{"name": f"{i}.png", "mimeType": "image/png", "buffer": PNG} for i in range(2)]
    page.locator("#files").set_input_files(files[0])
    page.locator("#files").set_input_files(files[1])  # choosing again adds
    expect(page.locator("[data-files-list] li")).to_have_count(2)
    page.get_by_role("button", name="去掉 0.png").click()
    expect(page.locator("[data-files-list]")).to_have_text("1.png · 5 KB去掉")


def test_number_and_code_open_the_case_and_a_supplement_is_taken(site: Site, visit: Visit) -> None:
    number, code = submitted(visit("/portal/submit"))
    page = visit("/portal/track", width=390)
    check(page)
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码", exact=False).first.fill("AAAA-BBBB-CCCC")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("alert")).to_contain_text("编号或查询码不对")
    check(page)
    page.locator("#code").fill(code)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.get_by_label("补充情况").fill("这是当天的排号单。")
    page.locator("#files").set_input_files([{"name": "排号单.png", "mimeType": "image/png", "buffer": PNG}])
    page.get_by_role("button", name="补充").click()
    expect(page.get_by_text("这是当天的排号单。")).to_be_visible()
    expect(page.get_by_label("补充情况")).to_have_value("")  # what was sent is no draft any more
    check(page)
    with site.house.sessions.read() as session:
        said = session.scalars(select(Comment.body).where(Comment.case_id == site.case(number).id)).all()
    assert said == ["这是当天的排号单。"]


@pytest.mark.parametrize("script", [True, False])
def test_one_click_rates(site: Site, visit: Visit, script: bool) -> None:
    number, code = submitted(visit("/portal/submit"))
    site.set_case(number, stage="call-back")
    page = visit("/portal/track", script=script)
    page.get_by_label("编号").fill(number)
    page.locator("#code").fill(code)
    page.get_by_role("button", name="查询").click()
    if script:
        check(page)
    page.get_by_role("button", name="基本满意").click()
    expect(page.get_by_text("谢谢您的评价。")).to_be_visible()
    assert site.case(number).satisfaction == "fair"


def test_english_and_dark_by_one_switch_each(visit: Visit) -> None:
    page = visit("/portal/submit", width=390)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Report a problem")).to_be_visible()
    check(page)
    for path in ("/portal", "/portal/track", "/portal/statistics"):
        page.goto(path)
        check(page)
        assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_public_figures_are_readable(visit: Visit, theme: str) -> None:
    check(visit("/portal/statistics", width=390, theme=theme))
