"""special-supervision: a limit, weekly progress, a check on site; the enterprise's own satisfaction closes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bpmn.walk import COMPLAINT, MONDAY, Walk, never_walked, ways

WAYS, way = ways()


def ordered(until: str = "2026-04-30") -> Walk:
    walk = Walk("special-supervision", **{**COMPLAINT, "lead_unit": "court"})
    return walk.do("order", lead_unit="court", special_deadline=until)


def checked(verdict: str = "done") -> Walk:
    return ordered().do("report_progress", work_state="done").do("check_on_site", site_verdict=verdict)


@way
def the_enterprise_is_satisfied():
    walk = checked().do("ask_enterprise", satisfaction="fair")
    assert walk.outcome == "satisfied" and walk.calls_of("cases/close")[0]["kind"] == "special-supervision"
    return walk


@way
def the_enterprise_rates_it_on_the_portal():
    walk = checked().hear("rate", solved="yes", satisfaction="satisfied", comment="好")
    assert walk.outcome == "satisfied"
    return walk


@way
def the_enterprise_is_not_satisfied():
    walk = checked().do("ask_enterprise", satisfaction="dissatisfied")
    assert walk.outcome == "referred" and walk.calls_of("processes/start")[0]["process"] == "accountability"
    return walk


@way
def nothing_was_done():
    walk = checked("failed")
    assert walk.outcome == "referred"
    return walk


@way
def progress_is_reported_every_week():
    walk = ordered()
    for week in (1, 2, 3):
        walk.do("report_progress", work_state="going").wait(days=5)
        assert walk.tasks == []
        walk.at = MONDAY + timedelta(days=8 * week)
        assert walk.wait().tasks == ["report_progress"]
    return walk


@way
def the_limit_passes():
    walk = ordered("2026-03-06").do("report_progress", work_state="going").wait(days=5)
    assert walk.tasks == ["check_on_site"]
    walk.do("check_on_site", site_verdict="more-time", special_deadline="2026-05-01")
    assert walk.tasks == ["report_progress"]
    return walk


@pytest.mark.parametrize("walked", WAYS, ids=lambda walked: walked.__name__)
def test_a_way_can_be_walked(walked):
    assert walked().seen


def test_every_element_and_every_way_out_is_walked():
    assert never_walked("special-supervision", [walked() for walked in WAYS]) == []
