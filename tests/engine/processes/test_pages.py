"""A task's page, and where an instance stands."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, NotFound
from engine.processes import queries
from engine.processes.complete import complete
from engine.processes.models import Task
from engine.processes.wake import wake
from tests.engine.bpm.draw import timer
from tests.engine.processes.office import Sketch, together


def raced(key: str = "p") -> Sketch:
    sketch = Sketch(key)
    sketch.user("a")
    sketch.user("late")
    sketch.user("b")
    sketch.end()
    sketch.boundary("over", "a", timer("P1D"))
    sketch.start("a", "b", "e")
    sketch.chain("over", "late", "e")
    return sketch


def test_a_page_holds_the_task_its_instance_and_its_neighbours(office):
    office.deploy(raced())
    office.start()
    office.start()
    with office.sessions.read() as session:
        page = queries.task_page(session, 1, user_id=1)
    assert (page.task.element, page.instance.id, page.definition.key, page.draft, page.changes) == ("a", 1, "p", None, [])
    assert [task.id for task in page.siblings] == [2]
    with office.sessions.read() as session, pytest.raises(NotFound):
        queries.task_page(session, 99)


def test_an_instance_shows_where_its_tokens_stand_and_what_it_has_passed(office):
    office.deploy(raced())
    instance = office.start()
    office.do("a")
    with office.sessions.read() as session:
        position = queries.position(session, office.ports, office.instance(instance.id))
    assert [(token.element, token.state) for token in position.tokens if token.state == "task"] == [("b", "task")]
    assert position.passed == {"p/s", "p/a"} and position.definitions == {"p": 1}
    office.do("b")
    with office.sessions.read() as session:
        ended = queries.position(session, office.ports, office.instance(instance.id))
    assert ended.tokens == [] and ended.passed == {"p/s", "p/a", "p/b", "p/e"}


def test_when_a_person_and_the_timer_come_at_once_one_of_them_wins(office, frozen):
    office.deploy(raced())
    for case in range(12):
        office.start(case_id=case)
    tasks = {task.instance_id: task.id for task in office.all(Task)}
    frozen.forward(days=2)
    for instance_id, task_id in tasks.items():
        results = together(lambda i=instance_id: office.act(wake, i), lambda t=task_id: office.act(complete, t, {}))
        assert all(not isinstance(result, Exception) or isinstance(result, Conflict) for result in results), results
    for instance_id in tasks:
        opened = {task.element for task in office.all(Task) if task.instance_id == instance_id and task.status == "open"}
        assert opened in ({"b"}, {"late"})
        assert office.instance(instance_id).version == 2
    assert office.incidents() == []
