"""rectification: plan, check, carry out, sign, check again, until it is struck off the ledger."""

from __future__ import annotations

import pytest

from tests.bpmn.walk import COMPLAINT, MONDAY, Walk, never_walked, ways

WAYS, way = ways()


def rectification() -> Walk:
    return Walk("rectification", **{**COMPLAINT, "lead_unit": "market-bureau", "assigned_at": MONDAY})


def carried_out() -> Walk:
    return rectification().do("plan").do("check_plan", plan_verdict="pass").do("carry_out")


@way
def straight_way():
    walk = carried_out().do("sign_result", result_signature="signed").do("check_result", result_verdict="pass")
    assert walk.outcome == "rectified"
    states = [call["state"] for name in ("cases/update-ledger-row", "cases/close-ledger-row") for call in walk.calls_of(name)]
    assert states == ["planned", "carried-out", "struck-off"]
    return walk


@way
def a_plan_of_mere_words_comes_back():
    walk = rectification().do("plan").do("check_plan", plan_verdict="back", plan_flaws=["words"])
    assert walk.tasks == ["plan"] and "cases/issue-letter" not in walk.operations
    return walk


@way
def the_leader_does_not_sign():
    walk = carried_out()
    assert walk.task("sign_result").properties["role"] == "unit.leader"
    return walk.do("sign_result", result_signature="back")


@way
def the_check_fails_and_sets_a_new_date():
    walk = carried_out().do("sign_result", result_signature="signed").do("check_result", result_verdict="back", deadline="2026-04-30")
    assert walk.tasks == ["carry_out"] and str(walk.variables["deadline"]) == "2026-04-30"
    return walk


@pytest.mark.parametrize("walked", WAYS, ids=lambda walked: walked.__name__)
def test_a_way_can_be_walked(walked):
    assert walked().seen


def test_every_element_and_every_way_out_is_walked():
    assert never_walked("rectification", [walked() for walked in WAYS]) == []


def test_the_notice_names_the_date_of_the_plan():
    walk = rectification().do("plan", deadline="2026-04-01").do("check_plan", plan_verdict="pass")
    assert [(p["letter"], str(p["limit_on"])) for p in walk.calls_of("cases/issue-letter")] == [("rectification-notice", "2026-04-01")]
