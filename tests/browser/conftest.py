"""Real pages in a real browser: pytest-playwright on Debian's chromium-headless-shell, against a house served by waitress.

``live`` serves a house with the city's people and deployed processes; ``enter(page, account)`` signs in; ``page_gate`` fails a test
whose pages broke the Content-Security-Policy or wrote errors to the console, and ``page_gate.axe(page)`` one with WCAG A/AA findings.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from waitress.server import create_server

from engine import clock
from engine.journal.actor import SYSTEM
from engine.people import sign_in
from engine.processes.deploy import deploy_all
from tests.webapp.town import BPMN, Web, fill, make_app, settings_for

SHELL = shutil.which("chromium-headless-shell")
AXE = Path(__file__).parents[2] / "webapp" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
WATCH_CSP = "document.addEventListener('securitypolicyviolation', e => window.reportCsp(e.violatedDirective + ' ' + e.blockedURI))"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            if SHELL is None:
                item.add_marker(
                    pytest.mark.skip(reason="chromium-headless-shell is not installed: apt-get install chromium-headless-shell")
                )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--lang=zh-CN"]
    return {**browser_type_launch_args, "executable_path": SHELL, "args": quiet}


@pytest.fixture(params=["desktop"])
def screen(request: pytest.FixtureRequest) -> str:
    """``@pytest.mark.parametrize("screen", ["desktop", "phone"], indirect=True)`` runs a test at 1440 and at 390 px."""
    return str(request.param)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], screen: str) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": SCREENS[screen]}


@dataclass
class Live:
    """A served house and its address."""

    web: Web
    url: str


@pytest.fixture(scope="session")
def live(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A house with the city's people and all processes of bpmn/, served on a free port."""
    folder = tmp_path_factory.mktemp("live")
    url = f"sqlite:///{folder / 'live.db'}"
    shutil.copyfile(sqlite_template, folder / "live.db")
    fill(url)
    web = Web(make_app(settings_for(url, folder / "var"), csrf=True))
    web.house.act(deploy_all, BPMN, by=SYSTEM)
    server = create_server(web.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Live(web, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    thread.join(timeout=5)
    web.house.engine.dispose()


@pytest.fixture
def enter(live: Live) -> Callable[[Page, str], None]:
    """``enter(page, "director")``: this browser is signed in as that person (without the form, which has a test of its own)."""

    def sign(page: Page, account: str) -> None:
        with live.web.house.sessions.begin() as session:
            token, _ends = sign_in.open_session(session, live.web.id_of(account), clock.now())
        page.context.add_cookies([{"name": live.web.app.config["SIGN_IN_COOKIE"], "value": token, "url": live.url, "httpOnly": True}])

    return sign


@dataclass
class Gate:
    """What the pages of a test must not do."""

    expected: list[str] = field(default_factory=list)  # parts of console messages that belong to the test, e.g. "404"
    console: list[str] = field(default_factory=list)
    csp: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(part in message.text for part in self.expected):
            self.console.append(message.text)

    def axe(self, page: Page) -> None:
        """Fail on WCAG 2.x A/AA findings of the present page, seen from its top: what lies under the bar while scrolling is no finding."""
        page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
        page.evaluate(AXE.read_text())
        found = page.evaluate("rules => axe.run(document, {runOnly: rules}).then(r => r.violations)", RULES)
        said = [f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for each in found for node in each["nodes"][:3]]
        assert not said, f"{page.url}:\n" + "\n".join(said)

    def fits(self, page: Page) -> None:
        """Fail when the page is wider than the screen."""
        wide, screen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= screen, f"{page.url} is {wide} px wide on a screen of {screen} px"


@pytest.fixture
def page_gate(context: BrowserContext, page: Page) -> Iterator[Gate]:
    """Collects reports of all pages of the test and asserts at its end that there were none."""
    gate = Gate()
    context.expose_function("reportCsp", lambda report: gate.csp.append(report))
    context.add_init_script(WATCH_CSP)
    context.on("console", gate.hear)
    page.on("pageerror", lambda error: gate.console.append(str(error)))
    yield gate
    assert not gate.csp, f"the Content-Security-Policy was broken: {gate.csp}"
    assert not gate.console, f"errors on the console: {gate.console}"
