"""Limits: set when a task opens, stopped, extended, explained; lights."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.calendar import Calendar, end_of, local_day, start_of
from engine.clock import LOCAL
from engine.errors import Conflict, Invalid
from engine.processes import limits
from engine.processes.deploy import deploy
from engine.processes.models import LimitChange, Task
from tests.engine.processes.office import Sketch
from tests.engine.processes.tables import LIMITS

CALENDAR = Calendar({})


def one(**properties: str) -> Sketch:
    sketch = Sketch()
    sketch.user("a", **properties)
    sketch.end()
    return sketch.start("a", "e")


@pytest.fixture
def limited(office):
    office.act(deploy, LIMITS, folder="limits")
    return office


def noon(year, month, day):
    return datetime(year, month, day, 12, 0, tzinfo=LOCAL).astimezone(UTC)


def day_of(moment):
    return local_day(moment)


def test_without_the_shared_folder_a_task_has_no_limit(office, frozen):
    office.deploy(one())
    office.start()
    task = office.task("a")
    assert (task.limit_at, task.limit_name, task.rung_at) == (None, "", None)
    assert limits.light(task, frozen.now()) == "none"


def test_a_limit_of_working_days_counts_over_a_weekend(limited, frozen):
    limited.deploy(one())
    limited.start()
    task = limited.task("a")
    assert task.limit_at == end_of(date(2026, 3, 16)) == task.urgency  # ten working days after Monday, 2 March
    assert (task.limit_name, task.limit_days, task.limit_kind, task.limit_from) == ("p/a", 10, "wd", frozen.now())
    assert task.yellow_at == task.rung_at == start_of(date(2026, 3, 11))
    assert task.black_at == end_of(date(2026, 3, 30)) + timedelta(seconds=1)
    assert (task.properties["limit_basis"], task.properties["limit_source"]) == ("plan", "方案四")


@pytest.mark.parametrize(
    ("variables", "days", "last"),
    [
        ({"priority": "important"}, 2, date(2026, 3, 4)),
        ({"real_name": True, "collusion": True}, 3, date(2026, 3, 5)),
        ({"real_name": True, "collusion": False}, 10, date(2026, 3, 16)),
    ],
)
def test_the_table_decides_by_the_variables_of_the_case(limited, variables, days, last):
    limited.deploy(one())
    limited.start(variables=variables)
    task = limited.task("a")
    assert (task.limit_days, day_of(task.limit_at)) == (days, last)


def test_a_short_limit_turns_yellow_one_working_day_before(limited):
    limited.deploy(one())
    limited.start(variables={"priority": "important"})
    assert limited.task("a").yellow_at == start_of(date(2026, 3, 3))


def test_a_limit_may_count_from_a_fixed_moment_of_the_case(limited, frozen):
    limited.deploy(one(limit="from-receipt"))
    frozen.to(noon(2026, 3, 4))
    limited.start(variables={"received_at": noon(2026, 2, 27)})
    task = limited.task("a")
    assert task.limit_from == noon(2026, 2, 27)
    days = CALENDAR.workdays_between(noon(2026, 2, 27), task.limit_at)
    assert days == 5 and day_of(task.limit_at) == date(2026, 3, 5)  # Saturday, 28 February is a working day (Spring Festival)


def test_calendar_days_end_with_the_last_day(limited):
    limited.deploy(one(limit="days"))
    limited.start()
    assert limited.task("a").limit_at == end_of(date(2026, 4, 1))


@pytest.mark.parametrize("deadline", [date(2026, 5, 8), "2026-05-08", end_of(date(2026, 5, 8))])
def test_a_limit_may_be_a_date_that_the_work_itself_has_set(limited, deadline):
    limited.deploy(one(limit="until"))
    limited.start(variables={"deadline": deadline})
    task = limited.task("a")
    assert task.limit_at == end_of(date(2026, 5, 8))
    assert task.limit_days == CALENDAR.workdays_between(task.limit_from, task.limit_at)


def test_no_date_yet_and_none_mean_no_limit(limited):
    limited.deploy(one(limit="until"))
    limited.start()
    limited.deploy(one(limit="none"))
    limited.start()
    assert [task.limit_at for task in limited.all(Task)] == [None, None]


def test_a_task_without_ladder_has_lights_but_no_rung(limited):
    limited.deploy(one(ladder="no"))
    limited.start()
    task = limited.task("a")
    assert task.rung_at is None and task.yellow_at is not None


def test_a_new_table_holds_for_tasks_that_open_after_it(limited):
    limited.deploy(one())
    limited.start()
    changed = {**LIMITS, "time-limits.dmn": LIMITS["time-limits.dmn"].replace(b">10<", b">20<")}
    limited.act(deploy, changed, folder="limits")
    limited.start()
    assert [task.limit_days for task in limited.all(Task)] == [10, 20]


def test_lights_follow_the_clock(limited):
    limited.deploy(one())
    limited.start()
    task = limited.task("a")
    for moment, shown in (
        (noon(2026, 3, 10), "green"),
        (start_of(date(2026, 3, 11)) - timedelta(seconds=1), "green"),
        (start_of(date(2026, 3, 11)), "yellow"),
        (end_of(date(2026, 3, 16)), "yellow"),
        (start_of(date(2026, 3, 17)), "red"),
        (end_of(date(2026, 3, 30)), "red"),
        (start_of(date(2026, 3, 31)), "black"),
    ):
        assert limits.light(task, moment) == shown, moment


def test_a_pause_keeps_the_remainder(limited, frozen):
    limited.deploy(one())
    limited.start()
    frozen.to(noon(2026, 3, 6))  # Friday: six working days are left
    (paused,) = limited.act(limits.pause, 7, reason="等待鉴定")
    assert limits.light(limited.task("a"), noon(2027, 1, 1)) == "paused" and paused.limit_at == end_of(date(2026, 3, 16))
    frozen.to(noon(2026, 4, 1))
    limited.act(limits.resume, 7)
    task = limited.task("a")
    assert task.limit_at == CALENDAR.workdays_after(frozen.now(), 6) == task.urgency
    assert CALENDAR.workdays_between(frozen.now(), task.limit_at) == 6
    assert task.paused_at is None and task.rung_at == task.yellow_at > frozen.now()
    assert limited.acts()[-2:] == ["limit.pause", "limit.resume"]


def test_pausing_twice_and_resuming_twice_change_nothing_more(limited, frozen):
    limited.deploy(one())
    limited.start()
    assert limited.act(limits.resume, 7) == []
    limited.act(limits.pause, 7)
    frozen.forward(days=1)
    assert limited.act(limits.pause, 7) == []
    limited.act(limits.resume, 7)
    assert limited.act(limits.resume, 7) == []
    assert limited.count(LimitChange) == 2


def test_a_limit_that_had_passed_stays_late(limited, frozen):
    limited.deploy(one())
    limited.start()
    frozen.to(noon(2026, 3, 20))
    limited.act(limits.pause, 7)
    frozen.forward(days=10)
    limited.act(limits.resume, 7)
    assert limited.task("a").limit_at == end_of(date(2026, 3, 16))


def test_an_extension_adds_working_days_to_the_limit(limited, frozen):
    limited.deploy(one())
    limited.start()
    task = limited.act(limits.extend, limited.task("a").id, 5, reason="需外地取证")
    assert day_of(task.limit_at) == date(2026, 3, 23)
    assert limited.task("a").rung_at == start_of(date(2026, 3, 18))
    assert limited.journal()[-1].data["reason"] == "需外地取证"


@pytest.mark.parametrize("given_", [{"days": 0}, {"days": -1}, {}, {"until": date(2026, 3, 16)}, {"until": date(2026, 3, 1)}])
def test_an_extension_that_extends_nothing_is_refused(limited, given_):
    limited.deploy(one())
    limited.start()
    with pytest.raises(Invalid):
        limited.act(limits.extend, limited.task("a").id, **given_)


def test_a_task_without_limit_or_done_is_not_extended(limited):
    limited.deploy(one(limit="none"))
    limited.start()
    with pytest.raises(Conflict):
        limited.act(limits.extend, limited.task("a").id, 3)


def explained(office):
    task = office.task("a")
    with office.sessions.read() as session:
        return limits.explain(session, CALENDAR, task)


def test_a_limit_explains_itself_day_by_day(limited):
    limited.deploy(one())
    limited.start()
    told = explained(limited)
    assert (told.name, told.kind, told.days, told.basis, told.source) == ("p/a", "wd", 10, "plan", "方案四")
    assert [line.counted for line in told.lines] == [None, 1, 2, 3, 4, None, None, 5, 6, 7, 8, 9, None, None, 10]
    assert told.lines[0].day == date(2026, 3, 2) and told.lines[5].reason == "周末"
    assert told.lines[-1].day == local_day(told.limit_at)


def test_a_holiday_is_named_in_the_explanation(limited, frozen):
    frozen.to(noon(2026, 4, 1))
    limited.deploy(one())
    limited.start()
    reasons = {line.day: line.reason for line in explained(limited).lines}
    assert "清明" in reasons[date(2026, 4, 6)]


def test_pauses_and_extensions_stand_in_the_explanation(limited, frozen):
    limited.deploy(one())
    limited.start()
    frozen.to(noon(2026, 3, 6))
    limited.act(limits.pause, 7, reason="等待鉴定")
    frozen.to(noon(2026, 3, 19))
    limited.act(limits.resume, 7)
    limited.act(limits.extend, limited.task("a").id, 3, reason="取证")
    told = explained(limited)
    kinds = [line.kind for line in told.lines if line.kind != "day"]
    assert kinds == ["pause", "resume", "extend"]
    assert [line.counted for line in told.lines if line.counted] == list(range(1, 14))
    assert told.lines[-1].day == local_day(limited.task("a").limit_at)
    assert any("等待鉴定" in str(line) for line in told.lines)


def test_a_clock_stopped_on_the_last_day_gives_that_day_back(limited, frozen):
    frozen.to(noon(2026, 9, 21))
    limited.deploy(one())
    limited.start()
    days, last = limited.task("a").limit_days, local_day(limited.task("a").limit_at)
    frozen.to(noon(last.year, last.month, last.day))
    limited.act(limits.pause, 7)
    frozen.forward(days=1)
    limited.act(limits.resume, 7)
    end = [line for line in explained(limited).lines if line.counted][-1]
    assert (end.day, end.counted) == (local_day(limited.task("a").limit_at), days) and end.day > last


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["p/a", "days"]),
    acts=st.lists(st.tuples(st.sampled_from(["pause", "resume", "extend"]), st.integers(0, 9), st.integers(1, 6)), max_size=6),
)
def test_the_explanation_always_ends_on_the_limit(limited, frozen, name, acts):
    frozen.to(noon(2026, 9, 21))  # before the National Day weeks
    limited.deploy(one(limit=name))
    case_id = limited.count(Task) + 100
    limited.start(case_id=case_id)
    task_id = limited.task("a").id
    for verb, later, days in acts:
        frozen.forward(days=later)
        if verb == "extend":
            limited.act(limits.extend, task_id, days)
        else:
            limited.act(getattr(limits, verb), case_id)
    task = limited.task("a")
    told = explained(limited)
    days = [line for line in told.lines if line.kind == "day" and line.counted]
    if task.paused_at is None and task.limit_at > task.limit_from:
        assert max((line.day for line in days), default=None) == local_day(task.limit_at), acts
    assert task.urgency == task.limit_at
