"""Sub-processes, called processes, errors, escalations and terminate ends, through store and load."""

from __future__ import annotations

import pytest

from engine.bpm import runner
from engine.bpm.results import StepFailed
from tests.engine.bpm.draw import Sketch, multi, props, timer
from tests.engine.bpm.play import Play, parse

ERROR = '<bpmn:error id="E1" name="refused" errorCode="refused"/><bpmn:error id="E2" name="lost" errorCode="lost"/>'
ESCALATION = '<bpmn:escalation id="X1" name="late" escalationCode="late"/>'
END_WITH_ERROR = '<bpmn:errorEventDefinition errorRef="E1"/>'
TERMINATE = "<bpmn:terminateEventDefinition/>"


def inside(*tasks: str, end: str = "", key: str = "sub") -> Sketch:
    sketch = Sketch(key)
    for task in tasks:
        sketch.user(task)
    sketch.end(f"{key}_e", end)
    return sketch.start(*tasks, f"{key}_e", id=f"{key}_s")


def around(sub: Sketch, loop: str = "") -> Sketch:
    sketch = Sketch()
    sketch.sub("sub", sub, loop)
    sketch.user("after")
    sketch.end()
    return sketch.start("sub", "after", "e")


def calling(loop: str = "", **properties: str) -> Sketch:
    sketch = Sketch()
    sketch.node("callActivity", "call", loop, props(properties) if properties else "", calledElement="called")
    sketch.user("after")
    sketch.end()
    return sketch.start("call", "after", "e")


def called(*tasks: str, **options: str) -> Sketch:
    return inside(*tasks, key="called", **options)


def test_an_embedded_sub_process_shares_the_variables_around_it():
    play = Play(parse(around(inside("a", "b"))), variables={"n": 1})
    play.do("a", n=2)
    assert play.advance.opened[0].variables["n"] == 2
    assert play.variables["n"] == 2
    play.do("b")
    assert play.tasks == ["after"]
    assert play.passed == ["s", "sub_s", "a", "b", "sub_e", "sub"]


def test_a_called_process_has_its_own_variables_and_gives_back_all_by_default():
    play = Play(parse(calling()), parse(called("a"), 2), variables={"n": 1})
    opened = play.advance.opened[0]
    assert (opened.process, opened.definition_id, opened.variables["n"]) == ("called", 2, 1)
    play.do("a", n=5)
    assert play.variables["n"] == 5 and play.tasks == ["after"]


def test_a_called_process_sees_and_gives_back_only_what_is_named():
    play = Play(parse(calling(inputs="n, missing", outputs="result")), parse(called("a", "b"), 2), variables={"n": 1, "secret": 2})
    assert play.advance.opened[0].variables == {"n": 1}
    play.do("a", n=9, result="ok")
    assert play.variables == {"case_id": 7, "n": 1, "secret": 2}
    play.do("b")
    assert play.variables == {"case_id": 7, "n": 1, "secret": 2, "result": "ok"}


def test_a_running_instance_stays_on_the_drawings_it_began_with():
    play = Play(parse(calling()), parse(called("a"), 2))
    newer = parse(called("x"), 3)
    play.drawings[3] = newer
    play.do("a")
    assert play.tasks == ["after"]


def test_a_process_that_is_not_bound_fails_at_its_call():
    with pytest.raises(StepFailed, match="没有部署") as failed:
        Play(parse(calling()))
    assert failed.value.element == "call"


def test_a_process_that_calls_itself_without_end_is_stopped():
    sketch = Sketch("called")
    sketch.node("callActivity", "again", calledElement="called")
    sketch.end()
    sketch.start("again", "e")
    with pytest.raises(StepFailed, match="层数"):
        Play(parse(calling()), parse(sketch, 2))


