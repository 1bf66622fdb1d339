"""The frame and the administration in a browser: they fit, read well, and break no policy, at 1440 and 390 px, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Gate, Live
from tests.webapp.town import PASSWORD

PAGES = ["/people/", "/people/new", "/people/1", "/units/", "/calendar/", "/attempts/", "/notices", "/profile", "/processes/"]
BOTH = pytest.mark.parametrize("screen", ["desktop", "phone"], indirect=True)
Enter = Callable[[Page, str], None]


@BOTH
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_and_is_accessible(live: Live, page: Page, enter: Enter, page_gate: Gate, path: str, theme: str) -> None:
    enter(page, "admin")
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(live.url + path)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    page_gate.fits(page)
    page_gate.axe(page)


@BOTH
def test_signing_in_and_out(live: Live, page: Page, page_gate: Gate, screen: str) -> None:
    page.goto(live.url + "/profile")
    page_gate.axe(page)
    page.get_by_label("账号").fill("auditor")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("个人设置")
    page.locator("summary.tool-person").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("工作人员登录")


def test_the_theme_menu_opens_and_closes_with_the_keyboard(live: Live, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "designer")
    page.goto(live.url + "/profile")
    menu = page.locator("summary", has_text="外观")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="深色")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="深色")).to_be_hidden()
    menu.click()
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_language_switch_changes_the_page_and_stays(live: Live, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "organisation")
    page.goto(live.url + "/profile")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(live.url + "/notices")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page_gate.axe(page)


def test_a_deployed_process_is_drawn_and_a_click_leads_to_its_step(live: Live, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "designer")
    page.goto(live.url + "/processes/rectification")
    expect(page.locator("[data-diagram]")).to_have_attribute("data-ready", "1")
    page.locator("g[data-element-id=plan]").click()
    expect(page.locator("#step-plan")).to_have_class("is-shown")
    page_gate.axe(page)


@pytest.mark.parametrize(
    "address", ["complaint?view=forms&form=verify", "limits?view=tables", "complaint?view=letters", "complaint?view=versions"]
)
@BOTH
def test_what_a_process_consists_of_can_be_read(live: Live, page: Page, enter: Enter, page_gate: Gate, address: str) -> None:
    enter(page, "designer")
    page.goto(f"{live.url}/processes/{address}")
    page_gate.fits(page)
    page_gate.axe(page)


def test_pages_work_without_javascript(live: Live, browser, enter: Enter) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    enter(page, "publicity")
    page.goto(live.url + "/profile")
    page.locator("summary", has_text="外观").click()
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("summary.tool-person").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("工作人员登录")
    context.close()


def test_leaving_a_form_with_something_typed_asks_first(live: Live, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "admin")
    page.goto(live.url + "/people/new")
    page.locator("#f-name").fill("新人")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="取消").click()
    page.wait_for_url("**/people/")
    assert asked == ["beforeunload"]


def test_the_print_has_no_frame(live: Live, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "admin")
    page.goto(live.url + "/people/")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.get_by_role("table")).to_be_visible()
