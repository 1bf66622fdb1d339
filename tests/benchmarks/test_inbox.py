"""The inbox page over a hundred thousand open tasks, as the browser of several people gets it."""

from __future__ import annotations

import time

import pytest

from engine import clock
from tests.benchmarks.conftest import Bench
from tests.benchmarks.crowd import crowd
from tests.benchmarks.marks import Marks, quantile

pytestmark = pytest.mark.slow
ROUNDS = 5
PEOPLE = ("supervision", "intake", "handler", "unit-leader", "lead", "director")
PAGES = ("/tasks/?tab=mine", "/tasks/?tab=posts", "/tasks/?tab=unit", "/tasks/?tab=posts&light=red", "/tasks/?tab=posts&element=verify")


def test_an_inbox_page_over_a_hundred_thousand_open_tasks(bench: Bench, marks: Marks) -> None:
    there = crowd(bench.walk.house.engine, clock.now())
    walls, owns, statements = list[float](), list[float](), list[int]()
    for account in PEOPLE:
        browser = bench.walk.client(account)
        browser.get(PAGES[0])
        for page in PAGES * ROUNDS:
            with bench.meter.measuring() as cost:
                answer = browser.get(page)
            assert answer.status_code == 200, page
            walls.append(cost.wall)
            owns.append(cost.own)
            statements.append(cost.statements)
    note = f"{there:,} open tasks; p50 {quantile(walls, 0.5) * 1000:.0f} ms, own CPU p95 {quantile(owns, 0.95) * 1000:.0f} ms"
    marks.add("inbox page, p95", bench.name, quantile(walls, 0.95) * 1000, "ms", None, note)
    marks.add("inbox page, SQL statements, most", bench.name, max(statements), "", None, f"least {min(statements)}")


def test_a_task_page_and_its_statements(bench: Bench, marks: Marks) -> None:
    walk = bench.walk
    case_id = walk.register()
    list(_walked(walk, case_id))
    task, browser = walk.task(case_id, "plan"), walk.client("handler")
    browser.get(f"/tasks/{task.id}")
    walls, counts = list[float](), list[int]()
    for _ in range(30):
        begun = time.perf_counter()
        with bench.meter.measuring() as cost:
            assert browser.get(f"/tasks/{task.id}").status_code == 200
        walls.append(time.perf_counter() - begun)
        counts.append(cost.statements)
    marks.add("task page, p95", bench.name, quantile(walls, 0.95) * 1000, "ms", None, f"{max(counts)} statements")


def _walked(walk: object, case_id: int) -> object:
    with walk.app.test_request_context():  # type: ignore[attr-defined]
        for _element, person, task_id, sent in walk.steps(case_id, until="plan"):  # type: ignore[attr-defined]
            walk.complete(person, task_id, sent, f"{case_id}/{task_id}")  # type: ignore[attr-defined]
            yield task_id
