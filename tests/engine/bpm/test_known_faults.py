"""What plain SpiffWorkflow 3.2.0 runs wrong (spiffworkflow.md §6), each with what plain does and what ours does."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest

from engine.bpm import runner
from engine.bpm.results import StepFailed
from engine.errors import Refused
from tests.engine.bpm.draw import Sketch, multi, timer
from tests.engine.bpm.plain import Plain
from tests.engine.bpm.play import START, Play, parse


def twice(kind: str) -> tuple[Sketch, Sketch]:
    """A join of two branches in a loop, in our dialect and in plain's."""
    ours, plain = Sketch(), Sketch()
    for sketch, again in ((ours, "again"), (plain, "again")):
        sketch.node("exclusiveGateway", "m")
        sketch.node(kind, "g")
        sketch.node(kind, "j")
        sketch.node("exclusiveGateway", "x")
        sketch.end()
        sketch.start("m", "g")
        for id in ("a", "b", "last"):
            sketch.user(id)
        for id in "ab":
            sketch.flow("g", id, "true" if sketch is ours and kind[0] == "i" and id == "a" else None, default=kind[0] == "i" and id == "b")
            sketch.flow(id, "j")
        sketch.chain("j", "last", "x")
        sketch.flow("x", "e", default=True)
        sketch.flow("x", "m", again)
    return ours, plain


def test_1_a_parallel_join_in_a_loop_counts_old_arrivals_in_plain_but_not_in_ours():
    ours, plain_sketch = twice("parallelGateway")
    with Plain(plain_sketch.xml(), START, {"again": False}) as plain:
        for name in ("a", "b"):
            plain.complete(name)
        plain.complete("last", again=True)
        plain.complete("b")
        assert plain.tasks() == ["a", "last"]
    play = Play(parse(ours))
    play.do("a")
    play.do("b")
    play.do("last", again=True)
    play.do("b")
    assert play.tasks == ["a"]


def test_1_an_inclusive_join_in_a_loop_is_right_in_ours():
    sketch = Sketch()
    sketch.node("exclusiveGateway", "m")
    sketch.node("inclusiveGateway", "g")
    sketch.node("inclusiveGateway", "j")
    sketch.node("exclusiveGateway", "x")
    sketch.end()
    sketch.start("m", "g")
    for id in ("a", "b", "last"):
        sketch.user(id)
    sketch.flow("g", "a", "true")
    sketch.flow("g", "b", "both")
    sketch.end("e2")
    sketch.flow("g", "e2", default=True)
    for id in "ab":
        sketch.flow(id, "j")
    sketch.chain("j", "last", "x")
    sketch.flow("x", "e", default=True)
    sketch.flow("x", "m", "again")
    play = Play(parse(sketch), variables={"both": True})
    for both in (True, False, True):
        assert play.tasks == (["a", "b"] if play.variables["both"] else ["a"])
        for id in play.tasks[::-1]:
            play.do(id)
        play.do("last", again=True, both=both)
    assert play.tasks == ["a", "b"]


def rework(length: int = 0) -> tuple[Sketch, Sketch]:
    """A task that is done again until it is done, with so many gateways that do nothing in each round."""
    ours, plain = Sketch(), Sketch()
    for sketch in (ours, plain):
        sketch.node("exclusiveGateway", "m")
        sketch.user("a")
        idle = [sketch.node("exclusiveGateway", f"g{n}") for n in range(length)]
        sketch.node("exclusiveGateway", "x")
        sketch.end()
        sketch.start("m", "a", *idle, "x")
        sketch.flow("x", "e", "done")
        sketch.flow("x", "m", default=True)
    return ours, plain


def test_2_plain_says_completed_at_a_depth_of_a_thousand_and_ours_goes_on():
    ours, plain_sketch = rework(length=22)
    logging.disable(logging.INFO)
    with Plain(plain_sketch.xml(), START, {"done": False}) as plain:
        with pytest.raises((StopIteration, RecursionError)):
            for _ in range(400):
                plain.complete("a")
        assert plain.workflow.is_completed()
    logging.disable(logging.NOTSET)
    play = Play(parse(ours))
    first = len(play.advance.state)
    for n in range(400):
        play.do("a", n=n)
    assert play.tasks == ["a"] and not play.finished
    assert len(play.advance.state) < first + 30  # item 11: no growth
    play.do("a", done=True)
    assert play.finished


def test_3_the_last_branch_overwrites_with_stale_copies_in_plain_but_not_in_ours():
    ours, plain_sketch = twice("parallelGateway")
    with Plain(plain_sketch.xml(), START, {"n": 1, "again": False}) as plain:
        plain.complete("a", n=2)
        plain.complete("b", other=1)
        last = next(t for t in plain.live() if t.task_spec.name == "last")
        assert last.data["n"] == 1
    play = Play(parse(ours), variables={"n": 1})
    play.do("a", n=2)
    play.do("b", other=1)
    assert play.variables["n"] == 2


def test_4_a_dict_that_was_answered_is_not_shared_with_the_one_who_gave_it():
    ours, _ = rework()
    play = Play(parse(ours))
    given = {"deep": {"list": [1]}}
    play.do("a", given=given)
    given["deep"]["list"].append(2)
    assert play.variables["given"] == {"deep": {"list": [1]}}
    play.advance.variables["given"]["deep"]["list"].append(3)
    assert play.variables["given"] == {"deep": {"list": [1]}}


def test_5_a_drawing_is_not_changed_by_the_instances_that_run_on_it():
    inside = Sketch("part")
    inside.user("x")
    inside.end("pe")
    inside.start("x", "pe", id="ps", body=inside.message("go"), isInterrupting="false")
    sketch = Sketch()
    sketch.user("a")
    sketch.end()
    sketch.start("a", "e")
    sketch.sub("part", inside, by_event=True)
    drawing = parse(sketch)
    first = Play(drawing)
    first.hear("go")
    second = Play(drawing)
    second.do("a")
    assert second.finished and first.tasks == ["a", "x"]


