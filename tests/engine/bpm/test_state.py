"""State ↔ bytes."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType

import pytest

from engine.bpm import runner, state
from engine.bpm.feel.times import Months
from engine.bpm.results import StepFailed
from tests.engine.bpm.draw import Sketch
from tests.engine.bpm.play import Play, parse

TEXTS = ["", "中文〔2026〕", '"$":', "\\", "a\"$\":['date','x']", "\x00", "$", "typename", "😀", "\u2028"]


def value(rnd: random.Random, depth: int = 3):
    """A random value of every kind that a variable may have, with keys and texts that try to break the tags."""
    makers = [
        lambda: rnd.choice(TEXTS),
        lambda: rnd.choice([None, True, False]),
        lambda: rnd.randint(-(2**53), 2**53),
        lambda: rnd.random() * 1e9,
        lambda: Decimal(rnd.randint(-(10**9), 10**9)).scaleb(-rnd.randint(0, 6)),
        lambda: date(2026, rnd.randint(1, 12), 1),
        lambda: datetime(2026, 1, 1, 3, 4, 5, rnd.randint(0, 999999), tzinfo=rnd.choice([UTC, timezone(timedelta(hours=8)), None])),
        lambda: timedelta(days=rnd.randint(-9, 9), microseconds=rnd.randint(0, 10**6)),
        lambda: Months(rnd.randint(-20, 20)),
    ]
    if depth > 0:
        makers += [
            lambda: [value(rnd, depth - 1) for _ in range(rnd.randint(0, 4))],
            lambda: {rnd.choice([*TEXTS, "a", "b"]): value(rnd, depth - 1) for _ in range(rnd.randint(0, 4))},
        ] * 2
    return rnd.choice(makers)()


@pytest.mark.parametrize("seed", range(300))
def test_what_is_stored_is_what_is_loaded(seed):
    rnd = random.Random(seed)
    document = {"vars": {f"v{n}": value(rnd) for n in range(6)}, rnd.choice(["x", "$"]): value(rnd)}
    raw = state.dumps(document)
    again = state.loads(raw)
    assert again == document
    assert state.dumps(again) == raw


@pytest.mark.parametrize(
    "given", [{"$": ["date", "2026-01-01"]}, {"$": 1}, {"$": ["dict", {"$": ["nothing"]}]}, {"a": [{"$": {"$": None}}]}]
)
def test_a_dict_that_looks_like_a_tag_stays_a_dict(given):
    assert state.loads(state.dumps({"v": given})) == {"v": given}


def test_a_read_only_mapping_and_a_tuple_become_plain():
    assert state.loads(state.dumps({"v": MappingProxyType({"a": (1, 2)})})) == {"v": {"a": [1, 2]}}


@pytest.mark.parametrize("bad", [object(), {1, 2}, b"bytes", 2**80, {1: "a"}])
def test_a_value_without_a_form_fails_the_step_with_a_sentence(bad):
    sketch = Sketch()
    sketch.service("w", "work", result="r")
    sketch.user("a")
    sketch.end()
    with pytest.raises(StepFailed, match="不能保存"):
        Play(parse(sketch.start("w", "a", "e")), perform=lambda call: bad)


def test_the_state_holds_neither_the_drawing_nor_what_was_passed():
    sketch = Sketch()
    for n in range(9):
        sketch.user(f"step{n}")
    sketch.end()
    play = Play(parse(sketch.start(*(f"step{n}" for n in range(9)), "e")))
    for n in range(8):
        play.do(f"step{n}")
    assert b"step8" in play.advance.state
    assert not any(f"step{n}".encode() in play.advance.state for n in range(8))
    assert b"clerk" not in play.advance.state and len(play.advance.state) < 200


def test_the_header_tells_the_bindings_and_the_variables():
    sketch = Sketch()
    sketch.user("a")
    sketch.end()
    play = Play(parse(sketch.start("a", "e"), 12), variables={"since": date(2026, 3, 2)})
    assert runner.bindings(play.advance.state) == {"p": 12}
    assert runner.variables(play.advance.state) == {"case_id": 7, "since": date(2026, 3, 2)}
