from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.cases import limits
from engine.cases.models import Case
from engine.clock import LOCAL
from engine.processes import complete, deploy
from engine.processes.limits import light
from engine.processes.models import Task
from engine.processes.start import start
from tests.engine.bpm.draw import Sketch
from tests.engine.cases.city import City


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=LOCAL)


@pytest.fixture
def limited(city: City) -> City:
    city.act(deploy.deploy_folder, Path("bpmn/limits"))
    return city


def test_the_case_shows_the_limit_of_its_most_urgent_task(limited: City) -> None:
    case = limited.register()  # Monday, 2 March; 受理 within one working day
    assert limited.case(case.id).limit_at == end_of("2026-03-03")
    assert light(limited.case(case.id), limited.now) == "yellow"
    limited.complete(case.id, "intake", {}, "accept")
    assert limited.case(case.id).limit_at is None  # the short process' next task has no limit


def test_a_stopped_clock_keeps_its_remainder(limited: City) -> None:
    case = limited.register()
    limited.act(limits.pause, case.id, by="supervisor", reason="等待鉴定")
    assert limited.case(case.id).paused_at == limited.now
    limited.later(days=10)
    limited.act(limits.resume, case.id, by="supervisor")
    after = limited.case(case.id)
    assert (after.paused_at, after.limit_at) == (None, end_of("2026-03-13"))


def test_an_extension_moves_the_limit_of_the_case(limited: City) -> None:
    case = limited.register()
    limited.act(limits.extend, limited.open_task(case.id).id, 3, by="director", reason="案情复杂")
    assert limited.case(case.id).limit_at == end_of("2026-03-06")


def test_the_rungs_follow_the_table_and_after_a_move_the_first_ahead(limited: City) -> None:
    sketch = Sketch("supervision")
    sketch.service("first", "supervision/next-rung", task_id="task_id", rung="0")
    sketch.service("note", "cases/record", climbed="rung", light="light", since="rung_at")
    sketch.service("again", "supervision/next-rung", task_id="task_id", rung="rung", moved="true")
    sketch.service("note2", "cases/record", ahead="rung_at")
    sketch.user("rest", role="office.director")
    sketch.start("first", "note", "again", "note2", "rest", sketch.end())
    limited.deploy(sketch)
    case = limited.register()
    task = limited.open_task(case.id)
    limited.later(days=2)
    limited.act(start, "supervision", {"task_id": task.id}, case_id=case.id, about_task_id=task.id)
    facts = limited.case(case.id).facts
    assert (facts["climbed"], facts["light"]) == (2, "red")  # the limit is one day: its reminder would have come with the task
    assert datetime.fromisoformat(facts["ahead"]) > limited.now > datetime.fromisoformat(facts["since"])


def test_two_processes_on_one_case_leave_the_right_limit(limited: City) -> None:
    """Tasks of two instances of one case are completed at the same time; the case ends with the limit of what is open then."""
    sketch = Sketch("complaint")
    sketch.user("accept", role="office.intake")
    sketch.user("verify", role="office.supervision")
    sketch.start("accept", "verify", sketch.end())
    limited.deploy(sketch)
    for round_ in range(5):
        case = limited.register(narrative=f"第{round_}件")
        variables = {"case_id": case.id, "received_at": limited.now}
        limited.act(start, "complaint", variables, case_id=case.id)
        with limited.sessions.read() as session:
            tasks = [task.id for task in session.query(Task).filter_by(case_id=case.id, status="open")]
        assert len(tasks) == 2
        threads = [threading.Thread(target=limited.act, args=(complete.complete, task, {}), kwargs={"by": "intake"}) for task in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with limited.sessions.read() as session:
            one = session.get(Case, case.id)
            open_tasks = session.query(Task).filter_by(case_id=case.id, status="open").all()
        assert one is not None and [task.element for task in open_tasks] == ["verify", "verify"]
        assert one.limit_at == min(task.limit_at for task in open_tasks if task.limit_at) > limited.now + timedelta(days=3)
