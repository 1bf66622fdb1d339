"""A complaint from the portal to 销号, and every other way it can go (processes.md, 1), through HTTP and the clock."""

from __future__ import annotations

import pytest

from tests.journeys.city import PATH, City, Complaint


def test_a_complaint_goes_from_the_portal_to_its_striking_off(city: City) -> None:
    complaint = city.submit()
    for account, element, decided in PATH:
        complaint.do(account, element, **decided)
    assert (complaint.case.state, complaint.case.outcome) == ("closed", "struck-off")
    assert city.open_tasks(complaint.id) == []
    assert city.letters(complaint.id) == ["assignment-order", "rectification-notice", "answer-letter"]
    assert "已办结" in complaint.tracked() or "销号" in complaint.tracked()


def test_the_whole_of_it_is_in_the_journal_with_who_did_it(city: City) -> None:
    complaint = city.submit()
    for account, element, decided in PATH:
        complaint.do(account, element, **decided)
    done = [(entry.subject, entry.actor) for entry in city.acts(complaint.id) if entry.act == "task.complete"]
    assert done == [(element, f"{account}先生") for account, element, _ in PATH]


def test_two_returns_lead_to_the_directors_final_ruling_after_which_the_unit_can_only_sign(city: City) -> None:
    complaint = city.submit()
    complaint.reach("sign_for")
    limit = city.task(complaint.id, "sign_for").limit_at
    complaint.do("handler", "sign_for", receipt="return")
    complaint.do("supervision", "rule_on_return", return_ruling="reject")
    assert city.task(complaint.id, "sign_for").limit_at == limit  # it counts from 交办, whatever is returned
    complaint.do("handler", "sign_for", receipt="return")
    complaint.do("director", "final_ruling", lead_unit="market-bureau")
    assert city.open_tasks(complaint.id) == ["sign_only"]
    complaint.do("handler", "sign_only")
    assert city.open_tasks(complaint.id) == ["judge"]
    assert complaint.case.returns == 2


def test_a_return_that_is_upheld_goes_to_another_unit_and_the_first_one_sees_the_case_no_longer(city: City) -> None:
    complaint = city.submit()
    complaint.reach("sign_for")
    assert city.browser("handler").get(f"/cases/{complaint.id}").status_code == 200
    complaint.do("handler", "sign_for", receipt="return")
    complaint.do("supervision", "rule_on_return", return_ruling="uphold", lead_unit="construction-bureau")
    complaint.do("supervision", "assign", lead_unit="construction-bureau")
    assert complaint.case.lead_unit_id == "construction-bureau"
    assert city.browser("handler").get(f"/cases/{complaint.id}").status_code == 404
    complaint.do("other-handler", "sign_for", receipt="sign")
    assert city.browser("other-handler").get(f"/cases/{complaint.id}").status_code == 200


def test_a_disputed_demand_is_negotiated_and_the_terms_are_rectified(city: City) -> None:
    complaint = city.submit()
    complaint.reach("judge")
    complaint.do("handler", "judge", demand="disputed")
    for element in ("invite", "hold_talks"):
        _as_whoever(city, complaint, element)
    _as_whoever(city, complaint, "confirm_terms")
    assert city.open_tasks(complaint.id) == ["plan"]


def test_a_real_name_report_of_collusion_is_verified_whatever_intake_decides(city: City) -> None:
    complaint = city.submit(collusion="yes", title="验收人员索要好处费", narrative="验收人员两次到场后私下表示要意思一下才能通过。")
    complaint.do("intake", "accept", intake="refuse", real_name=True, collusion=True)
    verify = city.task(complaint.id, "verify")
    assert verify.limit_days == 3
    complaint.do("supervision", "verify", verify_result="not")
    assert city.open_tasks(complaint.id) == ["check_unsubstantiated"]  # a real-name report: the director checks it
    complaint.do("director", "check_unsubstantiated", conclusion_verdict="agree")
    _as_whoever(city, complaint, "answer_unsubstantiated")
    assert complaint.case.outcome == "not-substantiated"


def test_a_withdrawal_of_a_real_name_report_of_collusion_does_not_escape_verification(city: City) -> None:
    complaint = city.submit(collusion="yes")
    complaint.do("intake", "accept", intake="accept", real_name=True, collusion=True, area=4, category="官商勾结")
    complaint.by_reporter("withdraw", reason="算了")
    assert city.open_tasks(complaint.id) == ["verify_withdrawn"]
    _as_whoever(city, complaint, "verify_withdrawn")
    assert complaint.case.state == "closed"


