"""Starting processes and completing tasks, through the database."""

from __future__ import annotations

import pytest

from engine.bpm.results import StepFailed
from engine.errors import Conflict, NotFound
from engine.processes.claim import claim
from engine.processes.complete import complete
from engine.processes.models import Incident, Instance, Task
from engine.processes.start import start
from engine.processes.suspend import resume, suspend
from tests.engine.processes.office import LI, WANG, Sketch, together


def two_steps(**properties: str) -> Sketch:
    sketch = Sketch()
    sketch.user("a", **properties)
    sketch.user("b")
    sketch.end()
    return sketch.start("a", "b", "e")


def test_a_process_runs_from_its_start_to_its_end(office):
    office.deploy(two_steps(unit="=unit", stage="verify"))
    instance = office.start(variables={"unit": "bureau"})
    task = office.task("a")
    assert (task.role, task.unit_id, task.form, task.name, task.case_id) == ("clerk", "bureau", "a", "a", 7)
    assert task.properties["stage"] == "verify"
    change = office.do("a", result="ok")
    assert [one.element for one in change.closed] == ["a"] and [one.element for one in change.opened] == ["b"]
    assert change.closed[0].completed_by_id == 1 and change.closed[0].answers == {"result": "ok"}
    assert office.variables(instance.id)["result"] == "ok"
    office.do("b")
    ended = office.instance(instance.id)
    assert (ended.status, ended.outcome, ended.version) == ("completed", "e", 3)
    assert ended.ended_at is not None and office.open() == []


def test_each_act_is_one_journal_row_with_the_steps_it_passed(office):
    office.deploy(two_steps())
    office.start()
    office.do("a", result="secret words")
    office.do("b", by=WANG)
    rows = office.journal()
    assert [row.act for row in rows] == ["instance.start", "task.complete", "task.complete"]
    assert [row.actor for row in rows] == ["李华", "李华", "王五"]
    assert rows[1].subject == "a" and rows[1].data["steps"] == ["p/a"]
    assert rows[2].data["steps"] == ["p/b", "p/e"]
    assert "secret" not in str(rows[1].data) and len(rows[1].data["answers_sha256"]) == 64


def test_the_same_key_again_gives_the_first_result(office):
    office.deploy(two_steps())
    office.start()
    task = office.task("a")
    first = office.act(complete, task.id, {"n": 1}, key="k1")
    second = office.act(complete, task.id, {"n": 2}, key="k1")
    assert second.advance is None and first.advance is not None
    assert [one.id for one in second.opened] == [one.id for one in first.opened]
    assert [(one.id, one.answers) for one in second.closed] == [(task.id, {"n": 1})]
    assert office.count(Task) == 2


def test_completing_a_task_that_is_done_says_who_did_it_and_when(office):
    office.deploy(two_steps())
    office.start()
    task = office.task("a")
    office.act(complete, task.id, {}, by=WANG)
    with pytest.raises(Conflict) as refused:
        office.act(complete, task.id, {}, key="another")
    assert refused.value.sentence % refused.value.details == "已由 王五 于 2026-03-02 09:00 办结。"


def test_completing_a_task_that_does_not_exist_is_refused(office):
    with pytest.raises(NotFound):
        office.act(complete, 99, {})


def test_a_task_that_another_has_taken_is_not_completed(office):
    office.deploy(two_steps())
    office.start()
    task = office.task("a")
    office.act(claim, task.id, by=WANG)
    with pytest.raises(Conflict) as refused:
        office.act(complete, task.id, {})
    assert refused.value.details["name"] == "王五"
    office.act(complete, task.id, {}, by=WANG)


def test_of_two_people_at_once_one_wins_and_the_other_is_told(office):
    office.deploy(two_steps())
    office.start()
    task = office.task("a")
    results = together(*(lambda by=by: office.act(complete, task.id, {"who": by.name}, by=by) for by in (LI, WANG)))
    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 1
    winner = office.task("a", "completed")
    assert refused[0].details["name"] == winner.answers["who"]
    assert office.count(Task, element="b") == 1
    assert office.acts().count("task.complete") == 1


