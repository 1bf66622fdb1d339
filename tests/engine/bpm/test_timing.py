"""Durations, cycles and moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.bpm import timing
from engine.bpm.elements import Event
from engine.errors import Invalid

AT = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("P1D", datetime(2026, 2, 1, 2, tzinfo=UTC)),
        ("P1M", datetime(2026, 2, 28, 2, tzinfo=UTC)),
        ("P2M", datetime(2026, 3, 31, 2, tzinfo=UTC)),
        ("P1Y1D", datetime(2027, 2, 1, 2, tzinfo=UTC)),
        ("P2W", datetime(2026, 2, 14, 2, tzinfo=UTC)),
        ("PT36H", datetime(2026, 2, 1, 14, tzinfo=UTC)),
        ("P1DT2H3M4S", datetime(2026, 2, 1, 4, 3, 4, tzinfo=UTC)),
        ("PT0S", AT),
    ],
)
def test_a_duration_is_added_on_the_wall_clock_of_china(text, after):
    assert timing.duration(text).after(AT) == after


@pytest.mark.parametrize("text", ["", "P", "PT", "3D", "P3", "P-3D", "P1.5D", "1 day", "P9999999D", "P101Y", "P1DT"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(Invalid):
        timing.duration(text)


@pytest.mark.parametrize("text", ["R", "R/", "R3", "R/P", "R/PT0S", "R-1/P1D", "0 9 * * *", "R/tomorrow/P1D", "R2/P1D/2026-01-01"])
def test_what_is_no_cycle_is_refused(text):
    with pytest.raises(Invalid):
        timing.cycle(text)


def cycle(value: str, at: datetime = AT) -> dict:
    return timing.first(Event("timer", timer="timeCycle", value=value), lambda text: None, at)


def test_a_cycle_begins_one_interval_from_now_or_at_its_start():
    assert cycle("R/P1D")["due"] == "2026-02-01T02:00:00+00:00"
    assert cycle("R/2026-05-01T09:00:00+08:00/P1D")["due"] == "2026-05-01T01:00:00+00:00"
    assert cycle("R0/P1D") == {}


def test_a_monthly_cycle_does_not_drift():
    kept, dues = cycle("R/P1M"), []
    for _ in range(4):
        dues.append(kept["due"][:10])
        kept = timing.following(kept["cycle"], datetime.fromisoformat(kept["due"]))
    assert dues == ["2026-02-28", "2026-03-28", "2026-04-28", "2026-05-28"]


def test_a_cycle_on_the_31st_keeps_to_the_end_of_the_month():
    kept = cycle("R/2026-01-31T10:00:00+08:00/P1M")
    dues = [kept["due"][:10]]
    for _ in range(3):
        kept = timing.following(kept["cycle"], datetime.fromisoformat(kept["due"]))
        dues.append(kept["due"][:10])
    assert dues == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


def test_a_cycle_that_was_missed_for_years_finds_its_grid_at_once():
    kept = timing.following(cycle("R/PT1S")["cycle"], AT + timedelta(days=3650, milliseconds=500))
    assert kept["due"] == (AT + timedelta(days=3650, seconds=1)).isoformat()


@pytest.mark.parametrize(("rounds", "days", "goes_on"), [(3, 1, True), (3, 2, True), (3, 3, False), (1, 1, False), (5, 4, True)])
def test_the_rounds_of_a_cycle_are_points_of_its_grid(rounds, days, goes_on):
    kept = timing.following(cycle(f"R{rounds}/P1D")["cycle"], AT + timedelta(days=days))
    assert (kept is not None) is goes_on


def test_a_plain_date_means_the_end_of_that_day_in_china():
    assert timing.moment(date(2026, 10, 1)) == datetime(2026, 10, 1, 15, 59, 59, tzinfo=UTC)
    assert timing.moment("2026-10-01") == timing.moment(date(2026, 10, 1))


@pytest.mark.parametrize("value", [None, 5, "soon", "2026-13-01", [], True])
def test_what_is_no_moment_is_refused(value):
    with pytest.raises(Invalid):
        timing.moment(value)
