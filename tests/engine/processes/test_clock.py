"""Timers and ladders through the database; fired by the sweep of a timer process."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest

from engine.processes import limits
from engine.processes.cancel import cancel
from engine.processes.climb import climb
from engine.processes.deploy import deploy
from engine.processes.due import due, next_due
from engine.processes.models import Instance, Task
from engine.processes.retry import retry
from engine.processes.suspend import resume, suspend
from engine.processes.wake import wake
from tests.engine.bpm.draw import props, timer
from tests.engine.processes.office import Sketch
from tests.engine.processes.tables import LIMITS
from timers.jobs import Sweep


def reminded(key: str = "p") -> Sketch:
    """Task a, with a reminder each day that does not interrupt it, and an end after ten days that does."""
    sketch = Sketch(key)
    sketch.user("a")
    sketch.service("remind", "test/note")
    sketch.end("reminded")
    sketch.user("late")
    sketch.end()
    sketch.boundary("daily", "a", timer("R/P1D", "timeCycle"), interrupting=False)
    sketch.boundary("over", "a", timer("P10D"))
    sketch.start("a", "e")
    sketch.chain("daily", "remind", "reminded")
    sketch.chain("over", "late", "e")
    return sketch


def later(days: int = 1, key: str = "p") -> Sketch:
    sketch = Sketch(key)
    sketch.node("intermediateCatchEvent", "wait", timer(f"P{days}D"))
    sketch.service("note", "test/note")
    sketch.user("b")
    sketch.end()
    return sketch.start("wait", "note", "b", "e")


def ladder() -> Sketch:
    """Rung after rung by hand of the test's own: remind at once, then a talk 5 days later; ends when the task has closed."""
    sketch = Sketch("supervision")
    sketch.service("remind", "test/note", what="task_id")
    sketch.node("intermediateCatchEvent", "until", timer("days_after(limit_at, 5)", "timeDate"))
    sketch.user("talk", limit="none")
    sketch.end()
    sketch.start("remind", "until", "talk", "e")
    closed = Sketch("closed")
    closed.end("closed-end")
    body = closed.message("task-closed")
    closed.start(
        "closed-end", id="closed-start", body=f"<bpmn:extensionElements>{props({'correlation': 'task_id'})}</bpmn:extensionElements>{body}"
    )
    sketch.sub("stop", closed, by_event=True)
    return sketch


@pytest.fixture
def sweep(office):
    return Sweep(office)


def test_nothing_rings_before_its_moment(office, sweep, frozen):
    office.deploy(later())
    office.start()
    assert sweep.fire_due() == 0
    with office.sessions.read() as session:
        assert next_due(session) == frozen.now() + timedelta(days=1)
    frozen.forward(days=1)
    assert sweep.fire_due() == 1 and sweep.fire_due() == 0
    assert office.open() == ["b"]
    with office.sessions.read() as session:
        assert next_due(session) is None


def test_after_downtime_an_overdue_timer_fires_once_with_the_moment_it_was_due(office, sweep, frozen):
    office.deploy(later())
    instance = office.start()
    was_due = instance.due_at
    frozen.forward(days=40)
    sweep.fire_due()
    row = office.journal()[-1]
    assert (row.act, row.actor, row.at) == ("timer.fire", "时钟", frozen.now())
    assert row.data["timers"] == [{"element": "wait", "due_at": was_due.isoformat()}] and row.data["due_at"] == was_due.isoformat()
    assert office.done == [("note", {})]


def test_a_reminder_that_missed_ten_days_does_not_ring_in_a_burst(office, sweep, frozen):
    office.deploy(reminded())
    office.start()
    frozen.forward(days=9, hours=1)
    sweep.fire_due()
    assert len(office.done) == 1 and office.open() == ["a"]
    frozen.forward(days=30)
    sweep.fire_due()
    assert office.open() == ["late"] and len(office.done) <= 3


def test_timers_of_several_instances_ring_in_the_order_of_their_moments(office, sweep, frozen):
    order = []
    office.also["note"] = lambda desk, given: order.append(desk.instance.id)
    for days in (3, 1, 2):
        office.deploy(later(days, key=f"p{days}"))
        office.start(f"p{days}")
    frozen.forward(days=9)
    sweep.fire_due()
    assert order == [2, 3, 1]


def test_one_failing_instance_does_not_stop_the_others(office, sweep, frozen):
    office.deploy(later())
    for case in range(5):
        office.start(case_id=case)

    def run(desk, given):
        if desk.instance.case_id == 2:
            raise ValueError("no paper")

    office.also["note"] = run
    frozen.forward(days=2)
    sweep.fire_due()
    assert office.count(Task, element="b") == 4
    assert [one.instance_id for one in office.incidents()] == [3]
    assert sweep.fire_due() == 0
    office.also.clear()
    office.act(retry, office.incidents()[0].id)
    assert office.count(Task, element="b") == 5


def test_a_suspended_instance_is_not_woken_until_it_is_resumed(office, sweep, frozen):
    office.deploy(later())
    instance = office.start()
    office.act(suspend, instance.id)
    frozen.forward(days=2)
    assert sweep.fire_due() == 0 and office.act(wake, instance.id) is None
    office.act(resume, instance.id)
    assert sweep.fire_due() == 1 and office.open() == ["b"]


