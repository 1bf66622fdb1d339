"""Lists in keyset pages, in any order, on both databases."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from engine.cases import conditions, ledgers, listing
from engine.cases.models import Case, CaseUnit, LedgerRow
from engine.db import Sessions
from engine.people.models import Unit

START = datetime(2026, 1, 5, 1, tzinfo=UTC)
ROWS = 23


@pytest.fixture
def filled(sessions: Sessions) -> Sessions:
    """23 cases; every third has no limit, every fifth no unit; titles repeat."""
    with sessions.begin() as session:
        session.add_all([Unit(id="a", name="甲局"), Unit(id="b", name="乙局")])
        session.flush()
        for n in range(ROWS):
            session.add(_case(n))
        session.flush()
        session.add(CaseUnit(case_id=1, unit_id="b", part="co", since=START))
        session.add(CaseUnit(case_id=1, unit_id="a", part="co", since=START))
    return sessions


def _case(n: int) -> Case:
    at = START + timedelta(days=n % 7)
    limit = None if n % 3 == 0 else at + timedelta(days=n % 4)
    return Case(
        id=n + 1,
        kind="complaint",
        number=f"营商投诉〔2026〕{n + 1:04}",
        year=2026,
        serial=n + 1,
        title=f"事项{n % 4}",
        area=n % 9 + 1,
        lead_unit_id=None if n % 5 == 0 else "ab"[n % 2],
        received_at=at,
        limit_at=limit,
        yellow_at=limit and limit - timedelta(days=1),
        black_at=limit and limit + timedelta(days=10),
        reds=n % 2,
        facts={},
    )


def _walk(session: Session, order: str, size: int = 4) -> list[int]:
    found, after = [], ""
    while True:
        page = listing.page(session, ledgers.COMPLAINTS, [true()], order, after, size)
        found += [row.key for row in page.rows]
        if page.next is None:
            return found
        assert len(page.rows) == size
        after = page.next


@pytest.mark.parametrize("order", [c.key for c in ledgers.COMPLAINTS.columns if c.sortable])
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_in_any_order_give_every_row_once_and_in_that_order(filled: Sessions, order: str, sign: str) -> None:
    with filled.read() as session:
        walked = _walk(session, sign + order)
        at_once = [row.key for row in listing.every(session, ledgers.COMPLAINTS, [true()], sign + order)]
    assert walked == at_once
    assert sorted(walked) == list(range(1, ROWS + 1))


def test_rows_without_a_value_come_last_whichever_way_it_is_sorted(filled: Sessions) -> None:
    for order in ("limit_at", "-limit_at"):
        with filled.read() as session:
            limits = [row.limit_at for row in listing.every(session, ledgers.COMPLAINTS, [true()], order)]
        known = [one for one in limits if one is not None]
        assert limits == sorted(known, reverse=order.startswith("-")) + [None] * (ROWS - len(known))


@pytest.mark.parametrize("cursor", ["x", "%%%", "e30", "W10", "WyJ2IiwxXQ"])
def test_a_cursor_that_somebody_made_up_begins_at_the_beginning(filled: Sessions, cursor: str) -> None:
    with filled.read() as session:
        assert listing.page(session, ledgers.COMPLAINTS, [true()], "title", cursor, 5).rows[0].title == "事项0"


@pytest.mark.parametrize(
    "place", [["v", 5, 3], ["v", "事", 2**70], ["v", {"a": 1}, 3], ["m", "never", 3], ["q", "x", 3], ["v", "事项1", "3"]]
)
def test_a_cursor_of_the_wrong_kind_harms_nothing(filled: Sessions, place: list[object]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
    with filled.read() as session:
        assert len(listing.page(session, ledgers.COMPLAINTS, [true()], "title", cursor, 5).rows) == 5


def test_an_unknown_order_is_the_lists_own(filled: Sessions) -> None:
    with filled.read() as session:
        received = [row.received_at for row in listing.every(session, ledgers.COMPLAINTS, [true()], "password")]
    assert received == sorted(received, reverse=True)


def test_totals_sum_over_all_pages(filled: Sessions) -> None:
    with filled.read() as session:
        found = listing.totals(session, ledgers.COMPLAINTS, [Case.area <= 3])
    areas = [n for n in range(ROWS) if n % 9 < 3]
    assert found["rows"] == len(areas)
    assert found["reds"] == sum(n % 2 for n in areas)


def test_units_are_named_and_co_handling_ones_joined(filled: Sessions) -> None:
    with filled.read() as session:
        row = next(row for row in listing.every(session, ledgers.COMPLAINTS, [Case.id == 1]))
    assert row.lead_unit is None
    assert set(row.co_units.split("、")) == {"甲局", "乙局"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"unit": "-"}, lambda n: n % 5 == 0),
        ({"unit": "b"}, lambda n: (n % 5 != 0 and n % 2 == 1) or n == 0),
        ({"area": "3"}, lambda n: n % 9 == 2),
        ({"area": "three"}, lambda _n: False),
        ({"late": "yes"}, lambda n: n % 2 == 1),
        ({"light": "none"}, lambda n: n % 3 == 0),
        ({"light": "pink"}, lambda _n: False),
        ({"received_from": START + timedelta(days=5)}, lambda n: n % 7 >= 5),
        ({"state": "closed"}, lambda _n: False),
        ({"unknown": "x"}, lambda _n: True),
    ],
)
def test_filters_leave_what_they_name(filled: Sessions, given: dict[str, object], expected: object) -> None:
    with filled.read() as session:
        where = [true(), *conditions.of_cases(given, START)]
        found = {row.key for row in listing.every(session, ledgers.COMPLAINTS, where)}
    assert found == {n + 1 for n in range(ROWS) if expected(n)}  # type: ignore[operator]


def test_every_light_filter_shows_exactly_the_rows_of_that_light(filled: Sessions) -> None:
    at, seen = START + timedelta(days=3), set()
    for light in ("black", "red", "yellow", "green", "paused", "none"):
        with filled.read() as session:
            found = {row.key for row in listing.every(session, ledgers.COMPLAINTS, conditions.of_cases({"light": light}, at))}
        assert not seen & found
        seen |= found
    assert len(seen) == ROWS


def test_a_rectification_that_is_overdue_is_one_that_is_open_after_its_deadline(filled: Sessions) -> None:
    day = START.date()
    with filled.begin() as session:
        for number, (deadline, closed) in enumerate([(day, None), (day, START), (day + timedelta(days=9), None), (None, None)]):
            session.add(
                LedgerRow(
                    ledger="rectification", case_id=1, problem=str(number), deadline=deadline, opened_at=START, closed_at=closed, facts={}
                )
            )
    with filled.read() as session:
        late = conditions.of_rows({"overdue": "yes"}, START + timedelta(days=2))
        assert [row.problem for row in listing.every(session, ledgers.RECTIFICATIONS, late)] == ["0"]
