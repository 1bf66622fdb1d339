"""negotiation: within 15 working days both sides agree, or the office gives its written opinion."""

from __future__ import annotations

import pytest

from tests.bpmn.walk import COMPLAINT, MONDAY, Walk, never_walked, ways

WAYS, way = ways()


def invited() -> Walk:
    walk = Walk("negotiation", **{**COMPLAINT, "lead_unit": "market-bureau"})
    assert walk.variables["disputed_at"] == MONDAY
    return walk.do("invite")


@way
def both_sides_agree():
    walk = invited().do("hold_talks", agreement="again").do("hold_talks", agreement="agreed").do("confirm_terms", terms_verdict="confirm")
    assert walk.outcome == "agreed"
    return walk


@way
def terms_that_are_not_clear_go_back():
    walk = invited().do("hold_talks", agreement="agreed").do("confirm_terms", terms_verdict="back")
    assert walk.tasks == ["hold_talks"]
    return walk


@way
def no_agreement():
    walk = invited().do("hold_talks", agreement="none").do("write_opinion", opinion="应当整改。" * 5)
    assert walk.outcome == "not_agreed" and walk.calls_of("cases/notify")[0]["role"] == "leader"
    assert walk.calls_of("cases/issue-letter")[0]["letter"] == "opinion-letter"
    return walk


@pytest.mark.parametrize("walked", WAYS, ids=lambda walked: walked.__name__)
def test_a_way_can_be_walked(walked):
    assert walked().seen


def test_every_element_and_every_way_out_is_walked():
    assert never_walked("negotiation", [walked() for walked in WAYS]) == []
