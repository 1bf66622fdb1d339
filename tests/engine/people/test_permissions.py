from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from engine.errors import Forbidden
from engine.people.permissions import RULES, actor_for, candidate_posts, may, require
from engine.people.person import Person, PostView


def person(*posts: tuple[Any, ...], id: int = 1, absent: tuple[Person, ...] = ()) -> Person:
    return Person(id, f"p{id}", f"人{id}", tuple(PostView(*post) for post in posts), absent)


def task(**given: Any) -> Any:
    usual = {"role": "unit.handler", "unit_id": "market", "area": None, "assignee_id": None, "owner_id": None, "status": "open"}
    return SimpleNamespace(**{**usual, **given})


HANDLER = person(("unit.handler", "market"))
CHIEF = person(("unit.leader", "market"), id=2)
STRANGER = person(("unit.handler", "police"), id=3)
STAND_IN = replace(STRANGER, id=4, substitutes_for=(HANDLER,))
ADMIN = person(("admin",), id=5)


def test_a_stranger_may_nothing_at_all() -> None:
    assert not any(may(None, verb, task(), {"sees": True}) for verb in RULES)


def test_what_is_not_in_the_table_is_refused() -> None:
    assert not may(ADMIN, "house.burn")
    with pytest.raises(Forbidden):
        require(ADMIN, "house.burn")


def test_candidates_are_those_of_the_unit_only() -> None:
    assert may(HANDLER, "task.claim", task())
    assert not may(STRANGER, "task.claim", task()) and not may(CHIEF, "task.claim", task())


def test_a_task_whose_unit_is_missing_is_for_nobody() -> None:
    assert not candidate_posts(HANDLER, task(unit_id=None))
    assert not candidate_posts(person(("lead", None, 3)), task(role="lead", unit_id=None))


def test_a_taken_task_is_for_its_assignee_only() -> None:
    taken = task(assignee_id=9)
    assert not may(HANDLER, "task.claim", taken) and not may(HANDLER, "task.complete", taken)
    assert may(HANDLER, "task.complete", task(assignee_id=1)) and may(HANDLER, "task.complete", task())


def test_a_closed_task_is_done_with() -> None:
    closed = task(assignee_id=1, status="completed")
    verbs = ["task.claim", "task.unclaim", "task.complete", "task.delegate", "task.assign", "task.ask-extension"]
    assert not any(may(HANDLER, verb, closed, {"sees": True}) for verb in verbs)


def test_the_leader_of_the_unit_assigns_within_it() -> None:
    assert may(CHIEF, "task.assign", task()) and not may(CHIEF, "task.assign", task(unit_id="police"))
    assert not may(HANDLER, "task.assign", task())
    assert may(person(("office.supervision",)), "task.assign", task(), {"sees": True})
    assert not may(person(("office.supervision",)), "task.assign", task(), {"sees": False})


def test_a_substitute_acts_for_the_absent_person_and_both_are_named() -> None:
    assert may(STAND_IN, "task.complete", task())
    actor = actor_for(STAND_IN, task())
    assert (actor.user_id, actor.for_id) == (4, 1)
    assert actor_for(STAND_IN, task(assignee_id=1)).for_id == 1
    assert actor_for(STAND_IN, task(unit_id="police")).for_id is None


def test_own_right_comes_before_a_lent_one() -> None:
    colleague = replace(HANDLER, id=6, substitutes_for=(HANDLER,))
    assert actor_for(colleague, task()).for_id is None


@pytest.mark.parametrize("role", ["admin", "designer", "auditor"])
def test_rights_over_the_house_are_not_lent(role: str) -> None:
    stand_in = person(id=7, absent=(person((role,)),))
    assert not any(post.role == role for post in stand_in.all_posts())
    assert not may(stand_in, "people.edit") and not may(stand_in, "definition.deploy") and not may(stand_in, "journal.see")


@pytest.mark.parametrize(
    ("role", "complaint", "referral"),
    [
        ("office.intake", True, False), ("office.supervision", True, False), ("office.director", True, True), ("leader", True, True),
        ("discipline", True, True), ("auditor", True, True), ("lead", False, False), ("unit.handler", False, False),
        ("admin", False, False), ("designer", False, False), ("publicity", False, False),
    ],
)  # fmt: skip
def test_who_reads_the_narrative(role: str, complaint: bool, referral: bool) -> None:
    one, seen = person((role, "market", 3)), {"sees": True}
    assert may(one, "case.narrative", SimpleNamespace(kind="complaint"), seen) is complaint
    assert may(one, "case.narrative", SimpleNamespace(kind="accountability"), seen) is referral
    assert not may(one, "case.narrative", SimpleNamespace(kind="complaint"), {"sees": False})


def test_no_identity_comes_with_a_referral() -> None:
    director = person(("office.director",))
    assert may(director, "case.identity.open", SimpleNamespace(kind="complaint"), {"sees": True})
    assert not may(director, "case.identity.open", SimpleNamespace(kind="accountability"), {"sees": True})


def test_every_rule_answers_with_yes_or_no_for_everybody() -> None:
    thing = SimpleNamespace(**vars(task()), kind="complaint", lead_unit_id=None)
    for verb in RULES:
        for one in (HANDLER, CHIEF, STRANGER, STAND_IN, ADMIN):
            assert may(one, verb, thing, {"sees": True, "units": {"market"}}) in (True, False)
