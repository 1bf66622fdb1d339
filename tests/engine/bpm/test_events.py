"""Messages and moments through store and load: catch, throw, boundary events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.bpm import runner
from engine.bpm.results import StepFailed, Thrown
from engine.errors import Conflict
from tests.engine.bpm.draw import Sketch, multi, props, timer
from tests.engine.bpm.play import START, Play, parse


def bounded(*events: tuple[str, str, bool], loop: str = "", extension: str = "") -> Sketch:
    """Task a with boundary events, each leading to its own task and end."""
    sketch = Sketch()
    sketch.user("a", loop=loop)
    sketch.end()
    sketch.start("a", "e")
    for id, body, interrupting in events:
        if body in ("ping", "stop"):
            body = sketch.message(body)
        sketch.boundary(id, "a", body, interrupting, extension)
        sketch.user(f"after_{id}")
        sketch.end(f"e_{id}")
        sketch.chain(id, f"after_{id}", f"e_{id}")
    return sketch


def test_an_interrupting_timer_cancels_its_task_and_its_moment_is_on_record():
    play = Play(parse(bounded(("t", timer("P3D"), True))))
    assert play.advance.due_at == START + timedelta(days=3)
    assert play.pass_time(days=2).steps == ()
    assert play.tasks == ["a"]
    advance = play.pass_time(days=5)
    assert play.tasks == ["after_t"]
    assert [(c.element, c.how) for c in advance.closed] == [("a", "cancelled")]
    assert [(s.element, s.at, s.due_at) for s in advance.steps] == [("t", START + timedelta(days=7), START + timedelta(days=3))]
    assert advance.due_at is None


def test_a_timer_is_due_at_its_moment_not_after_it():
    play = Play(parse(bounded(("t", timer("P3D"), True))))
    play.pass_time(days=3)
    assert play.tasks == ["after_t"]


def test_completing_the_task_takes_its_boundary_events_away():
    play = Play(parse(bounded(("t", timer("P3D"), True), ("m", "ping", False))))
    advance = play.do("a")
    assert advance.due_at is None and advance.subscriptions == () and play.finished


def test_a_non_interrupting_timer_fires_once_beside_its_task():
    play = Play(parse(bounded(("t", timer("P3D"), False))))
    play.pass_time(days=4)
    assert play.tasks == ["a", "after_t"]
    play.pass_time(days=400)
    assert play.tasks == ["a", "after_t"]
    play.do("a")
    assert not play.finished
    play.do("after_t")
    assert play.finished


def test_a_cycle_that_missed_rounds_fires_once_and_keeps_to_its_grid():
    play = Play(parse(bounded(("t", timer("R/P1D", "timeCycle"), False))))
    advance = play.pass_time(days=10, hours=5)
    assert play.tasks == ["a", "after_t"]
    assert advance.due_at == START + timedelta(days=11)
    advance = play.pass_time(hours=19)
    assert play.tasks == ["a", "after_t", "after_t"]
    assert advance.due_at == START + timedelta(days=12)


def test_a_cycle_of_three_rounds_ends_after_its_third_moment():
    play = Play(parse(bounded(("t", timer("R3/P1D", "timeCycle"), False))))
    for _ in range(3):
        play.pass_time(days=1)
    assert play.tasks == ["a"] + ["after_t"] * 3 and play.advance.due_at is None
    late = Play(parse(bounded(("t", timer("R3/P1D", "timeCycle"), False))))
    late.pass_time(days=30)
    assert late.tasks == ["a", "after_t"] and late.advance.due_at is None


def test_an_interrupting_message_cancels_its_task_and_brings_its_payload():
    play = Play(parse(bounded(("m", "stop", True))))
    assert [(s.message, s.correlation) for s in play.advance.subscriptions] == [("stop", "7")]
    play.hear("stop", reason="撤回")
    assert play.tasks == ["after_m"] and play.variables["reason"] == "撤回" and play.messages == []


def test_a_non_interrupting_message_can_come_many_times():
    play = Play(parse(bounded(("m", "ping", False))))
    token = play.advance.subscriptions[0].token
    for n in range(3):
        play.hear("ping", n=n)
        assert play.advance.subscriptions[0].token == token
    assert play.tasks == ["a", "after_m", "after_m", "after_m"]


def test_a_message_for_a_token_that_waits_no_longer_is_a_conflict():
    play = Play(parse(bounded(("m", "stop", True))))
    token = play.advance.subscriptions[0].token
    play.do("a")
    with pytest.raises(Conflict):
        runner.deliver(play.world, play.advance.state, token, {})


def test_correlation_is_evaluated_when_the_token_begins_to_wait():
    play = Play(parse(bounded(("m", "stop", True), extension=props({"correlation": "task_id"}))), variables={"task_id": 42})
    assert play.advance.subscriptions[0].correlation == "42"
    with pytest.raises(StepFailed, match="关联键") as failed:
        Play(parse(bounded(("m", "stop", True), extension=props({"correlation": "task_id"}))))
    assert failed.value.element == "m"


@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.parametrize("interrupting", [False, True])
def test_a_boundary_timer_of_a_multi_instance_task_stands_over_all_its_rounds(sequential, interrupting):
    sketch = bounded(("t", timer("P1D"), interrupting), loop=multi("units", "unit", sequential=sequential))
    play = Play(parse(sketch), variables={"units": [1, 2, 3]})
    play.do("a")
    play.pass_time(days=2)
    left = [] if interrupting else (["a"] if sequential else ["a", "a"])
    assert play.tasks == [*left, "after_t"]
    for _ in range(0 if interrupting else 2):
        play.do("a")
    play.do("after_t")
    assert play.finished


@pytest.mark.parametrize("sequential", [False, True])
def test_a_boundary_event_may_lead_to_a_multi_instance_task(sequential):
    sketch = Sketch()
    sketch.user("a")
    sketch.boundary("t", "a", timer("P1D"))
    sketch.user("b", loop=multi("units", "unit", sequential=sequential))
    sketch.end()
    sketch.end("e2")
    sketch.start("a", "e")
    sketch.chain("t", "b", "e2")
    play = Play(parse(sketch), variables={"units": [1, 2]})
    play.pass_time(days=2)
    play.do("b")
    play.do("b")
    assert play.finished


def test_of_two_interrupting_timers_that_are_due_together_only_the_earlier_fires():
    play = Play(parse(bounded(("late", timer("P5D"), True), ("early", timer("P2D"), True))))
    play.pass_time(days=30)
    assert play.tasks == ["after_early"]


def test_overdue_timers_fire_in_the_order_of_their_moments():
    play = Play(parse(bounded(("c", timer("P3D"), False), ("a1", timer("P1D"), False), ("b", timer("P2D"), False))))
    advance = play.pass_time(days=30)
    assert [s.element for s in advance.steps] == ["a1", "b", "c"]


def test_timers_due_at_the_same_moment_fire_in_the_order_in_which_they_were_set():
    play = Play(parse(bounded(*((f"t{n}", timer("P1D"), False) for n in range(12)))))
    assert [s.element for s in play.pass_time(days=30).steps] == [f"t{n}" for n in range(12)]


def test_a_timer_that_another_one_sets_and_that_is_due_fires_in_the_same_waking():
    sketch = Sketch()
    sketch.node("intermediateCatchEvent", "t1", timer("P1D"))
    sketch.node("intermediateCatchEvent", "t2", timer("date and time(deadline)", "timeDate"))
    sketch.user("a")
    sketch.end()
    sketch.start("t1", "t2", "a", "e")
    play = Play(parse(sketch), variables={"deadline": "2026-03-02T12:00:00+08:00"})
    play.pass_time(days=2)
    assert play.tasks == ["a"]


@pytest.mark.parametrize(
    ("value", "kind", "variables", "due"),
    [
        ("P1M", "timeDuration", {}, datetime(2026, 4, 2, 1, tzinfo=UTC)),
        ("length", "timeDuration", {"length": "P2W"}, datetime(2026, 3, 16, 1, tzinfo=UTC)),
        ('duration("PT4H")', "timeDuration", {}, datetime(2026, 3, 2, 5, tzinfo=UTC)),
        ('duration("P1Y")', "timeDuration", {}, datetime(2027, 3, 2, 1, tzinfo=UTC)),
        ("deadline", "timeDate", {"deadline": datetime(2026, 3, 9, tzinfo=UTC)}, datetime(2026, 3, 9, tzinfo=UTC)),
        ("deadline", "timeDate", {"deadline": date(2026, 3, 9)}, datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)),
        ("deadline", "timeDate", {"deadline": "2026-03-09"}, datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)),
        ("now()", "timeDate", {}, START),
    ],
)
def test_what_a_timer_may_be(value, kind, variables, due):
    play = Play(parse(bounded(("t", timer(value, kind), True))), variables=variables)
    assert play.advance.due_at == due


@pytest.mark.parametrize(("value", "kind"), [("deadline", "timeDate"), ("length", "timeDuration")])
def test_a_timer_without_a_value_fails_at_its_element(value, kind):
    with pytest.raises(StepFailed) as failed:
        Play(parse(bounded(("t", timer(value, kind), True))))
    assert failed.value.element == "t"


def thrower(kind: str, **attributes: str) -> Sketch:
    sketch = Sketch()
    body = sketch.message("extension-requested") if kind != "sendTask" else ""
    extension = props({"correlation": "task_id", "payload": "{days: n, reason: why}"})
    if kind == "sendTask":
        sketch.messages.add("extension-requested")
        attributes["messageRef"] = "M_extension-requested"
    sketch.node(kind, "t", body, extension, **attributes)
    if kind == "endEvent":
        return sketch.start("t")
    sketch.end()
    return sketch.start("t", "e")


@pytest.mark.parametrize("kind", ["intermediateThrowEvent", "sendTask", "endEvent"])
def test_a_thrown_message_goes_out_with_correlation_and_payload(kind):
    play = Play(parse(thrower(kind)), variables={"task_id": 5, "n": 3, "why": "雨"})
    assert play.advance.thrown == (Thrown("extension-requested", "5", {"days": 3, "reason": "雨"}),)
    assert play.finished


def test_a_catch_event_waits_for_its_message():
    sketch = Sketch()
    sketch.node("intermediateCatchEvent", "c", sketch.message("rate"))
    sketch.end()
    sketch.start("c", "e")
    play = Play(parse(sketch))
    assert play.tasks == [] and play.messages == ["rate"] and not play.finished
    play.hear("rate", solved=True)
    assert play.finished and play.variables["solved"] is True


def test_a_message_with_a_missing_receiver_in_the_same_instance_still_goes_out():
    sketch = Sketch()
    sketch.node("intermediateThrowEvent", "t", sketch.message("nobody"))
    sketch.end()
    play = Play(parse(sketch.start("t", "e")))
    assert [t.message for t in play.advance.thrown] == ["nobody"]
