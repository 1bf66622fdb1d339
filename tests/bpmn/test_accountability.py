"""accountability: drafted, signed, approved, signed for, handled within 30 days, with reminders on the 20th and 27th."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bpmn.walk import MONDAY, Walk, never_walked, ways

WAYS, way = ways()


def accountability() -> Walk:
    return Walk("accountability", case_id=9, source_case=7, title="违纪线索", facts="拖延", lead_unit="court")


def referred() -> Walk:
    walk = accountability().do("draft").do("sign", signature="sign").do("approve", referral="approve")
    assert walk.variables["referred_at"] == MONDAY and walk.calls_of("cases/issue-letter")[0]["letter"] == "referral-letter"
    return walk.do("sign_for")


@way
def straight_way():
    walk = referred().do("handle", accountability_result="held")
    assert walk.outcome == "closed" and walk.calls_of("cases/close")[0]["outcome"] == "held-accountable"
    assert [call.get("role") for call in walk.calls_of("cases/notify")] == ["organisation"]
    return walk


@way
def typical_case_is_offered_to_publicity():
    walk = referred().do("handle", accountability_result="none", typical_case=True)
    assert walk.outcome == "closed" and walk.calls_of("cases/close")[0]["outcome"] == "no-action"
    assert [call.get("role") for call in walk.calls_of("cases/notify")] == ["organisation", "publicity"]
    return walk


@way
def sent_back_twice():
    walk = accountability().do("draft").do("sign", signature="back").do("draft").do("sign", signature="sign").do("approve", referral="back")
    assert walk.tasks == ["draft"]
    return walk


@way
def not_referred():
    walk = accountability().do("draft").do("sign", signature="sign").do("approve", referral="decline")
    assert walk.outcome == "not_referred"
    return walk


@way
def reminded_and_overdue():
    walk = referred()
    told = []
    for days in range(1, 33):
        walk.at = MONDAY + timedelta(days=days)
        before = len(walk.calls_of("cases/notify"))
        walk.wait()
        told += [(days, call["role"]) for call in walk.calls_of("cases/notify")[before:]]
    discipline, heads = ["discipline", "office.supervision"], ["leader", "office.director"]
    assert told == [(21, discipline), (28, discipline), (31, heads)], "the day is over at midnight"
    assert walk.tasks == ["handle"], "a late step never blocks the work"
    return walk


@pytest.mark.parametrize("walked", WAYS, ids=lambda walked: walked.__name__)
def test_a_way_can_be_walked(walked):
    assert walked().seen


def test_every_element_and_every_way_out_is_walked():
    assert never_walked("accountability", [walked() for walked in WAYS]) == []