def test_7_two_interrupting_timers_due_at_once_both_fire_in_plain_but_not_in_ours():
    def bounded(mark: str) -> Sketch:
        sketch = Sketch()
        sketch.user("a")
        sketch.end()
        sketch.start("a", "e")
        for n in "12":
            sketch.boundary(f"t{n}", "a", timer(f"{mark}P{n}D{mark}"))
            sketch.user(f"u{n}")
            sketch.end(f"e{n}")
            sketch.chain(f"t{n}", f"u{n}", f"e{n}")
        return sketch

    with Plain(bounded('"').xml(), START, {}) as plain:
        plain.wake(START + timedelta(days=9))
        assert plain.tasks() == ["u1", "u2"]
    play = Play(parse(bounded("")))
    play.pass_time(days=9)
    assert play.tasks == ["u1"]


def test_7_a_naive_moment_is_one_of_china_whatever_the_machine_thinks(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    sketch = Sketch()
    sketch.node("intermediateCatchEvent", "t", timer("deadline", "timeDate"))
    sketch.end()
    play = Play(parse(sketch.start("t", "e")), variables={"deadline": "2026-03-09T18:00:00"})
    assert play.advance.due_at.isoformat() == "2026-03-09T10:00:00+00:00"


def test_8_a_join_that_fires_a_second_time_keeps_what_came_of_the_first():
    sketch = Sketch()
    for id in "gijm":
        sketch.node("parallelGateway" if id != "m" else "exclusiveGateway", id)
    for id in ("a", "b", "c", "last"):
        sketch.user(id)
    sketch.node("exclusiveGateway", "n")
    sketch.end()
    sketch.start("g", "i", "a", "m")
    sketch.chain("i", "b", "m", "j")
    sketch.chain("g", "c", "n", "j", "last", "e")
    sketch.node("userTask", "d")
    sketch.forms.add("d")
    sketch.parts[-1] = sketch.parts[-1].replace("@d@>", "@d@><bpmn:extensionElements>" + ROLE + "</bpmn:extensionElements>")
    sketch.chain("g", "d", "n")
    play = Play(parse(sketch))
    for id in ("a", "c"):
        play.do(id)
    assert play.tasks == ["b", "d", "last"]
    play.do("b")
    play.do("d")
    assert play.tasks == ["last", "last"]
    play.do("last")
    play.do("last")
    assert play.finished


ROLE = '<spiffworkflow:properties><spiffworkflow:property name="role" value="clerk"/></spiffworkflow:properties>'


def test_9_the_key_typename_and_our_own_tag_are_mere_data():
    ours, _ = rework()
    play = Play(parse(ours))
    answers = {"typename": "datetime", "inner": {"typename": "UUID", "$": ["date", "2026-01-01"]}, "$": ["months", 3]}
    play.do("a", **answers)
    for key, value in answers.items():
        assert play.variables[key] == value
    play.do("a")
    assert play.variables["inner"] == answers["inner"]


def test_10_an_exception_in_a_gateway_leaves_the_stored_state_as_it_was():
    ours, _ = rework()
    ours.flows = [(i, s, t, "workdays_after(now(), 1) = done" if c else c) for i, s, t, c in ours.flows]
    play = Play(parse(ours))
    before = play.advance.state
    with pytest.raises(StepFailed) as failed:
        play.do("a")
    assert failed.value.element == "x" and play.advance.state == before
    assert play.tasks == ["a"]


def test_12_many_threads_may_run_instances_of_one_drawing():
    ours, _ = twice("parallelGateway")
    drawing, done, failed = parse(ours), [], []

    def work() -> None:
        try:
            for _ in range(10):
                play = Play(drawing)
                for id, again in (("a", None), ("b", None), ("last", True), ("b", None), ("a", None), ("last", False)):
                    play.do(id, again=again)
                done.append(play.finished)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and done == [True] * 40


def test_13_an_output_collection_that_exists_already_begins_anew():
    loop = multi("", output="votes", output_item="vote").replace(
        "<bpmn:loopDataInputRef></bpmn:loopDataInputRef>", "<bpmn:loopCardinality>2</bpmn:loopCardinality>"
    )
    sketch = Sketch()
    sketch.user("a", loop=loop)
    sketch.end()
    play = Play(parse(sketch.start("a", "e")), variables={"votes": ["old"]})
    play.do("a", vote=1)
    play.do("a", vote=2)
    assert play.variables["votes"] == [1, 2]


def test_13_the_order_of_branches_is_that_of_the_drawing_not_of_the_picture():
    ours, _ = twice("parallelGateway")
    shapes = "".join(
        f'<bpmndi:BPMNShape xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="{id}_di" bpmnElement="{id}">'
        f'<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="1" y="{y}" width="1" height="1"/></bpmndi:BPMNShape>'
        for id, y in (("a", 900), ("b", 100))
    )
    play = Play(parse(ours, extra=shapes))
    assert [task.element for task in play.advance.opened] == ["a", "b"]


def test_a_path_that_ends_in_an_end_event_completes_the_instance_and_an_element_called_start_is_refused():
    sketch = Sketch()
    sketch.user("Start")
    sketch.end()
    with pytest.raises(Refused) as refused:
        parse(sketch.start("Start", "e"))
    assert [p.rule for p in refused.value.problems] == ["reserved-id"]


def test_a_state_of_another_format_is_not_read():
    with pytest.raises(ValueError, match="format"):
        runner.variables(b'{"f":99,"k":"p","b":{},"n":0,"o":"","w":[]}')
