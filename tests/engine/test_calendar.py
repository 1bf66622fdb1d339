"""Expected dates are counted by hand from the notices of the State Council's General Office:
国办发明电〔2017〕12号 (2018), 国办发明电〔2024〕12号 (2025), 国办发明电〔2025〕7号 (2026)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.calendar import Calendar, DayLine

OFFICIAL = Calendar()
REST = {
    "春节": ["2018-02-15/2018-02-21", "2025-01-28/2025-02-04", "2026-02-15/2026-02-23"],
    "国庆节": ["2018-10-01/2018-10-07", "2025-10-01/2025-10-05", "2025-10-07/2025-10-08", "2026-10-01/2026-10-07"],
    "中秋节": ["2018-09-24/2018-09-24", "2025-10-06/2025-10-06", "2026-09-25/2026-09-25"],
}
ADJUSTED = [
    "2018-02-11", "2018-02-24", "2018-09-29", "2018-09-30", "2025-01-26", "2025-02-08", "2025-09-28", "2025-10-11",
    "2026-02-14", "2026-02-28", "2026-09-20", "2026-10-10",
]  # fmt: skip


@pytest.mark.parametrize(("name", "span"), [(name, span) for name, spans in REST.items() for span in spans])
def test_the_days_of_a_holiday_are_free_and_bear_its_name(name: str, span: str) -> None:
    first, last = (date.fromisoformat(part) for part in span.split("/"))
    for number in range(first.toordinal(), last.toordinal() + 1):
        found = OFFICIAL.is_working(date.fromordinal(number))
        assert (found.working, found.name, found.tentative) == (False, name, False)


@pytest.mark.parametrize("day", ADJUSTED)
def test_adjusted_weekend_days_are_worked(day: str) -> None:
    found = OFFICIAL.is_working(date.fromisoformat(day))
    assert found
    assert found.name.endswith("调休上班")
    assert date.fromisoformat(day).isoweekday() > 5


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        ("2018-09-28", 1, "2018-09-29"),  # a Saturday and a Sunday worked before the week off
        ("2018-09-28", 3, "2018-10-08"),
        ("2018-09-29", 7, "2018-10-15"),  # 9-30, 10-8, 9, 10, 11, 12, 15
        ("2018-02-09", 3, "2018-02-13"),  # Sunday the 11th counts
        ("2018-02-14", 3, "2018-02-24"),  # 22, 23, and Saturday the 24th
        ("2025-09-26", 3, "2025-09-30"),  # Sunday the 28th, 29, 30
        ("2025-09-30", 3, "2025-10-11"),  # 9, 10, and Saturday the 11th
        ("2025-09-30", 5, "2025-10-14"),
        ("2025-01-24", 3, "2025-02-05"),  # Sunday 1-26, 27, then after the festival
        ("2025-02-05", 3, "2025-02-08"),
        ("2026-09-18", 5, "2026-09-24"),  # Sunday the 20th counts: 20, 21, 22, 23, 24
        ("2026-09-24", 4, "2026-10-08"),  # 28, 29, 30 September between the two festivals
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-02-13", 2, "2026-02-24"),  # Saturday the 14th, then after the festival
        ("2026-02-24", 4, "2026-02-28"),  # and Saturday the 28th
        ("2026-03-06", 1, "2026-03-09"),
    ],
)
def test_a_limit_falls_on_the_right_working_day(start: str, n: int, last: str) -> None:
    limit = OFFICIAL.workdays_after(date.fromisoformat(start), n)
    day = date.fromisoformat(last)
    assert limit == datetime(day.year, day.month, day.day, 15, 59, 59, tzinfo=UTC)
    assert OFFICIAL.workdays_between(date.fromisoformat(start), day) == n
    assert OFFICIAL.workdays_between(day, date.fromisoformat(start)) == -n


def test_the_local_day_counts_not_that_of_utc() -> None:
    late = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)  # Friday the 6th, one o'clock at night in China
    assert OFFICIAL.workdays_after(late, 1) == datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)


def test_no_working_day_after_means_the_same_day_or_the_next_one_that_is_worked() -> None:
    assert OFFICIAL.workdays_after(date(2026, 9, 30), 0) == datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
    assert OFFICIAL.workdays_after(date(2026, 10, 3), 0) == datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)


def test_counting_back_gives_the_beginning_of_the_day() -> None:
    assert OFFICIAL.workdays_before(date(2026, 10, 9), 3) == datetime(2026, 9, 28, 16, 0, tzinfo=UTC)  # 8 October, 30, 29 September
    assert OFFICIAL.workdays_before(date(2026, 10, 5), 0) == datetime(2026, 9, 29, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("n", [-1, 5_001])
def test_a_limit_is_neither_negative_nor_endless(n: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        OFFICIAL.workdays_after(date(2026, 3, 2), n)


def test_a_year_without_a_notice_counts_monday_to_friday_and_is_tentative() -> None:
    new_year, saturday = OFFICIAL.is_working(date(2031, 1, 1)), OFFICIAL.is_working(date(2031, 1, 4))
    assert (new_year.working, new_year.tentative) == (True, True)
    assert (saturday.working, saturday.name, saturday.tentative) == (False, "周末", True)
    assert OFFICIAL.explain(date(2031, 1, 3), 1)[-1] == DayLine(date(2031, 1, 6), 1, "工作日（暂定）")


def test_the_office_table_goes_before_the_official_calendar() -> None:
    own = Calendar({date(2031, 1, 1): (False, "元旦"), date(2026, 10, 8): (False, "暴雨停工"), date(2031, 1, 4): (True, "")})
    assert not own.is_working(date(2031, 1, 1))
    assert not own.is_working(date(2031, 1, 1)).tentative
    assert own.is_working(date(2031, 1, 4)).name == "调休上班"
    assert own.workdays_after(date(2026, 9, 30), 1) == datetime(2026, 10, 9, 15, 59, 59, tzinfo=UTC)


def test_a_limit_explains_itself_day_by_day() -> None:
    lines = OFFICIAL.explain(datetime(2026, 9, 30, 2, 0, tzinfo=UTC), 3)
    assert lines[0] == DayLine(date(2026, 9, 30), None, "收到当日不计")
    assert [(line.day.day, line.counted, line.reason) for line in lines[1:]] == [
        *((day, None, "国庆节") for day in range(1, 8)),
        (8, 1, "工作日"),
        (9, 2, "工作日"),
        (10, 3, "国庆节调休上班"),
    ]


def test_weekends_are_named_in_an_explanation() -> None:
    assert [line.reason for line in OFFICIAL.explain(date(2026, 3, 6), 1)] == ["收到当日不计", "周末", "周末", "工作日"]