@pytest.mark.parametrize("sequential", [False, True])
def test_the_rounds_of_a_multi_instance_sub_process_have_their_own_variables_and_read_those_around(sequential):
    loop = multi("units", "unit", "results", "verdict", sequential=sequential)
    play = Play(parse(around(inside("a", "b"), loop)), variables={"units": ["甲", "乙"], "n": 1})
    first = play.advance.opened[0].variables
    assert (first["unit"], first["n"], first["loopCounter"]) == ("甲", 1, 1)
    for _ in range(2):
        play.do("a", verdict=play.open and "v")
        token = next(t for t, e in play.open.items() if e == "b")
        play.do("b", verdict=f"v{token and len(play.passed)}")
    assert play.tasks == ["after"]
    assert len(play.variables["results"]) == 2
    assert set(play.variables) == {"case_id", "units", "n", "results"}


def test_parallel_rounds_do_not_see_each_other():
    play = Play(parse(around(inside("a", "b"), multi("units", "unit", "results"))), variables={"units": ["甲", "乙"]})
    play.do("a", x=1)
    assert "x" in play.advance.opened[0].variables
    play.do("a", y=2)
    assert "x" not in play.advance.opened[0].variables
    play.do("b")
    play.do("b")
    assert play.variables["results"] == [{"x": 1}, {"y": 2}]


def test_a_called_process_can_be_a_multi_instance():
    play = Play(
        parse(calling(multi("units", "unit", "results", "unit"), inputs="n")),
        parse(called("a"), 2),
        variables={"units": ["甲", "乙"], "n": 1},
    )
    assert play.advance.opened[1].variables == {"n": 1, "unit": "乙", "loopCounter": 2}
    play.do("a", n=5)
    play.do("a", n=6)
    assert play.variables["results"] == ["甲", "乙"] and play.variables["n"] == 1


@pytest.mark.parametrize("interrupting", [False, True])
def test_a_boundary_timer_of_a_sub_process_cancels_what_goes_on_inside_only_when_it_interrupts(interrupting):
    sketch = around(inside("a"))
    sketch.boundary("t", "sub", timer("P1D"), interrupting)
    sketch.user("late")
    sketch.end("e2")
    sketch.chain("t", "late", "e2")
    play = Play(parse(sketch))
    play.pass_time(days=2)
    assert play.tasks == (["late"] if interrupting else ["a", "late"])


def test_a_terminate_end_ends_its_own_scope_only():
    sub = Sketch("sub")
    for id in "ab":
        sub.user(id)
    sub.node("parallelGateway", "g")
    sub.end("stop", TERMINATE)
    sub.end("plain")
    sub.start("g", id="ss")
    sub.chain("g", "a", "stop")
    sub.chain("g", "b", "plain")
    play = Play(parse(around(sub)))
    advance = play.do("a")
    assert [c.how for c in advance.closed] == ["completed", "cancelled"]
    assert play.tasks == ["after"]


def test_a_terminate_end_of_the_process_ends_everything():
    sketch = around(inside("a"))
    sketch.node("parallelGateway", "g")
    sketch.user("b")
    sketch.end("stop", TERMINATE)
    sketch.flows[0] = (sketch.flows[0][0], "s", "g", None)
    sketch.flow("g", "sub")
    sketch.chain("g", "b", "stop")
    play = Play(parse(sketch))
    advance = play.do("b")
    assert play.finished and advance.outcome == "stop" and play.tasks == []


def catching(sub: Sketch, *boundaries: tuple[str, str, bool], loop: str = "") -> Sketch:
    sketch = around(sub, loop)
    for id, body, interrupting in boundaries:
        sketch.boundary(id, "sub", body, interrupting)
        sketch.user(f"after_{id}")
        sketch.end(f"e_{id}")
        sketch.chain(id, f"after_{id}", f"e_{id}")
    return sketch


