"""What fails becomes an incident that an operator sees and has done again; nothing else is lost."""

from __future__ import annotations

import pytest

from engine.bpm.results import StepFailed
from engine.errors import Conflict, NotFound
from engine.processes.complete import complete
from engine.processes.incidents import dismiss
from engine.processes.models import Incident, Instance, Task
from engine.processes.retry import retry
from engine.processes.start import start
from engine.processes.wake import wake
from tests.engine.bpm.draw import timer
from tests.engine.processes.office import LI, WANG, Sketch


def prints() -> Sketch:
    sketch = Sketch()
    sketch.user("a")
    sketch.service("print", "test/note", what="n")
    sketch.user("b")
    sketch.end()
    return sketch.start("a", "print", "b", "e")


def rings() -> Sketch:
    """After a day: print, then b."""
    sketch = Sketch()
    sketch.node("intermediateCatchEvent", "wait", timer("P1D"))
    sketch.service("print", "test/note")
    sketch.user("b")
    sketch.end()
    return sketch.start("wait", "print", "b", "e")


def test_an_operation_that_fails_leaves_everything_as_it_was_and_an_incident(office):
    office.deploy(prints())
    office.start()
    office.broken.add("note")
    with pytest.raises(StepFailed):
        office.do("a", n=1)
    (incident,) = office.incidents()
    assert (incident.element, incident.instance_id, incident.case_id, incident.attempts) == ("print", 1, 7, 1)
    assert "printer on fire" in incident.sentence and "ValueError" in incident.trace
    assert office.open() == ["a"] and office.instance(1).version == 1 and office.acts() == ["instance.start"]


def test_a_repaired_incident_is_done_again_in_the_name_of_the_first_actor(office):
    office.deploy(prints())
    office.start()
    office.broken.add("note")
    with pytest.raises(StepFailed):
        office.do("a", by=LI, n=1)
    office.broken.clear()
    incident = office.act(retry, office.incidents()[0].id, by=WANG)
    assert incident.resolved_at is not None and office.open() == ["b"]
    assert office.all(Task)[0].completed_by_id == 1
    assert [(row.act, row.actor) for row in office.journal()][-2:] == [("task.complete", "李华"), ("incident.retry", "王五")]
    with pytest.raises(Conflict):
        office.act(retry, incident.id)


def test_failing_again_counts_up_and_makes_no_second_incident(office):
    office.deploy(prints())
    office.start()
    office.broken.add("note")
    for _ in range(2):
        with pytest.raises(StepFailed):
            office.do("a", n=1)
    with pytest.raises(StepFailed):
        office.act(retry, office.incidents()[0].id)
    assert [one.attempts for one in office.incidents()] == [3]


def test_who_simply_does_it_again_after_the_repair_resolves_the_incident(office):
    office.deploy(prints())
    office.start()
    office.broken.add("note")
    with pytest.raises(StepFailed):
        office.do("a", n=1)
    office.broken.clear()
    office.do("a", n=1)
    assert office.incidents() == []


def test_a_start_that_fails_leaves_no_instance_and_can_be_done_again(office):
    sketch = Sketch()
    sketch.service("print", "test/note")
    sketch.user("b")
    sketch.end()
    office.deploy(sketch.start("print", "b", "e"))
    office.broken.add("note")
    with pytest.raises(StepFailed):
        office.act(start, "p", {"case_id": 7}, 7, key="k")
    assert office.all(Instance) == []
    office.broken.clear()
    office.act(retry, office.incidents()[0].id)
    assert office.open() == ["b"]
    assert office.act(start, "p", {"case_id": 7}, 7, key="k").id == office.all(Instance)[0].id


def test_a_timer_that_fails_rings_no_more_until_it_is_done_again(office, frozen):
    office.deploy(rings())
    instance = office.start()
    office.broken.add("note")
    frozen.forward(days=2)
    with pytest.raises(StepFailed):
        office.act(wake, instance.id)
    assert office.instance(1).status == "incident" and office.instance(1).due_at is not None
    office.broken.clear()
    office.act(retry, office.incidents()[0].id)
    assert office.open() == ["b"] and office.instance(1).status == "running" and office.incidents() == []


def test_an_expression_that_fails_names_its_element(office):
    sketch = Sketch()
    sketch.user("a")
    sketch.node("intermediateCatchEvent", "wait", timer("when", "timeDate"))
    sketch.end()
    office.deploy(sketch.start("a", "wait", "e"))
    office.start()
    with pytest.raises(StepFailed):
        office.do("a", when="never")
    assert office.incidents()[0].element == "wait" and office.open() == ["a"]


def test_an_operation_that_is_no_longer_known_is_an_incident(office):
    office.deploy(prints())
    office.start()
    office.ports = office.new_ports()
    with office.sessions.read() as session:
        office.ports.drawings.drawing(session, office.ports, 1)
    operations = {name: one for name, one in office.ports.operations.items() if name != "test/note"}
    object.__setattr__(office.ports, "operations", operations)
    with pytest.raises(StepFailed, match="test/note"):
        office.do("a", n=1)


def test_an_incident_that_cannot_be_repaired_is_dismissed_with_a_reason(office):
    office.deploy(prints())
    office.start()
    office.broken.add("note")
    with pytest.raises(StepFailed):
        office.do("a", n=1)
    office.act(dismiss, office.incidents()[0].id, reason="已线下处理", by=WANG)
    assert office.incidents() == []
    assert office.journal()[-1].data["reason"] == "已线下处理"


def test_what_was_done_meanwhile_is_not_done_again(office):
    office.deploy(prints())
    office.start()
    task = office.task("a")
    office.broken.add("note")
    with pytest.raises(StepFailed):
        office.act(complete, task.id, {"n": 1}, by=LI)
    incident = office.incidents()[0]
    office.broken.clear()
    office.act(complete, task.id, {"n": 2}, by=WANG)
    with pytest.raises(Conflict):
        office.act(retry, incident.id)
    assert office.done == [("note", {"what": 2})]


def test_an_incident_that_does_not_exist_is_not_found(office):
    for verb in (retry, dismiss):
        with pytest.raises(NotFound):
            office.act(verb, 99)
    assert office.all(Incident) == []