def test_the_same_key_from_two_requests_at_once_completes_once_and_answers_both(office):
    office.deploy(two_steps())
    office.start()
    task = office.task("a")
    results = together(*(lambda: office.act(complete, task.id, {}, key="k") for _ in range(4)))
    assert not [result for result in results if isinstance(result, Exception)]
    assert {result.opened[0].id for result in results} == {office.task("b").id}
    assert office.count(Task) == 2


def test_starting_with_the_same_key_twice_starts_once(office):
    office.deploy(two_steps())
    results = together(*(lambda: office.start(key="p", case_id=7) for _ in range(2)))
    assert len({one.id for one in results}) == 2
    again = together(*(lambda: office.act(start, "p", {"case_id": 8}, 8, key="k") for _ in range(4)))
    assert len({one.id for one in again}) == 1
    assert office.count(Instance) == 3


def test_parallel_branches_completed_at_once_lose_no_answer(office):
    sketch = Sketch()
    names = "abcd"
    for name in names:
        sketch.user(name)
    sketch.node("parallelGateway", "split")
    sketch.node("parallelGateway", "join")
    sketch.user("after")
    sketch.end()
    sketch.start("split")
    for name in names:
        sketch.chain("split", name, "join")
    sketch.chain("join", "after", "e")
    office.deploy(sketch)
    instance = office.start()
    tasks = {name: office.task(name).id for name in names}
    results = together(*(lambda name=name: office.act(complete, tasks[name], {name: True}) for name in names))
    assert not [result for result in results if isinstance(result, Exception)]
    assert office.open() == ["after"]
    variables = office.variables(instance.id)
    assert all(variables[name] for name in names)
    assert office.instance(instance.id).version == 5


def test_a_suspended_process_completes_no_task_until_it_is_resumed(office):
    office.deploy(two_steps())
    instance = office.start()
    office.act(suspend, instance.id, reason="等待法院判决")
    with pytest.raises(Conflict):
        office.do("a")
    office.act(resume, instance.id)
    office.do("a")
    assert office.open() == ["b"]
    assert office.acts() == ["instance.start", "instance.suspend", "instance.resume", "task.complete"]
    assert office.journal()[1].data["reason"] == "等待法院判决"


def test_a_process_that_is_not_deployed_is_not_started(office):
    with pytest.raises(NotFound):
        office.start("nothing")
    assert office.count(Instance) == 0


def test_a_task_for_somebody_who_does_not_exist_becomes_an_incident(office):
    office.deploy(two_steps(assignee="=who"))
    with pytest.raises(StepFailed):
        office.start(variables={"who": 99})
    assert office.count(Instance) == 0
    assert [(one.element, one.instance_id, one.act["verb"]) for one in office.all(Incident)] == [("a", None, "start")]


def test_a_running_process_stays_on_its_drawing(office):
    office.deploy(two_steps())
    old = office.start()
    newer = Sketch()
    newer.user("a")
    newer.user("c")
    newer.end()
    office.deploy(newer.start("a", "c", "e"))
    new = office.start()
    tasks = {task.instance_id: task.id for task in office.all(Task)}
    office.act(complete, tasks[old.id], {})
    office.act(complete, tasks[new.id], {})
    assert office.open() == ["b", "c"]


def test_another_process_without_cache_goes_on_where_this_one_stopped(office):
    office.deploy(two_steps())
    office.start()
    office.ports = office.new_ports()
    office.do("a")
    office.ports = office.new_ports()
    office.do("b")
    assert office.open() == []


def test_a_completion_takes_at_most_twelve_statements(office, db_engine, count_statements):
    office.deploy(two_steps())
    office.start()
    office.do("a")
    office.start()
    task = office.task("a")
    with count_statements(db_engine) as statements:
        office.act(complete, task.id, {"n": 1})
    assert len(statements) <= 10, "\n".join(statements)
