"""The ladder 督办 on the right working days, across the holidays with their adjusted working days (processes.md, 督办)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from engine import clock
from engine.processes.limits import light
from engine.processes.models import Instance
from tests.journeys.city import City


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.LOCAL)


def plan_open_since(city: City, moment: str) -> tuple[int, int]:
    """A complaint whose rectification plan (10 working days from 交办) waits since ``moment``; ids of case and task."""
    clock.freeze(china(moment))
    complaint = city.submit()
    complaint.reach("plan")
    return complaint.id, city.task(complaint.id, "plan").id


def lights(city: City, case_id: int) -> str:
    return light(city.task(case_id, "plan"), clock.now())


def test_the_ladder_across_the_national_day_week_of_2026(city: City) -> None:
    """交办 on Tue 22 Sep 2026. 25–27 Sep Mid-Autumn; 1–7 Oct National Day; Sun 20 Sep and Sat 10 Oct are working days."""
    case_id, _ = plan_open_since(city, "2026-09-22T09:00")
    task = city.task(case_id, "plan")
    assert clock.local(task.limit_at).date().isoformat() == "2026-10-13"
    city.pass_until(china("2026-10-08T12:00"))
    assert lights(city, case_id) == "green"
    city.pass_until(china("2026-10-09T09:00"))
    assert lights(city, case_id) == "yellow"
    city.pass_until(china("2026-10-13T12:00"))
    assert lights(city, case_id) == "yellow"
    city.pass_until(china("2026-10-14T00:01"))
    assert lights(city, case_id) == "red"
    assert "supervision-letter" in city.letters(case_id)
    assert "follow_up" in city.open_tasks(case_id)
    city.pass_until(china("2026-10-20T12:00"))
    assert "talk" not in city.open_tasks(case_id)
    city.pass_until(china("2026-10-21T09:00"))
    assert "talk" in city.open_tasks(case_id)
    city.pass_until(china("2026-10-28T09:00"))
    assert lights(city, case_id) == "black"
    assert len(city.caused(case_id, "accountability")) == 1


def test_the_ladder_across_the_spring_festival_of_2026(city: City) -> None:
    """交办 on Tue 10 Feb 2026. 15–23 Feb Spring Festival; Sat 14 Feb and Sat 28 Feb are working days."""
    case_id, _ = plan_open_since(city, "2026-02-10T09:00")
    assert clock.local(city.task(case_id, "plan").limit_at).date().isoformat() == "2026-03-02"
    city.pass_until(china("2026-02-25T12:00"))
    assert lights(city, case_id) == "green"
    city.pass_until(china("2026-02-26T12:00"))
    assert lights(city, case_id) == "yellow"
    city.pass_until(china("2026-03-03T09:00"))
    assert lights(city, case_id) == "red"
    assert city.letters(case_id).count("supervision-letter") == 1


def test_a_late_step_blocks_nothing_and_its_lateness_is_on_record(city: City) -> None:
    case_id, task_id = plan_open_since(city, "2026-03-02T09:00")
    city.pass_until(china("2026-03-25T09:00"))
    assert lights(city, case_id) == "red"
    city.do("handler", case_id, "plan")
    assert "check_plan" in city.open_tasks(case_id)
    done = [task for task in city.tasks(case_id, "completed") if task.id == task_id]
    assert done[0].completed_at > done[0].limit_at
    assert city.case(case_id).reds == 1


def test_a_task_that_is_done_in_time_never_meets_the_ladder(city: City) -> None:
    case_id, task_id = plan_open_since(city, "2026-03-02T09:00")
    city.do("handler", case_id, "plan")
    city.pass_until(china("2026-03-20T09:00"))
    with city.house.sessions.read() as session:
        assert session.scalars(select(Instance).where(Instance.about_task_id == task_id)).all() == []


def test_the_third_red_in_one_case_goes_to_accountability_at_once(city: City) -> None:
    clock.freeze(china("2026-03-02T09:00"))
    complaint = city.submit()
    city.pass_until(china("2026-03-04T09:00"))  # accept: limit 3 March
    complaint.do("intake", "accept", intake="accept", area=3, category="办事推绕拖")
    city.pass_until(china("2026-03-12T09:00"))  # verify: limit 11 March
    assert city.case(complaint.id).reds == 2
    assert city.caused(complaint.id, "accountability") == []
    complaint.do("supervision", "verify", verify_result="substantiated")
    city.pass_until(china("2026-03-14T09:00"))  # assign: limit 13 March
    assert city.case(complaint.id).reds == 3
    assert len(city.caused(complaint.id, "accountability")) == 1


def test_after_the_system_was_down_overdue_rungs_come_once_with_the_moment_they_were_due(city: City) -> None:
    case_id, task_id = plan_open_since(city, "2026-03-02T09:00")
    city.sleep_until(china("2026-04-10T09:00"))  # the limit was 16 March; 10 working days later 30 March
    assert lights(city, case_id) == "black"
    assert city.letters(case_id).count("supervision-letter") == 1
    assert len(city.caused(case_id, "accountability")) == 1
    fired = [entry for entry in city.acts(case_id) if entry.act == "timer.fire"]
    due = [timer["due_at"] for entry in fired for timer in entry.data.get("timers", [])]
    assert due == sorted(due)
    city.sleep_until(china("2026-04-11T09:00"))
    assert city.letters(case_id).count("supervision-letter") == 1
    assert task_id == city.task(case_id, "plan").id


def test_an_extension_moves_the_limit_and_the_ladder_follows(city: City) -> None:
    case_id, task_id = plan_open_since(city, "2026-03-02T09:00")
    before = city.task(case_id, "plan").limit_at
    city.act("handler", case_id, "extension", task=str(task_id), days="5", reason="需要与省厅协调，申请延期")
    city.do("director", case_id, "decide_extension")
    after = city.task(case_id, "plan").limit_at
    assert (clock.local(before).date().isoformat(), clock.local(after).date().isoformat()) == ("2026-03-16", "2026-03-23")
    city.pass_until(china("2026-03-18T09:00"))
    assert lights(city, case_id) in ("green", "yellow")
    assert "supervision-letter" not in city.letters(case_id)
    city.pass_until(china("2026-03-24T09:00"))
    assert lights(city, case_id) == "red"


def test_an_extension_is_granted_twice_at_most(city: City) -> None:
    case_id, task_id = plan_open_since(city, "2026-03-02T09:00")
    for _ in range(2):
        city.act("handler", case_id, "extension", task=str(task_id), days="5", reason="需要与省厅协调，申请延期")
        city.do("director", case_id, "decide_extension")
    city.act("handler", case_id, "extension", expect=409, task=str(task_id), days="5", reason="需要与省厅协调，申请延期")


def test_a_stopped_clock_keeps_its_remainder(city: City) -> None:
    case_id, _ = plan_open_since(city, "2026-03-02T09:00")  # limit 16 March: 10 working days
    city.pass_until(china("2026-03-06T09:00"))
    city.act("handler", case_id, "pause", reason="等待法院判决书生效")
    city.do("supervision", case_id, "decide_pause")
    assert city.task(case_id, "plan").paused_at is not None
    city.pass_until(china("2026-04-07T09:00"))
    assert lights(city, case_id) == "paused"
    assert "supervision-letter" not in city.letters(case_id)
    city.act("supervision", case_id, "resume-clock", reason="判决书已经生效")
    task = city.task(case_id, "plan")
    assert task.paused_at is None
    with city.house.sessions.read() as session:
        calendar = city.house.calendar(session)
    left = calendar.workdays_between(clock.now(), task.limit_at)
    assert left == calendar.workdays_between(china("2026-03-06T09:00"), china("2026-03-16T12:00"))


def test_a_case_open_for_six_months_is_shown_to_the_leading_group(city: City) -> None:
    clock.freeze(china("2026-03-02T09:00"))
    complaint = city.submit()
    complaint.reach("carry_out")
    city.pass_until(china("2026-09-03T09:00"))
    page = city.browser("leader").get("/notices")
    assert "六个月" in page.text


def test_a_limit_of_one_day_is_yellow_at_once_but_nobody_is_reminded_in_the_same_minute(city: City) -> None:
    clock.freeze(china("2026-03-02T09:00"))
    complaint = city.submit()
    city.pass_until(china("2026-03-03T12:00"))
    assert light(city.task(complaint.id, "accept"), clock.now()) == "yellow"
    assert city.browser("intake").get("/notices").text.count("催办") == 0
    city.pass_until(china("2026-03-04T09:00"))
    assert "follow_up" in city.open_tasks(complaint.id)
