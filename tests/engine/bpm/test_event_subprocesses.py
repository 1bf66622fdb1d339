"""Event sub-processes through store and load: interrupting or not, by message or moment, in the process or in a sub-process."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.bpm.draw import Sketch, timer
from tests.engine.bpm.play import START, Play, parse


def part(sketch: Sketch, id: str, interrupting: bool, body: str = "", message: str = "") -> None:
    """An event sub-process with one task, in ``sketch``."""
    inside = Sketch(id)
    inside.user(f"in_{id}")
    inside.end(f"{id}_e")
    start = inside.message(message) if message else body
    inside.start(f"in_{id}", f"{id}_e", id=f"{id}_s", body=start, isInterrupting=str(interrupting).lower())
    sketch.sub(id, inside, by_event=True)


def process() -> Sketch:
    sketch = Sketch()
    for id in "ab":
        sketch.user(id)
    sketch.end()
    return sketch.start("a", "b", "e")


def test_an_interrupting_event_sub_process_cancels_everything_else_in_its_scope():
    sketch = process()
    part(sketch, "withdraw", True, message="withdraw")
    part(sketch, "other", False, message="other")
    play = Play(parse(sketch))
    advance = play.hear("withdraw", reason="x")
    assert [(c.element, c.how) for c in advance.closed] == [("a", "cancelled")]
    assert play.tasks == ["in_withdraw"] and play.messages == [] and play.variables["reason"] == "x"
    advance = play.do("in_withdraw")
    assert play.finished and advance.outcome == "withdraw_e"
    assert [step.element for step in advance.steps] == ["in_withdraw", "withdraw_e", "withdraw"]


def test_a_non_interrupting_event_sub_process_can_start_many_times():
    sketch = process()
    part(sketch, "supplement", False, message="supplement")
    play = Play(parse(sketch))
    token = play.advance.subscriptions[0].token
    for n in range(3):
        play.hear("supplement", n=n)
        assert play.messages == ["supplement"] and play.advance.subscriptions[0].token == token
    assert play.tasks == ["a", "in_supplement", "in_supplement", "in_supplement"]
    play.do("a")
    play.do("b")
    assert not play.finished and play.messages == ["supplement"]
    for _ in range(3):
        play.do("in_supplement")
    assert play.finished and play.messages == []


def test_it_shares_the_variables_of_the_scope_around_it():
    sketch = process()
    part(sketch, "supplement", False, message="supplement")
    play = Play(parse(sketch))
    play.hear("supplement")
    play.do("in_supplement", material="照片")
    assert play.variables["material"] == "照片"
    play.do("a")
    assert play.advance.opened[0].variables["material"] == "照片"


def test_an_interrupting_timer_start_interrupts_and_its_moment_is_on_record():
    sketch = process()
    part(sketch, "late", True, timer("P5D"))
    play = Play(parse(sketch))
    assert play.advance.due_at == START + timedelta(days=5)
    advance = play.pass_time(days=6)
    assert play.tasks == ["in_late"] and advance.due_at is None
    assert [(s.element, s.due_at) for s in advance.steps] == [("late_s", START + timedelta(days=5))]


def test_a_non_interrupting_timer_start_starts_once():
    sketch = process()
    part(sketch, "late", False, timer("P5D"))
    play = Play(parse(sketch))
    play.pass_time(days=6)
    play.pass_time(days=60)
    assert play.tasks == ["a", "in_late"] and play.advance.due_at is None


def test_a_cycle_starts_it_again_and_again_and_once_for_missed_rounds():
    sketch = process()
    part(sketch, "daily", False, timer("R/P1D", "timeCycle"))
    play = Play(parse(sketch))
    play.pass_time(days=1)
    play.pass_time(days=1)
    assert play.tasks == ["a", "in_daily", "in_daily"]
    play.pass_time(days=10)
    assert play.tasks == ["a", "in_daily", "in_daily", "in_daily"]
    assert play.advance.due_at == START + timedelta(days=13)


def test_it_is_armed_as_long_as_its_sub_process_lasts():
    sub = Sketch("sub")
    sub.user("a")
    sub.end("sub_e")
    sub.start("a", "sub_e", id="sub_s")
    part(sub, "stop", True, message="stop")
    sketch = Sketch()
    sketch.user("before")
    sketch.sub("sub", sub)
    sketch.user("after")
    sketch.end()
    sketch.start("before", "sub", "after", "e")
    drawing = parse(sketch)
    play = Play(drawing)
    assert play.messages == []
    play.do("before")
    assert play.messages == ["stop"]
    play.hear("stop")
    assert play.tasks == ["in_stop"]
    play.do("in_stop")
    assert play.tasks == ["after"] and play.messages == []


def test_two_instances_of_one_drawing_do_not_disturb_each_other():
    sketch = process()
    part(sketch, "supplement", False, message="supplement")
    drawing = parse(sketch)
    first = Play(drawing)
    first.hear("supplement")
    second = Play(drawing)
    assert second.tasks == ["a"]
    second.do("a")
    second.do("b")
    assert second.finished
    assert first.tasks == ["a", "in_supplement"]


@pytest.mark.parametrize("interrupting", [False, True])
def test_a_boundary_event_inside_an_event_sub_process_works(interrupting):
    inside = Sketch("part")
    inside.user("x")
    inside.boundary("t", "x", timer("P1D"), interrupting)
    inside.user("y")
    inside.end("e1")
    inside.end("e2")
    inside.start("x", "e1", id="ps", body=inside.message("go"), isInterrupting="false")
    inside.chain("t", "y", "e2")
    sketch = process()
    sketch.sub("part", inside, by_event=True)
    play = Play(parse(sketch))
    play.hear("go")
    play.pass_time(days=2)
    assert play.tasks == (["a", "y"] if interrupting else ["a", "x", "y"])
