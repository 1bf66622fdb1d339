"""complaint: every way of processes.md part 1, walked with a store and a load between any two steps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpm import forms
from tests.bpmn.walk import CALENDAR, COMPLAINT, MONDAY, Walk, files, never_walked, ways

WAYS, way = ways()


def complaint(**variables) -> Walk:
    return Walk("complaint", **{**COMPLAINT, **variables})


def accepted(**variables) -> Walk:
    return complaint(**variables).do("accept", intake="accept", **answers(variables))


def answers(variables) -> dict:
    """What the intake leaves as it came."""
    return {name: variables[name] for name in ("real_name", "collusion", "priority") if name in variables}


def assigned(**variables) -> Walk:
    walk = accepted(**variables).do("verify", verify_result="substantiated")
    return walk.do("assign", lead_unit="market-bureau", priority=variables.get("priority", "normal"))


def signed(**variables) -> Walk:
    return assigned(**variables).do("sign_for", receipt="sign")


def rectified(walk: Walk) -> Walk:
    walk.do("judge", demand="reasonable").do("plan").do("check_plan", plan_verdict="pass")
    return walk.do("carry_out").do("sign_result", result_signature="signed").do("check_result", result_verdict="pass")


def called_back(**variables) -> Walk:
    return rectified(signed(**variables)).do("call_back", solved="yes", satisfaction="satisfied")


def not_solved(walk: Walk) -> Walk:
    return rectified(walk).do("call_back", solved="no", satisfaction="dissatisfied")


@way
def straight_way():
    walk = called_back().do("strike_off")
    assert walk.outcome == "struck_off"
    assert walk.calls_of("cases/close")[-1]["outcome"] == "struck-off"
    assert [p["letter"] for p in walk.calls_of("cases/issue-letter")] == ["assignment-order", "rectification-notice", "answer-letter"]
    return walk


@way
def important_case():
    walk = accepted(priority="important").do("verify", verify_result="partly")
    walk.do("assign", priority="important", lead_unit="market-bureau")
    walk.do("approve_assignment", assignment_verdict="back").do("assign", priority="important", lead_unit="court")
    walk.do("approve_assignment", assignment_verdict="approve").do("sign_for", receipt="sign")
    rectified(walk).do("call_back", solved="yes", satisfaction="fair").do("strike_off")
    walk.do("approve_strike_off", strike_off_verdict="back").do("strike_off").do("approve_strike_off", strike_off_verdict="approve")
    assert walk.outcome == "struck_off"
    return walk


@way
def asked_once_and_supplemented():
    walk = complaint().do("accept", intake="ask")
    assert walk.tasks == [] and walk.operations[-1] == "cases/pause-clock"
    walk.hear("supplement", material="合同复印件")
    assert walk.operations[-2:] == ["cases/file-supplement", "cases/resume-clock"]
    assert "ask" not in [value for value, _ in intake_choices("review_supplement")]
    return walk.do("review_supplement", intake="accept").do("verify", verify_result="not").do("answer_unsubstantiated")


def intake_choices(form: str):
    fields = forms.compile(files("complaint")[f"forms/{form}.form"]).level.fields
    return next(field.choices for field in fields if field.key == "intake")


@way
def never_supplemented():
    walk = complaint().do("accept", intake="ask")
    limit = CALENDAR.workdays_after(MONDAY, 10)
    walk.wait(seconds=(limit - MONDAY).total_seconds() - 1)
    assert not walk.last.finished
    walk.wait(seconds=2)
    assert walk.outcome == "not_supplemented"
    return walk


@way
def not_ours():
    walk = complaint().do("accept", intake="transfer", transfer_to="市水务局")
    assert walk.outcome == "transferred" and "市水务局" in walk.calls_of("cases/close")[0]["answer"]
    return walk


@way
def duplicate():
    walk = complaint().do("accept", intake="merge", merge_into="12")
    assert walk.outcome == "merged" and walk.calls_of("cases/merge") == [{"into": "12"}]
    return walk


@way
def refused():
    walk = complaint().do("accept", intake="refuse")
    assert walk.outcome == "not_accepted"
    return walk


@way
def collusion_by_a_named_reporter():
    walk = accepted(real_name=True, collusion=True)
    assert walk.tasks == ["verify"]
    walk.do("verify", verify_result="not", breach=True)
    assert walk.tasks == ["check_unsubstantiated"]
    assert [p["process"] for p in walk.calls_of("processes/start")] == ["accountability"]
    walk.do("check_unsubstantiated", conclusion_verdict="back").do("verify", verify_result="not")
    walk.do("check_unsubstantiated", conclusion_verdict="agree").do("answer_unsubstantiated")
    assert walk.outcome == "not_substantiated"
    return walk


@way
def cannot_be_established():
    walk = accepted().do("verify", verify_result="unclear").do("check_unsubstantiated", conclusion_verdict="agree")
    walk.do("answer_unsubstantiated")
    assert walk.outcome == "not_substantiated"
    return walk


@way
def return_refused():
    walk = assigned().wait(hours=5).do("sign_for", receipt="return")
    walk.do("rule_on_return", return_ruling="reject").do("sign_for", receipt="sign")
    assert walk.variables["assigned_at"] == MONDAY, "a return wins no time"
    return walk


@way
def returned_twice():
    walk = assigned().do("sign_for", receipt="return").do("rule_on_return", return_ruling="uphold", lead_unit="court")
    assert walk.tasks == ["assign"]
    walk.wait(hours=3).do("assign", lead_unit="court")
    assert walk.variables["assigned_at"] == MONDAY + timedelta(hours=3), "another unit has its own time"
    walk.do("sign_for", receipt="return")
    assert walk.tasks == ["final_ruling"], "the second return is for the director"
    walk.do("final_ruling", lead_unit="court")
    assert walk.tasks == ["sign_only"], "after the final ruling there is no return"
    return walk.do("sign_only")


@way
def with_co_units():
    walk = (
        accepted()
        .do("verify", verify_result="substantiated")
        .do("assign", lead_unit="market-bureau", co_units=["court", "approval-bureau"])
    )
    walk.do("sign_for", receipt="sign")
    assert walk.tasks == ["co_opinion", "co_opinion"]
    assert {task.properties["unit"] for task in walk.open.values()} == {"court", "approval-bureau"}
    walk.do("co_opinion", unit="court").do("co_opinion", unit="approval-bureau")
    assert walk.tasks == ["judge"] and len(walk.variables["co_opinions"]) == 2
    return walk


@way
def co_units_late():
    walk = accepted().do("verify", verify_result="substantiated").do("assign", lead_unit="market-bureau", co_units=["court"])
    walk.do("sign_for", receipt="sign").wait(days=9)
    assert walk.tasks == ["judge"], "the lead unit waits no longer than their limit"
    return walk


@way
def agreed_in_negotiation():
    walk = signed().wait(days=3).do("judge", demand="disputed").do("invite").do("hold_talks", agreement="agreed")
    walk.do("confirm_terms", terms_verdict="confirm")
    assert walk.tasks == ["plan"] and walk.variables["assigned_at"] == walk.at, "the plan's ten days begin with the agreement"
    return walk


@way
def office_orders_rectification_after_negotiation():
    walk = signed().do("judge", demand="disputed").do("invite").do("hold_talks", agreement="none")
    walk.do("write_opinion", opinion_result="rectify")
    assert walk.tasks == ["plan"]
    return walk


@way
def answered_after_negotiation():
    walk = (
        signed().do("judge", demand="disputed").do("invite").do("hold_talks", agreement="none").do("write_opinion", opinion_result="answer")
    )
    assert walk.tasks == ["strike_off"]
    walk.do("strike_off")
    assert walk.outcome == "struck_off"
    return walk


@way
def rated_on_the_portal():
    walk = rectified(signed()).hear("rate", solved="yes", satisfaction="satisfied", comment="很好")
    assert walk.tasks == ["strike_off"] and walk.variables["satisfaction"] == "satisfied"
    return walk


@way
def redone_three_times():
    walk = signed()
    for round_ in (1, 2):
        not_solved(walk.wait(hours=1))
        assert walk.tasks == ["judge"] and walk.variables["redos"] == round_ and walk.variables["assigned_at"] == walk.at
    not_solved(walk)
    assert walk.tasks == ["order"], "the third time it is supervised specially"
    walk.do("order", lead_unit="market-bureau").do("report_progress", work_state="done").do("check_on_site", site_verdict="done")
    walk.do("ask_enterprise", satisfaction="satisfied").do("strike_off").do("approve_strike_off", strike_off_verdict="approve")
    assert walk.outcome == "struck_off"
    return walk


@way
def withdrawn():
    walk = signed().hear("withdraw", withdraw_reason="已经解决")
    assert walk.outcome == "withdrawn" and walk.tasks == []
    return walk


@way
def collusion_withdrawn_before_it_is_verified():
    walk = complaint(real_name=True, collusion=True).hear("withdraw", withdraw_reason="不想追究")
    assert walk.tasks == ["verify_withdrawn"]
    walk.do("verify_withdrawn", verify_result="substantiated")
    assert walk.outcome == "withdrawn" and walk.operations.count("processes/start") == 1
    return walk


@way
def collusion_withdrawn_and_unfounded():
    walk = complaint(real_name=True, collusion=True).hear("withdraw", withdraw_reason="不想追究")
    walk.do("verify_withdrawn", verify_result="not")
    assert walk.outcome == "withdrawn" and "processes/start" not in walk.operations
    return walk


@way
def material_added_later():
    walk = signed().hear("supplement", material="照片").hear("supplement", material="录音")
    assert [p["material"] for p in walk.calls_of("cases/file-supplement")] == ["照片", "录音"] and walk.tasks == ["judge"]
    return walk


@way
def extended():
    walk = signed()
    for left in (1, 2):
        walk.hear("extension-requested", task_id=5, days=3, reason="等待鉴定", requested_by="王工")
        walk.do("decide_extension", extension_verdict="grant")
        assert walk.variables["extensions"] == left
    walk.hear("extension-requested", task_id=5, days=3, reason="等待鉴定", requested_by="王工")
    assert walk.tasks == ["judge"], "a third extension is not even asked for"
    return walk


@way
def clock_stopped():
    walk = signed().hear("pause-requested", reason="等待法院裁判", requested_by="王工").do("decide_pause", pause_verdict="grant")
    return walk.hear("clock-resumed")


@way
def open_for_six_months():
    walk = signed().wait(days=200)
    assert walk.operations[-1] == "cases/notify" and walk.tasks == ["judge"]
    return walk


@pytest.mark.parametrize("walked", WAYS, ids=lambda walked: walked.__name__)
def test_a_way_can_be_walked(walked):
    assert walked().seen


def test_every_element_and_every_way_out_is_walked():
    assert never_walked("complaint", [walked() for walked in WAYS]) == []


@pytest.mark.parametrize("intake", ["accept", "ask", "transfer", "merge", "refuse"])
def test_a_named_report_of_collusion_is_always_verified(intake):
    walk = complaint(real_name=True, collusion=True).do("accept", intake=intake, real_name=True, collusion=True)
    assert walk.tasks == ["verify"] and "cases/close" not in walk.operations


def test_two_requests_at_once_do_not_mix():
    walk = signed()
    walk.hear("extension-requested", task_id=5, days=3, reason="甲", requested_by="王工")
    walk.hear("extension-requested", task_id=6, days=9, reason="乙", requested_by="李工")
    asked = sorted(task.variables["task_id"] for task in walk.open.values() if task.element == "decide_extension")
    assert asked == [5, 6]


def test_a_withdrawal_stops_everything_that_runs_beside():
    walk = signed().hear("pause-requested", reason="等待法院裁判", requested_by="王工").hear("withdraw", withdraw_reason="已经解决")
    assert walk.last.finished and walk.last.due_at is None and walk.last.subscriptions == ()
