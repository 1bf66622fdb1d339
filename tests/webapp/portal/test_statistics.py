from __future__ import annotations

import pytest
from sqlalchemy import delete

from engine.cases.models import Case
from engine.indicators.public import figures, suppress


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([10, 0, 7], [10, 0, 7]),
        ([10, 3, 2], [10, None, None]),
        ([10, 3, 7], [10, None, None]),  # one hidden alone could be had by subtraction: the next smallest goes, too
        ([3], [None]),
        ([], []),
    ],
)
def test_small_counts_are_hidden_and_cannot_be_had_by_subtraction(counts, shown):
    assert suppress(counts) == shown


@pytest.fixture
def cases(house, frozen):
    """Twenty-five cases of area 2 closed in time, four of area 5 open, one of two years ago."""
    now = frozen.now()

    def case(serial, **columns):
        columns = {"received_at": now, "facts": {}, **columns}
        return Case(kind="complaint", number=f"T{serial}", year=1999, serial=serial, title="刘先生的投诉", **columns)

    with house.sessions.begin() as session:
        session.add_all(
            case(i, area=2, state="closed", closed_at=now, satisfaction="satisfied" if i % 5 else "dissatisfied") for i in range(25)
        )
        session.add_all(case(100 + i, area=5) for i in range(4))
        session.add(case(200, area=2, received_at=now.replace(year=2024)))
    yield now
    with house.sessions.begin() as session:
        session.execute(delete(Case).where(Case.year == 1999))


def test_figures_count_the_last_twelve_months(house, cases):
    with house.sessions.read() as session:
        found = figures(session, cases)
    by_area = {line.key: (line.received, line.closed) for line in found.by_area}
    assert by_area[5] == (None, 0) and by_area[2][1] == 25
    assert found.closed >= 25 and found.on_time == 100 and found.satisfied == 80
    assert len(found.by_month) == 12


def test_the_page_shows_figures_and_nothing_of_any_case(visitor, cases):
    page = visitor.get("/portal/statistics").text
    assert "少于 5" in page and "80%" in page and "刘先生" not in page


def test_without_cases_the_page_says_what_will_appear(visitor):
    answer = visitor.get("/portal/statistics")
    assert answer.status_code == 200 and "公开数据" in answer.text
