"""Two people complete one task at the same moment: one wins, the other is told who was faster, and when."""

from __future__ import annotations

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from engine.journal.actor import SYSTEM
from engine.people import accounts
from tests.journeys.city import City, _flat
from tests.webapp.town import PASSWORD

PEOPLE = {"intake": "intake先生", "second": "second女士"}


@pytest.fixture
def two(city: City) -> City:
    """The city with a second person at the intake desk."""
    posts: list[accounts.PostKey] = [("office.intake", None, None)]
    city.house.act(accounts.create_user, account="second", name=PEOPLE["second"], password=PASSWORD, posts=posts, by=SYSTEM)
    return city


def at_once(city: City, case_id: int, accounts_: list[str]) -> dict[str, TestResponse]:
    """Each of ``accounts_`` opens the page, then all send it at the same moment. The same account twice: a double click."""
    task = city.task(case_id, "accept")
    answers = list(_flat(city._answers(task, {"intake": "accept", "area": 3, "category": "办事推绕拖"})))
    start = threading.Barrier(len(accounts_))

    def send(number: int) -> TestResponse:
        browser = city.client(accounts_[number])
        if number == 0 or accounts_[number] != accounts_[0]:
            keys[accounts_[number]] = re.search(r'name="_key" value="([^"]+)"', browser.get(f"/tasks/{task.id}").text)[1]  # type: ignore[index]
        opened.wait(20)
        start.wait(20)
        return browser.post(f"/tasks/{task.id}", data=MultiDict([("_key", keys[accounts_[number]]), *answers]))

    keys: dict[str, str] = {}
    opened = threading.Barrier(len(accounts_))
    with ThreadPoolExecutor(len(accounts_)) as pool:
        got = list(pool.map(send, range(len(accounts_))))
    return {f"{number}-{account}": answer for number, (account, answer) in enumerate(zip(accounts_, got, strict=True))}


def test_one_wins_and_the_other_reads_who_did_it_and_when(two: City) -> None:
    for _ in range(5):
        complaint = two.submit()
        answers = at_once(two, complaint.id, list(PEOPLE))
        assert Counter(answer.status_code for answer in answers.values()) == {303: 1, 409: 1}
        winner = next(name.partition("-")[2] for name, answer in answers.items() if answer.status_code == 303)
        page = next(answer.text for answer in answers.values() if answer.status_code == 409)
        assert PEOPLE[winner] in page
        assert "2026-03-02 09:00" in page
        rows = [entry for entry in two.acts(complaint.id) if entry.act == "task.complete"]
        assert [entry.actor for entry in rows] == [PEOPLE[winner]]
        assert two.open_tasks(complaint.id) == ["verify"]


def test_a_double_click_is_one_act_and_no_conflict(two: City) -> None:
    complaint = two.submit()
    answers = at_once(two, complaint.id, ["intake", "intake"])
    assert [answer.status_code for answer in answers.values()] == [303, 303]
    assert len([entry for entry in two.acts(complaint.id) if entry.act == "task.complete"]) == 1
