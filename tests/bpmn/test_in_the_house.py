"""The drawings and the house agree: operations, letters, ledger rows, limits and messages, on both databases."""

from __future__ import annotations

import pytest

from engine.cases.models import Case
from tests.bpmn.house import Office


@pytest.fixture
def office(database, tmp_path, frozen):
    return Office(database, tmp_path)


def signed(office: Office, **given) -> int:
    case = office.receive(**given)
    office.do(case, "accept", intake="accept")
    office.do(case, "verify", verify_result="substantiated")
    office.do(case, "assign", lead_unit="market-bureau", co_units=["court"])
    office.do(case, "sign_for", receipt="sign")
    office.do(case, "co_opinion")
    return case


def rectified(office: Office, case: int) -> None:
    office.do(case, "judge", demand="reasonable")
    office.do(case, "plan")
    office.do(case, "check_plan", plan_verdict="pass")
    office.do(case, "carry_out")
    office.do(case, "sign_result", result_signature="signed")
    office.do(case, "check_result", result_verdict="pass")


def test_a_case_goes_its_straight_way(office):
    case = signed(office)
    rectified(office, case)
    office.do(case, "call_back", solved="yes", satisfaction="satisfied")
    office.do(case, "strike_off", public_summary="审批时限问题已经解决，企业表示满意。")
    found = office.case(case)
    assert (found.state, found.outcome, found.stage, found.satisfaction) == ("closed", "struck-off", "strike-off", "satisfied")
    assert found.public_summary.startswith("审批") and found.lead_unit_id == "market-bureau"
    assert office.letters(case) == ["assignment-order", "rectification-notice", "answer-letter"]
    (row,) = office.ledger(case)
    assert (row.state, row.unit_id) == ("struck-off", "market-bureau") and row.cause and row.measure and row.standard and row.deadline
    assert office.nothing_failed()


def test_a_supplement_reaches_the_intake_that_waits_for_it(office):
    case = office.receive()
    office.do(case, "accept", intake="ask")
    assert office.open(case) == []
    office.hear(case, "supplement", material="合同复印件")
    assert office.open(case) == ["review_supplement"] and office.nothing_failed()


def test_the_limit_of_the_unit_counts_from_the_assignment_whatever_is_returned(office):
    case = office.receive()
    office.do(case, "accept", intake="accept")
    office.do(case, "verify", verify_result="substantiated")
    office.do(case, "assign", lead_unit="market-bureau")
    first = office.task(case, "sign_for")
    office.wait(hours=4)
    office.do(case, "sign_for", receipt="return")
    office.do(case, "rule_on_return", return_ruling="reject")
    again = office.task(case, "sign_for")
    assert again.id != first.id and again.limit_at == first.limit_at and again.limit_from == first.limit_from
    office.do(case, "sign_for", receipt="return")
    assert office.open(case) == ["final_ruling"] and office.case(case).returns == 2


def test_the_ladder_climbs_to_accountability(office):
    case = signed(office)
    office.do(case, "judge", demand="reasonable")
    for _ in range(45):
        office.wait(days=1)
    assert {"plan", "follow_up", "talk"} <= set(office.open(case))
    assert office.letters(case).count("supervision-letter") == 1 and office.case(case).reds == 1
    (referral,) = [one for one in office.rows(Case) if one.kind == "accountability"]
    assert referral.source_id == case and "draft" in office.open(referral.id)
    office.do(case, "plan")
    assert office.open(case) == ["check_plan"], "the ladder ends with its task"
    assert office.nothing_failed()


def test_an_extension_and_a_stop_move_the_limit(office):
    case = signed(office)
    office.do(case, "judge", demand="reasonable")
    plan = office.task(case, "plan")
    office.hear(case, "extension-requested", task_id=plan.id, days=3, reason="等待鉴定", requested_by="王工")
    office.do(case, "decide_extension", extension_verdict="grant", days=3)
    extended = office.task(case, "plan")
    assert extended.limit_at > plan.limit_at and office.case(case).extensions == 1
    office.hear(case, "pause-requested", reason="等待法院裁判", requested_by="王工")
    office.do(case, "decide_pause", pause_verdict="grant")
    assert office.case(case).paused_at is not None
    office.wait(days=7)
    office.hear(case, "clock-resumed")
    assert office.case(case).paused_at is None and office.task(case, "plan").limit_at > extended.limit_at
    assert office.nothing_failed()


def test_a_referral_runs_to_its_result(office):
    case = office.receive()
    office.do(case, "accept", intake="accept")
    office.do(case, "verify", verify_result="substantiated", breach=True)
    (referral,) = [one for one in office.rows(Case) if one.kind == "accountability"]
    office.do(referral.id, "draft")
    office.do(referral.id, "sign", signature="sign")
    office.do(referral.id, "approve", referral="approve")
    office.do(referral.id, "sign_for")
    task = office.task(referral.id, "handle")
    assert (task.limit_days, task.limit_kind) == (30, "d") and office.letters(referral.id) == ["referral-letter"]
    office.do(referral.id, "handle", accountability_result="held", typical_case=True)
    assert office.case(referral.id).outcome == "held-accountable" and office.case(case).state == "open"
    assert office.nothing_failed()


def test_the_third_redo_is_supervised_specially(office):
    case = signed(office)
    for _ in range(3):
        rectified(office, case)
        office.do(case, "call_back", solved="no", satisfaction="dissatisfied")
    assert office.open(case) == ["order"] and office.case(case).redos == 3
    office.do(case, "order", lead_unit="market-bureau")
    office.do(case, "report_progress", work_state="going")
    office.wait(days=9)
    office.do(case, "report_progress", work_state="done")
    office.do(case, "check_on_site", site_verdict="done")
    office.hear(case, "rate", solved="yes", satisfaction="satisfied", comment="满意")
    office.do(case, "strike_off")
    office.do(case, "approve_strike_off", strike_off_verdict="approve")
    assert office.case(case).outcome == "struck-off"
    assert office.letters(case).count("redo-notice") == 2 and "special-order" in office.letters(case)
    assert office.nothing_failed()


def test_a_dispute_is_negotiated_and_a_withdrawal_ends_the_case(office):
    case = signed(office)
    office.do(case, "judge", demand="disputed")
    office.do(case, "invite")
    office.do(case, "hold_talks", agreement="none")
    office.do(case, "write_opinion", opinion_result="rectify")
    assert office.open(case) == ["plan"] and "opinion-letter" in office.letters(case)
    office.hear(case, "withdraw", withdraw_reason="已经解决")
    assert office.open(case) == [] and office.case(case).outcome == "withdrawn"
    assert {row.state for row in office.ledger(case)} == {"cancelled"} and office.nothing_failed()


def test_a_duplicate_is_merged_and_answered_with_the_first(office):
    first, second = signed(office), office.receive()
    number = office.case(first).number
    office.do(second, "accept", intake="merge", merge_into=number, choices={"duplicates": [(number, number)]})
    assert office.case(second).outcome == "merged" and office.nothing_failed()