def test_an_anonymous_report_goes_its_way_and_is_answered_by_number_and_code(city: City) -> None:
    complaint = city.submit(anonymous="yes", name="", phone="")
    assert complaint.case.real_name is False
    complaint.do("intake", "accept", intake="accept", real_name=False, area=3, category="办事推绕拖")
    complaint.do("supervision", "verify", verify_result="not")
    _as_whoever(city, complaint, "answer_unsubstantiated")
    assert complaint.case.outcome == "not-substantiated"
    assert complaint.number in complaint.tracked()


def test_a_withdrawal_ends_the_case_wherever_it_stands(city: City) -> None:
    complaint = city.submit()
    complaint.reach("plan")
    complaint.by_reporter("withdraw", reason="问题已经解决")
    assert (complaint.case.state, complaint.case.outcome) == ("closed", "withdrawn")
    assert city.open_tasks(complaint.id) == []


def test_what_is_missing_is_asked_for_once_and_the_supplement_goes_on(city: City) -> None:
    complaint = city.submit()
    complaint.do("intake", "accept", intake="ask", area=3, category="办事推绕拖")
    assert city.open_tasks(complaint.id) == []
    assert "补" in complaint.tracked()
    complaint.by_reporter("supplement", material="补充了合同复印件。")
    complaint.do("intake", "review_supplement", intake="accept", area=3, category="办事推绕拖")
    assert city.open_tasks(complaint.id) == ["verify"]


def test_a_complaint_that_is_like_another_is_merged_into_it_and_still_answered(city: City) -> None:
    first = city.submit()
    first.do("intake", "accept", intake="accept", area=3, category="办事推绕拖")
    second = city.submit()
    second.do("intake", "accept", intake="merge", merge_into=first.id)
    assert second.case.outcome == "merged"
    assert {(link.from_id, link.to_id) for link in city.links(second.id)} & {(second.id, first.id), (first.id, second.id)}
    for account, element, decided in PATH[1:]:
        first.do(account, element, **decided)
    assert "答复" in second.tracked() or "办结" in second.tracked()


@pytest.mark.parametrize("intake", ["transfer", "refuse"])
def test_what_is_not_ours_is_transferred_or_refused_with_an_answer(city: City, intake: str) -> None:
    complaint = city.submit()
    complaint.do("intake", "accept", intake=intake)
    assert complaint.case.outcome == {"transfer": "transferred", "refuse": "not-accepted"}[intake]


def test_a_third_redo_opens_special_supervision(city: City) -> None:
    complaint = city.submit()
    complaint.reach("call_back")
    for _ in range(2):
        complaint.do("supervision", "call_back", solved="no", satisfaction="dissatisfied")
        for account, element, decided in PATH[4:10]:
            if element in city.open_tasks(complaint.id):
                complaint.do(account, element, **decided)
    complaint.do("supervision", "call_back", solved="no", satisfaction="dissatisfied")
    assert complaint.case.redos == 3
    assert city.open_tasks(complaint.id) == ["order"]
    assert city.task(complaint.id, "order").process == "special-supervision"


def test_a_sign_of_a_breach_starts_accountability_beside_the_case_which_goes_on(city: City) -> None:
    complaint = city.submit()
    complaint.reach("verify")
    complaint.do("supervision", "verify", verify_result="substantiated", breach=True)
    assert city.open_tasks(complaint.id) == ["assign"]
    (referral,) = city.caused(complaint.id, "accountability")
    assert city.open_tasks(referral.id) == ["draft"]
    assert city.browser("handler").get(f"/cases/{referral.id}").status_code == 404
    assert city.browser("intake").get(f"/cases/{referral.id}").status_code == 404


def _as_whoever(city: City, complaint: Complaint, element: str, **decided: object) -> None:
    """Do it as the account whose post the task waits for."""
    role = city.task(complaint.id, element).role
    account = {"unit.handler": "handler", "unit.leader": "unit-leader"}.get(role, role.split(".")[-1])
    complaint.do(account, element, **decided)


def test_a_call_back_does_not_take_the_reporters_own_rating_away(city: City) -> None:
    complaint = city.submit()
    for account, element, decided in PATH:
        complaint.do(account, element, **decided)
    assert complaint.case.satisfaction == "satisfied"  # as the office heard it on the phone
    assert "您的评价" not in complaint.tracked()
    complaint.by_reporter("rate", satisfaction="fair")
    assert complaint.case.satisfaction == "fair"
    assert "您的评价" in complaint.tracked()
