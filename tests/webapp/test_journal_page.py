"""The journal of the house as auditors read it."""

from __future__ import annotations

import re

from engine import clock, journal
from engine.journal.actor import CLOCK, Actor
from tests.webapp.town import ROLES, Web
from webapp import journal as shown
from webapp.messages import CHINESE


def _positions(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<td class="number"[^>]*>(\d+)</td>', page)]


def _write(web: Web, rows: int, act: str = "person.edit") -> None:
    with web.house.sessions.begin() as session:
        given = [journal.Row(Actor(None, CLOCK.name), clock.now(), act, f"account-{n}", {"old": ["<b>"], "new": n}) for n in range(rows)]
        journal.append_many(session, journal.HOUSE, given)


def test_every_row_is_read_once_newest_first_page_by_page(web: Web) -> None:
    _write(web, 2 * shown.SHOWN + 3)
    with web.house.sessions.read() as session:
        expected = [row.position for row in journal.history(session, journal.HOUSE, limit=1000)]
    browser, path, seen = web.client("auditor"), "/journal/", []
    while path:
        page = browser.get(path).text
        seen += _positions(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == expected


def test_one_kind_of_act_is_picked_and_what_is_no_kind_picks_nothing_out(web: Web) -> None:
    _write(web, 3, "calendar.set")
    _write(web, 2)
    browser = web.client("auditor")
    page = browser.get("/journal/?act=calendar.set").text
    assert len(_positions(page)) == 3 and "&lt;b&gt;" in page and "<b>" not in page
    for nonsense in ("act=no.such", "after=x", "after=99999999999999999999"):
        assert len(_positions(browser.get(f"/journal/?{nonsense}").text)) >= 5
    assert _positions(browser.get("/journal/?after=1").text) == []


def test_the_rail_leads_only_the_auditor_there(web: Web) -> None:
    leading = {account for account in ROLES if 'href="/journal/"' in web.client(account).get("/profile").text}
    assert leading == {"auditor"}


def test_the_english_page_holds_no_chinese_of_its_own(web: Web) -> None:
    _write(web, 1)
    browser = web.client("auditor")
    browser.post("/switch", data={"language": "en"})
    page = browser.get("/journal/?act=person.edit").text
    main = page[page.index("<main") : page.index("</main>")]
    assert not CHINESE.search(main), CHINESE.findall(main)