def test_a_cancelled_instance_has_no_timers_tasks_or_waits(office, sweep, frozen):
    office.deploy(reminded())
    instance = office.start()
    office.act(cancel, instance.id, reason="并案")
    office.act(cancel, instance.id)
    frozen.forward(days=30)
    assert sweep.fire_due() == 0 and office.open() == []
    assert office.instance(instance.id).status == "cancelled" and office.acts().count("instance.cancel") == 1


def test_several_timer_processes_fire_each_timer_exactly_once(office, frozen):
    office.deploy(later())
    for case in range(30):
        office.start(case_id=case)
    frozen.forward(days=2)
    threads = [threading.Thread(target=Sweep(office).fire_due) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    frozen.forward(minutes=5)
    Sweep(office).fire_due()
    tasks = Counter(task.instance_id for task in office.all(Task))
    assert len(tasks) == 30 and set(tasks.values()) == {1}
    assert all(instance.version == 2 for instance in office.all(Instance))
    assert [office.acts(f"case:{case}").count("timer.fire") for case in range(30)] == [1] * 30


@pytest.fixture
def limited(office):
    office.act(deploy, LIMITS, folder="limits")
    office.deploy(ladder())
    sketch = Sketch()
    sketch.user("a", unit="bureau")
    sketch.end()
    office.deploy(sketch.start("a", "e"))
    office.start()
    return office


def test_the_ladder_begins_with_the_first_rung_and_knows_its_task(limited, sweep, frozen):
    task = limited.task("a")
    frozen.to(task.rung_at - timedelta(seconds=1))
    assert sweep.fire_due() == 0
    frozen.forward(seconds=1)
    sweep.fire_due()
    begun = limited.all(Instance)[1]
    assert (begun.key, begun.about_task_id, begun.started_by_id, begun.case_id) == ("supervision", task.id, 1, 7)
    assert limited.done == [("note", {"what": task.id})]
    variables = limited.variables(begun.id)
    assert (variables["unit"], variables["limit_at"], variables["rung_due_at"]) == ("bureau", task.limit_at, task.rung_at)
    assert limited.task("a").rung_at is None
    assert sweep.fire_due() == 0


def test_climbing_twice_begins_one_ladder(limited, frozen):
    task = limited.task("a")
    frozen.to(task.rung_at)
    assert limited.act(climb, task.id) is not None
    assert limited.act(climb, task.id) is None
    assert limited.count(Instance, key="supervision") == 1


def test_the_ladder_ends_when_its_task_is_done(limited, sweep, frozen):
    frozen.to(limited.task("a").rung_at)
    sweep.fire_due()
    limited.do("a")
    assert limited.all(Instance)[1].status == "completed"
    assert limited.kept() == []


def test_a_task_done_in_time_has_no_ladder_and_sends_no_message(limited, sweep, frozen):
    limited.do("a")
    frozen.forward(days=60)
    assert sweep.fire_due() == 0 and limited.count(Instance) == 1 and limited.kept() == []


def test_a_late_step_does_not_block_the_work(limited, sweep, frozen):
    frozen.forward(days=60)
    sweep.fire_due()
    assert limited.open() == ["a", "talk"]
    limited.do("a")
    assert limited.open() == []
    done = limited.task("a", "completed")
    assert limits.light(done, frozen.now()) == "black"


def test_while_the_clock_of_a_task_stands_still_its_ladder_does_not_move(limited, sweep, frozen):
    task = limited.task("a")
    frozen.to(task.rung_at)
    sweep.fire_due()
    limited.act(limits.pause, 7)
    frozen.forward(days=60)
    with limited.sessions.read() as session:
        assert due(session, frozen.now()) == [] and next_due(session) is None
    assert sweep.fire_due() == 0
    assert limited.act(wake, limited.all(Instance)[1].id) is None
    assert limited.open() == ["a"]


def test_a_paused_task_begins_no_ladder(limited, sweep, frozen):
    limited.act(limits.pause, 7)
    frozen.forward(days=60)
    assert sweep.fire_due() == 0 and limited.act(climb, limited.task("a").id) is None
    limited.act(limits.resume, 7)
    assert sweep.fire_due() == 0
    frozen.to(limited.task("a").rung_at)
    assert sweep.fire_due() == 1


def test_without_a_deployed_ladder_there_is_an_incident_and_no_endless_loop(office, sweep, frozen):
    office.act(deploy, LIMITS, folder="limits")
    sketch = Sketch()
    sketch.user("a")
    sketch.end()
    office.deploy(sketch.start("a", "e"))
    office.start()
    frozen.forward(days=60)
    assert sweep.fire_due() == 1 and sweep.fire_due() == 0
    (incident,) = office.incidents()
    assert incident.act["verb"] == "climb" and "supervision" in incident.sentence
    office.deploy(ladder())
    office.act(retry, incident.id)
    assert office.count(Instance, key="supervision") == 1


def test_due_things_are_read_in_one_statement(limited, db_engine, count_statements, frozen):
    frozen.forward(days=60)
    with limited.sessions.read() as session, count_statements(db_engine) as statements:
        assert [one.verb for one in due(session, frozen.now())] == ["climb"]
        assert next_due(session) is not None
    assert len([one for one in statements if not one.startswith("BEGIN")]) == 2
