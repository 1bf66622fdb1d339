"""Figures of the home page, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import true

from engine.cases.models import Case
from engine.clock import LOCAL
from engine.db import Sessions
from engine.indicators import months, overview
from engine.indicators.months import Month
from engine.people.models import Unit
from engine.processes import limits

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def add(sessions: Sessions, *cases: dict[str, object]) -> None:
    """Cases with these columns; the rest is plain."""
    with sessions.begin() as session:
        for n, columns in enumerate(cases, start=1):
            plain = {"kind": "complaint", "number": str(n), "year": 2026, "serial": n, "title": "x", "received_at": AT, "facts": {}}
            session.add(Case(**(plain | columns)))


def test_months_are_those_of_china_and_cross_the_year() -> None:
    assert months.of(datetime(2025, 12, 31, 16, tzinfo=UTC)) == Month(2026, 1)  # midnight in Haicheng
    assert [str(m.first) for m in months.last(AT, 3)] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert Month(2026, 1).plus(-1) == Month(2025, 12)
    assert Month(2025, 12).end == Month(2026, 1).start == datetime(2026, 1, 1, tzinfo=LOCAL)


def test_a_complaint_counts_in_the_month_of_the_chinese_calendar(sessions: Sessions) -> None:
    new_year = datetime(2025, 12, 31, 16, tzinfo=UTC)
    add(
        sessions,
        {"received_at": new_year},
        {"received_at": new_year - timedelta(seconds=1)},
        {"received_at": new_year - timedelta(days=365)},
    )
    with sessions.read() as session:
        flow = {row.month: row for row in overview.flow(session, true(), AT)}
    assert len(flow) == 12
    assert (flow[Month(2026, 1)].received, flow[Month(2025, 12)].received) == (1, 1)
    assert flow[Month(2026, 1)].received_before == 1


def test_punctual_are_those_closed_without_a_passed_limit(sessions: Sessions) -> None:
    closed = {"state": "closed", "closed_at": AT}
    add(sessions, closed, {**closed, "reds": 1}, {**closed, "closed_at": AT - timedelta(days=370)}, {"kind": "accountability", **closed})
    with sessions.read() as session:
        present, before = overview.punctual(session, true(), AT)
    assert (present[-1].closed, present[-1].on_time, present[-1].rate) == (2, 1, 50.0)
    assert (before[-2].closed, before[-2].rate) == (1, 100.0)
    assert present[0].rate is None


def test_hot_spots_compare_ninety_days_with_the_ninety_before(sessions: Sessions) -> None:
    recent, earlier = AT - timedelta(days=10), AT - timedelta(days=100)
    add(
        sessions,
        *[{"category": "乱收费", "received_at": at} for at in (recent, recent, earlier)],
        {"category": "拖延", "received_at": recent},
        {"category": "过去的事", "received_at": earlier},
        {"category": "", "received_at": recent},
    )
    with sessions.read() as session:
        found = overview.hot_spots(session, true(), AT)
    assert [(spot.category, spot.now, spot.before) for spot in found] == [("乱收费", 2, 1), ("拖延", 1, 0)]


def test_the_reddest_unit_comes_first_and_only_what_is_visible_counts(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.add_all([Unit(id="a", name="甲局"), Unit(id="b", name="乙局")])
    late = {"limit_at": AT - timedelta(days=1), "black_at": AT + timedelta(days=9)}
    green = {"limit_at": AT + timedelta(days=9)}
    add(
        sessions,
        {"lead_unit_id": "a", **green},
        {"lead_unit_id": "a", **green},
        {"lead_unit_id": "b", **late},
        {**green},
        {"lead_unit_id": "b", **green, "area": 9},
        {"lead_unit_id": "b", "state": "closed"},
    )
    with sessions.read() as session:
        rows = overview.lights_by_unit(session, Case.area.is_(None), limits.lights(Case, AT))
    assert [(row.name, row.lights, row.total) for row in rows] == [
        ("乙局", {"red": 1}, 1),
        ("甲局", {"green": 2}, 2),
        ("", {"green": 1}, 1),
    ]
