"""Messages: before and after their catch, to one token only, thrown between instances."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.bpm.results import StepFailed
from engine.processes.complete import complete
from engine.processes.correlate import correlate
from engine.processes.due import deliver_kept, forget_expired, waiting_messages
from engine.processes.models import Instance, Message, Subscription, Task
from engine.processes.retry import retry
from engine.processes.start import start
from engine.processes.suspend import resume, suspend
from tests.engine.bpm.draw import props
from tests.engine.processes.office import Sketch, together


def waits(key: str = "p", before: bool = False, after_service: bool = False) -> Sketch:
    """[a →] wait for ``go`` → [service →] b."""
    sketch = Sketch(key)
    sketch.node("intermediateCatchEvent", "wait", sketch.message("go"))
    sketch.user("b")
    sketch.end()
    steps = ["wait", "b", "e"]
    if before:
        sketch.user("a")
        steps.insert(0, "a")
    if after_service:
        sketch.service("print", "test/note")
        steps.insert(steps.index("b"), "print")
    return sketch.start(*steps)


def test_a_message_goes_to_the_instance_that_waits_for_it_by_its_key(office):
    office.deploy(waits())
    first, second = office.start(case_id=7), office.start(case_id=8)
    message = office.act(correlate, "go", "8", {"answer": 42})
    assert message.instance_id == second.id and message.consumed_at is not None
    assert [task.case_id for task in office.all(Task)] == [8]
    assert office.variables(second.id)["answer"] == 42
    assert office.instance(first.id).version == 1
    assert office.acts("case:8") == ["instance.start", "message.deliver"]


def test_a_message_that_comes_first_waits_for_its_catch(office):
    office.deploy(waits(before=True))
    office.start()
    office.act(correlate, "go", 7, {"day": date(2026, 3, 2), "price": Decimal("1.10"), "at": office.task("a").opened_at})
    assert len(office.kept()) == 1
    office.do("a")
    assert office.open() == ["b"] and office.kept() == []
    variables = office.variables(1)
    assert (variables["day"], variables["price"], variables["at"]) == (date(2026, 3, 2), Decimal("1.10"), office.task("b").opened_at)


def test_a_kept_message_expires(office, frozen):
    office.deploy(waits(before=True))
    office.start()
    office.act(correlate, "go", 7, ttl=timedelta(days=1))
    frozen.forward(days=2)
    office.do("a")
    assert office.open() == []
    assert office.act(forget_expired) == 1
    assert office.all(Message) == []


def test_the_same_key_again_is_the_same_message(office):
    office.deploy(waits())
    office.start()
    first = office.act(correlate, "go", 7, {"n": 1}, key="k")
    office.start()
    second = office.act(correlate, "go", 7, {"n": 2}, key="k")
    assert first.id == second.id and office.count(Task) == 1


def test_each_message_is_consumed_by_one_token_only(office):
    office.deploy(waits())
    for _ in range(3):
        office.start()
    office.act(correlate, "go", 7)
    assert office.count(Task) == 1
    office.act(correlate, "go", 7)
    office.act(correlate, "go", 7)
    office.act(correlate, "go", 7)
    assert office.count(Task) == 3 and len(office.kept()) == 1


def test_messages_at_once_go_to_different_tokens(office):
    office.deploy(waits())
    for _ in range(4):
        office.start()
    together(*(lambda: office.act(correlate, "go", 7) for _ in range(4)))
    with office.sessions.read() as session:
        late = waiting_messages(session, office.all(Message)[0].received_at)
    for number in late:
        office.act(deliver_kept, number)
    assert office.count(Task) == 4 and office.kept() == []
    assert len({message.instance_id for message in office.all(Message)}) == 4


def test_the_wait_that_began_last_gets_the_message(office, frozen):
    office.deploy(waits())
    office.start()
    frozen.forward(minutes=1)
    newer = office.start()
    assert office.act(correlate, "go", 7).instance_id == newer.id


def test_a_message_and_its_catch_at_the_same_moment_miss_each_other_for_one_sweep_at_most(office, frozen):
    office.deploy(waits(before=True))
    for case in range(10):
        office.start(case_id=case)
    tasks = {task.case_id: task.id for task in office.all(Task)}
    for case, task_id in tasks.items():
        together(lambda c=case: office.act(correlate, "go", c), lambda t=task_id: office.act(complete, t, {}))
    with office.sessions.read() as session:
        late = waiting_messages(session, frozen.now())
    for number in late:
        office.act(deliver_kept, number)
    assert office.kept() == [] and office.count(Task, element="b", status="open") == 10


def test_a_suspended_instance_gets_its_message_when_it_is_resumed(office):
    office.deploy(waits())
    instance = office.start()
    office.act(suspend, instance.id)
    office.act(correlate, "go", 7)
    assert office.open() == [] and len(office.kept()) == 1
    office.act(resume, instance.id)
    assert office.open() == ["b"] and office.kept() == []


def test_a_receiver_that_fails_gets_an_incident_and_the_sender_goes_on(office):
    office.deploy(waits(after_service=True))
    office.start()
    office.broken.add("note")
    message = office.act(correlate, "go", 7)
    assert message.consumed_at is None and message.held
    (incident,) = office.incidents()
    assert incident.element == "print" and "printer on fire" in incident.sentence + incident.trace
    assert office.instance(1).status == "running" and office.count(Subscription) == 1
    office.act(retry, incident.id)
    assert [one.attempts for one in office.incidents()] == [2]
    office.broken.clear()
    office.act(retry, incident.id)
    assert office.incidents() == [] and office.open() == ["b"] and office.kept() == []
    assert office.done == [("note", {})]


def thrower(message: str = "go") -> Sketch:
    sketch = Sketch("thrower")
    sketch.user("t")
    sketch.node("intermediateThrowEvent", "throw", sketch.message(message), props({"correlation": "case_id", "payload": "{n: n}"}))
    sketch.user("after")
    sketch.end()
    return sketch.start("t", "throw", "after", "e")


def test_a_thrown_message_arrives_in_the_same_transaction(office):
    office.deploy(waits())
    office.deploy(thrower())
    receiver = office.start("p")
    office.start("thrower")
    office.do("t", n=5)
    assert office.open() == ["after", "b"]
    assert office.variables(receiver.id)["n"] == 5
    assert [row.act for row in office.journal()][-2:] == ["task.complete", "message.deliver"]


def test_an_act_that_fails_throws_nothing(office):
    sketch = thrower()
    sketch.parts = [part for part in sketch.parts if 'id="after"' not in part]
    sketch.service("after", "test/note")
    office.deploy(waits())
    office.deploy(sketch)
    office.start("p")
    office.start("thrower")
    office.broken.add("note")
    with pytest.raises(StepFailed):
        office.do("t", n=5)
    assert office.open() == ["t"] and office.all(Message) == []


def test_two_drawings_that_answer_each_other_without_end_are_stopped(office):
    for key, heard, said in (("ping", "a", "b"), ("pong", "b", "a")):
        sketch = Sketch(key)
        sketch.node("exclusiveGateway", "again")
        sketch.node("intermediateCatchEvent", "hear", sketch.message(heard))
        sketch.node("intermediateThrowEvent", "say", sketch.message(said))
        sketch.node("exclusiveGateway", "way")
        sketch.end()
        sketch.start("again", "hear", "say", "way")
        sketch.flow("way", "e", "false")
        sketch.flow("way", "again", default=True)
        office.deploy(sketch)
        office.start(key)
    with pytest.raises(StepFailed, match="没有尽头"):
        office.act(correlate, "a", 7)
    assert office.instance(1).version == 1 and office.all(Message) == []


def test_an_operation_may_send_a_message_to_the_instance_it_works_for(office):
    sketch = Sketch()
    sketch.service("send", "test/send")
    sketch.node("intermediateCatchEvent", "wait", sketch.message("go"))
    sketch.user("b")
    sketch.end()
    office.deploy(sketch.start("send", "wait", "b", "e"))
    office.also["send"] = lambda desk, given: correlate(desk.session, desk.ports, desk.act, "go", 7, {"n": 1}) and {}
    instance = office.start()
    assert office.open() == ["b"] and office.variables(instance.id)["n"] == 1


def test_an_operation_may_start_several_processes_under_one_key(office):
    office.deploy(waits("other"))
    sketch = Sketch()
    sketch.user("a")
    sketch.service("first", "test/start-beside")
    sketch.service("second", "test/start-beside")
    sketch.end()
    office.deploy(sketch.start("a", "first", "second", "e"))
    office.also["start-beside"] = lambda desk, given: {
        "n": start(desk.session, desk.ports, desk.act, "other", {"case_id": 7}, 7, desk.instance.id).id
    }
    parent = office.start("p")
    task = office.task("a")
    for _ in range(2):
        office.act(complete, task.id, {}, key="k")
    beside = [one for one in office.all(Instance) if one.key == "other"]
    assert [one.started_by_id for one in beside] == [parent.id, parent.id]
    assert office.acts() == ["instance.start", "instance.start", "instance.start", "task.complete"]
