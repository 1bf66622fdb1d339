"""The pages for work in a browser: they fit, read well, break no policy, and can be used with the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from engine.cases import portal
from engine.cases.identity import Reporter
from engine.cases.register import Intake
from engine.journal.actor import REPORTER, Actor
from engine.processes.complete import complete
from tests.browser.conftest import Gate, Live
from tests.journeys.city import PATH, City

BOTH = pytest.mark.parametrize("screen", ["desktop", "phone"], indirect=True)
Enter = Callable[[Page, str], None]


@dataclass
class Work:
    """``new``: a case to be accepted; ``signing``: one that waits for the unit; ``task``: that task."""

    new: int
    signing: int
    task: int
    accept: int


@pytest.fixture(scope="session")
def work(live: Live) -> Work:
    city, cases = City(live.web.app), []
    for title, steps in (("窗口没有一次性告知", 0), ("工程款拖欠三年", 3)):
        reporter = Reporter(name="赵建国", phone="13912345678")
        intake = Intake(title=title, narrative=f"{title}，多次反映没有结果。", channel="portal", reporter=reporter)
        case_id = live.web.house.act(portal.submit, intake, keys=live.web.house.keys, files=live.web.house.files, by=REPORTER).case_id
        for account, element, decided in PATH[:steps]:
            task = city.task(case_id, element)
            live.web.house.act(complete, task.id, city._answers(task, decided), by=Actor(live.web.id_of(account), account))
        cases.append(case_id)
    return Work(cases[0], cases[1], city.task(cases[1], "sign_for").id, city.task(cases[0], "accept").id)


PAGES = [
    ("director", "/"),
    ("handler", "/"),
    ("intake", "/tasks/?tab=posts"),
    ("handler", "/tasks/{task}"),
    ("intake", "/tasks/{accept}"),
    ("director", "/cases/"),
    ("director", "/cases/{signing}"),
    ("supervision", "/cases/{signing}?tab=diagram"),
    ("supervision", "/cases/{signing}?tab=files"),
    ("handler", "/cases/{signing}?tab=letters"),
    ("director", "/cases/{signing}?tab=links"),
    ("director", "/cases/{signing}/print"),
    ("handler", "/cases/{signing}/letters/1"),
    ("director", "/ledgers/complaints"),
    ("director", "/ledgers/complaints?print=1"),
    ("director", "/ledgers/rectifications"),
    ("admin", "/incidents/"),
    ("intake", "/cases/new"),
]


@BOTH
@pytest.mark.parametrize(("account", "path"), PAGES)
def test_a_page_fits_and_is_accessible(live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate, account: str, path: str) -> None:
    enter(page, account)
    page.goto(live.url + path.format(**vars(work)))
    page_gate.fits(page)
    page_gate.axe(page)


@pytest.mark.parametrize(("account", "path"), [PAGES[0], PAGES[2], PAGES[3], PAGES[6], PAGES[13]])
def test_a_page_is_accessible_in_the_dark(
    live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate, account: str, path: str
) -> None:
    enter(page, account)
    page.emulate_media(color_scheme="dark")
    page.goto(live.url + path.format(**vars(work)))
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page_gate.axe(page)


def test_the_inbox_is_walked_with_the_keyboard(live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "handler")
    page.goto(live.url + "/tasks/?tab=posts")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-selection-count]")).to_have_text("1")
    expect(page.get_by_role("button", name="认领")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("签收")


def test_a_field_appears_with_the_answer_it_depends_on_and_what_is_typed_is_kept(
    live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate
) -> None:
    enter(page, "handler")
    page.goto(f"{live.url}/tasks/{work.task}")
    expect(page.get_by_label("退回理由")).to_have_count(0)
    page.get_by_label("退回", exact=False).first.check()
    page.get_by_label("退回理由").fill("这件事不归我们单位管，应由建设局办理。")
    expect(page.locator("[data-draft-state]")).to_have_text("草稿已保存")
    page_gate.axe(page)
    page.goto(f"{live.url}/tasks/{work.task}")
    expect(page.get_by_label("退回理由")).to_have_value("这件事不归我们单位管，应由建设局办理。")


def test_faults_are_listed_and_lead_to_their_fields(live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate) -> None:
    page_gate.expected.append("422")
    enter(page, "intake")
    page.goto(f"{live.url}/tasks/{work.accept}")
    page.locator(".sticky-acts .btn-primary").click()
    faults = page.locator("#form-errors")
    expect(faults).to_contain_text("处需要修改")
    page_gate.axe(page)
    faults.get_by_role("link").first.click()
    assert page.evaluate("location.hash").startswith("#")


def test_the_day_of_the_limit_explains_itself(live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "handler")
    page.goto(f"{live.url}/tasks/{work.task}")
    page.get_by_text("为什么是这一天？").click()
    expect(page.get_by_text("收到当日不计")).to_be_visible()
    page_gate.axe(page)


def test_a_click_on_a_step_of_the_drawing_shows_what_happened_there(
    live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate
) -> None:
    enter(page, "supervision")
    page.goto(f"{live.url}/cases/{work.signing}?tab=diagram")
    expect(page.locator("[data-diagram]")).to_have_attribute("data-ready", "1")
    page.locator("g[data-element-id=sign_for]").click()
    expect(page.locator("#step-complaint-sign_for")).to_be_visible()
    expect(page.locator("#step-complaint-sign_for")).to_contain_text("当前")
    expect(page.locator("#step-complaint-verify")).to_be_hidden()


def test_a_filter_becomes_a_chip_and_the_chip_takes_it_away(live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "director")
    page.goto(live.url + "/cases/")
    every = page.locator("tbody tr").count()
    page.locator("summary", has_text="筛选").click()
    page.get_by_label("主办单位").or_(page.get_by_label("单位", exact=True)).first.select_option("market-bureau")
    page.get_by_role("button", name="应用").click()
    expect(page.locator(".chip", has_text="市市场局")).to_be_visible()
    assert 0 < page.locator("tbody tr").count() < every
    page.locator(".chip", has_text="市市场局").click()
    expect(page.locator("tbody tr")).to_have_count(every)


@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_lists_are_cards_on_a_phone(live: Live, work: Work, page: Page, enter: Enter, page_gate: Gate) -> None:
    enter(page, "intake")
    page.goto(live.url + "/tasks/?tab=posts")
    row = page.locator("tr[data-row]").first
    box = row.bounding_box()
    assert box is not None and box["height"] > 100
    expect(page.locator("thead")).not_to_be_in_viewport()
