"""Gateways through store and load: choice, split, join, event race, and joins in loops."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.bpm.results import StepFailed
from tests.engine.bpm.draw import Sketch, timer
from tests.engine.bpm.play import Play, parse


def fork(kind: str, conditions: dict[str, str | None] | None = None, loop: bool = True) -> Sketch:
    """Start, (merge), fork to a, b, c, join, last (and back if it answers again)."""
    sketch = Sketch()
    sketch.node("exclusiveGateway", "m")
    sketch.node(kind, "g")
    sketch.node(kind, "j")
    sketch.user("last")
    sketch.node("exclusiveGateway", "x")
    sketch.end()
    sketch.start("m", "g")
    for id in "abc":
        sketch.user(id)
        condition = (conditions or {}).get(id)
        sketch.flow("g", id, condition, default=kind == "inclusiveGateway" and condition is None)
        sketch.flow(id, "j")
    sketch.chain("j", "last", "x")
    sketch.flow("x", "e", default=True)
    sketch.flow("x", "m", "again")
    return sketch


def test_an_exclusive_gateway_takes_the_first_true_flow_and_else_the_default():
    sketch = Sketch()
    sketch.user("a")
    sketch.node("exclusiveGateway", "x")
    sketch.start("a", "x")
    for id, condition in (("b", "n > 5"), ("c", "n > 3"), ("d", None)):
        sketch.user(id)
        sketch.flow("x", id, condition, default=condition is None)
        sketch.end(f"e{id}")
        sketch.flow(id, f"e{id}")
    drawing = parse(sketch)
    for n, then in ((6, "b"), (4, "c"), (1, "d"), (None, "d")):
        play = Play(drawing)
        play.do("a", n=n)
        assert play.tasks == [then]


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_a_parallel_join_waits_for_all_branches_in_every_round_and_every_order(order):
    play = Play(parse(fork("parallelGateway")))
    for again in (True, True, False):
        for n, id in enumerate(order):
            assert play.tasks == sorted(set("abc") - set(order[:n]))
            play.do(id)
        assert play.tasks == ["last"]
        play.do("last", again=again)
    assert play.finished


@pytest.mark.parametrize("order", list(permutations("ac")))
def test_an_inclusive_join_waits_for_the_branches_that_were_taken_in_every_round(order):
    drawing = parse(fork("inclusiveGateway", {"a": "n > 1", "b": "n > 5", "c": None}))
    play = Play(drawing, variables={"n": 9})
    for again in (True, False):
        assert play.tasks == ["a", "b"]
        play.do("b")
        assert play.tasks == ["a"]
        play.do("a")
        assert play.tasks == ["last"]
        play.do("last", again=again)
    assert play.finished
    for n, taken in ((0, ["c"]), (3, ["a"])):
        play = Play(drawing, variables={"n": n})
        assert play.tasks == taken
        play.do(taken[0])
        assert play.tasks == ["last"]


def test_parallel_branches_do_not_lose_each_others_updates():
    play = Play(parse(fork("parallelGateway")), variables={"n": 1, "list": [1, 2, 3]})
    play.do("a", n=2)
    play.do("b", list=[9])
    play.do("c", z=1)
    assert play.variables == {"case_id": 7, "n": 2, "list": [9], "z": 1}


def test_a_join_that_gets_two_tokens_on_one_flow_fires_once_for_each_pair():
    sketch = Sketch()
    for id in "gij":
        sketch.node("parallelGateway", id)
    for id in ("a", "b", "last"):
        sketch.user(id)
    sketch.node("exclusiveGateway", "m")
    sketch.end()
    sketch.start("g", "i")
    sketch.flow("i", "m")
    sketch.flow("i", "m")
    sketch.chain("m", "a", "j")
    sketch.chain("g", "b", "j", "last", "e")
    play = Play(parse(sketch))
    assert play.tasks == ["a", "a", "b"]
    play.do("a")
    play.do("a")
    assert play.tasks == ["b"]
    play.do("b")
    assert play.tasks == ["last"]
    with pytest.raises(StepFailed, match="不会再来"):
        play.do("last")


def test_a_parallel_join_behind_a_choice_is_refused_when_it_stands_still():
    sketch = Sketch()
    sketch.node("exclusiveGateway", "x")
    sketch.node("parallelGateway", "j")
    sketch.end()
    sketch.start("x")
    for id, condition in (("a", "n = 1"), ("b", None)):
        sketch.user(id)
        sketch.flow("x", id, condition, default=condition is None)
        sketch.flow(id, "j")
    sketch.flow("j", "e")
    play = Play(parse(sketch))
    with pytest.raises(StepFailed) as failed:
        play.do("b")
    assert failed.value.element == "j"


def test_the_first_event_of_an_event_gateway_cancels_the_others():
    sketch = Sketch()
    sketch.node("eventBasedGateway", "g")
    sketch.node("intermediateCatchEvent", "m", sketch.message("paid"))
    sketch.node("receiveTask", "r", messageRef="M_refused")
    sketch.messages.add("refused")
    sketch.node("intermediateCatchEvent", "t", timer("P3D"))
    sketch.start("g")
    for id in "mrt":
        sketch.flow("g", id)
        sketch.user(f"after_{id}")
        sketch.end(f"e{id}")
        sketch.chain(id, f"after_{id}", f"e{id}")
    drawing = parse(sketch)
    play = Play(drawing)
    assert play.messages == ["paid", "refused"] and play.advance.due_at is not None
    play.hear("refused", why="x")
    assert play.tasks == ["after_r"] and play.messages == [] and play.advance.due_at is None and play.variables["why"] == "x"
    play = Play(drawing)
    play.pass_time(days=4)
    assert play.tasks == ["after_t"] and play.messages == []


def test_an_inclusive_join_does_not_wait_for_a_branch_that_has_ended():
    sketch = fork("inclusiveGateway", {"a": "true", "b": "true", "c": None})
    sketch.boundary("t", "b", timer("P1D"))
    sketch.end("stopped")
    sketch.flow("t", "stopped")
    play = Play(parse(sketch))
    play.do("a")
    assert play.tasks == ["b"]
    play.pass_time(days=2)
    assert play.tasks == ["last"]


def test_a_standstill_is_seen_although_an_event_sub_process_listens():
    sketch = Sketch()
    sketch.node("exclusiveGateway", "x")
    sketch.node("parallelGateway", "j")
    sketch.end()
    sketch.start("x")
    for id, condition in (("a", "n = 1"), ("b", None)):
        sketch.user(id)
        sketch.flow("x", id, condition, default=condition is None)
        sketch.flow(id, "j")
    sketch.flow("j", "e")
    inside = Sketch("part")
    inside.user("px")
    inside.end("pe")
    inside.start("px", "pe", id="ps", body=inside.message("withdraw"))
    sketch.sub("part", inside, by_event=True)
    play = Play(parse(sketch))
    with pytest.raises(StepFailed, match="不会再来"):
        play.do("b")


def meeting(*between: str) -> Sketch:
    """s → g → (a → m → j, c), b → j, j → last → e, with an inclusive join j whose flows come from m and b."""
    sketch = Sketch()
    sketch.node("parallelGateway", "g")
    sketch.node("exclusiveGateway", "m")
    sketch.node("inclusiveGateway", "j")
    for id in ("a", "b", "c", "last"):
        sketch.user(id)
    sketch.end()
    sketch.start("g", "a", "m", "j", "last", "e")
    sketch.chain("g", "c", *between)
    sketch.flow("b", "j")
    return sketch


def test_an_inclusive_join_does_not_wait_for_a_token_that_may_come_where_one_waits_already():
    sketch = meeting("x")
    sketch.node("exclusiveGateway", "x")
    sketch.flow("x", "m", default=True)
    sketch.flow("x", "b", "late")
    play = Play(parse(sketch))
    play.do("a")
    assert play.tasks == ["c", "last"]
    play.do("c", late=True)
    assert play.tasks == ["b", "last"]


@pytest.mark.parametrize("by_boundary", [False, True])
def test_an_inclusive_join_waits_for_what_a_boundary_event_may_still_send(by_boundary):
    sketch = meeting("stop")
    sketch.end("stop")
    sketch.boundary("t", "c", timer("P1D"))
    sketch.flow("t", "b")
    play = Play(parse(sketch))
    play.do("a")
    assert play.tasks == ["c"]
    if by_boundary:
        play.pass_time(days=2)
        assert play.tasks == ["b"]
        play.do("b")
    else:
        play.do("c")
    assert play.tasks == ["last"]


def test_a_listening_boundary_event_is_no_token_of_its_own():
    sketch = meeting("m")
    sketch.boundary("t", "c", timer("P1D"))
    sketch.flow("t", "b")
    play = Play(parse(sketch))
    play.do("a")
    assert play.tasks == ["c", "last"]