def test_an_error_end_goes_to_the_boundary_that_catches_its_code():
    lost = '<bpmn:errorEventDefinition errorRef="E2"/>'
    sketch = catching(inside("a", end=END_WITH_ERROR), ("other", lost, True), ("caught", END_WITH_ERROR, True))
    play = Play(parse(sketch, extra=ERROR))
    play.do("a")
    assert play.tasks == ["after_caught"]


def test_an_error_end_of_a_called_process_reaches_the_caller():
    sketch = calling()
    sketch.boundary("caught", "call", "<bpmn:errorEventDefinition/>")
    sketch.user("sorry")
    sketch.end("e2")
    sketch.chain("caught", "sorry", "e2")
    play = Play(parse(sketch), parse(called("a", end=END_WITH_ERROR), 2, extra=ERROR))
    play.do("a")
    assert play.tasks == ["sorry"]


def test_an_error_of_one_round_cancels_all_rounds():
    sketch = catching(inside("a", end=END_WITH_ERROR), ("caught", END_WITH_ERROR, True), loop=multi("units", "unit"))
    play = Play(parse(sketch, extra=ERROR), variables={"units": [1, 2, 3]})
    play.do("a")
    assert play.tasks == ["after_caught"]


def test_an_error_that_nobody_catches_fails_the_step():
    play = Play(parse(around(inside("a", end=END_WITH_ERROR)), extra=ERROR))
    with pytest.raises(StepFailed, match="没有被任何边界事件接住") as failed:
        play.do("a")
    assert failed.value.element == "sub_e"


@pytest.mark.parametrize("interrupting", [False, True])
def test_an_escalation_reaches_its_boundary_and_the_sub_process_goes_on_unless_it_interrupts(interrupting):
    sub = Sketch("sub")
    sub.user("a")
    sub.node("intermediateThrowEvent", "x", '<bpmn:escalationEventDefinition escalationRef="X1"/>')
    sub.user("b")
    sub.end("sub_e")
    sub.start("a", "x", "b", "sub_e", id="sub_s")
    sketch = catching(sub, ("caught", '<bpmn:escalationEventDefinition escalationRef="X1"/>', interrupting))
    play = Play(parse(sketch, extra=ESCALATION))
    play.do("a")
    assert play.tasks == (["after_caught"] if interrupting else ["after_caught", "b"])


def test_an_escalation_that_nobody_catches_changes_nothing():
    play = Play(parse(around(inside("a", end='<bpmn:escalationEventDefinition escalationRef="X1"/>')), extra=ESCALATION))
    play.do("a")
    assert play.tasks == ["after"]


def test_an_empty_sub_process_is_passed_at_once():
    play = Play(parse(around(inside())))
    assert play.tasks == ["after"]


def test_a_multi_instance_of_multi_instances_cannot_grow_without_bound():
    sub = Sketch("sub")
    sub.user("a", loop=multi("units", "unit"))
    sub.end("sub_e")
    sub.start("a", "sub_e", id="sub_s")
    with pytest.raises(StepFailed, match="分支太多"):
        Play(parse(around(sub, multi("units", "unit"))), variables={"units": list(range(500))})


def test_the_tokens_of_an_instance_are_told_with_what_they_wait_for():
    sketch = around(inside("a"))
    sketch.boundary("t", "sub", timer("P1D"))
    sketch.end("e2")
    sketch.flow("t", "e2")
    play = Play(parse(sketch))
    found = {(t.process, t.element): t.state for t in runner.tokens(play.world, play.advance.state)}
    assert found == {("p", "sub"): "inside", ("p", "t"): "listening", ("p", "a"): "task"}


def test_a_token_sees_the_variables_of_its_round_and_of_the_scopes_around():
    play = Play(parse(around(inside("a"), multi("units", "unit"))), variables={"units": ["甲"], "n": 1})
    (token,) = play.open
    assert runner.seen(play.world, play.advance.state, token) == {"case_id": 7, "units": ["甲"], "n": 1, "unit": "甲", "loopCounter": 1}
    assert runner.seen(play.world, play.advance.state, "999") == {}
