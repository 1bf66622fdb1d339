"""extension and clock-stop: what a unit asks for, and what the office answers."""

from __future__ import annotations

import pytest

from tests.bpmn.walk import Walk, never_walked, ways

EXTENSION, of_extension = ways()
STOP, of_stop = ways()
ASKED = {"case_id": 7, "lead_unit": "court", "reason": "等待鉴定", "requested_by": "王工"}


@of_extension
def granted():
    walk = Walk("extension", **ASKED, task_id=5, days=8, extensions=1).do(
        "decide_extension", extension_verdict="grant", days=3, reason="等待鉴定"
    )
    assert walk.outcome == "extended" and walk.calls_of("cases/extend-limit") == [{"task_id": 5, "days": 3, "reason": "等待鉴定"}]
    assert "3个工作日" in walk.calls_of("cases/notify-reporter")[0]["text"]
    return walk


@of_extension
def refused():
    walk = Walk("extension", **ASKED, task_id=5, days=8, extensions=0).do("decide_extension", extension_verdict="refuse")
    assert walk.outcome == "not_extended" and "cases/extend-limit" not in walk.operations
    return walk


@of_extension
def twice_already():
    walk = Walk("extension", **ASKED, task_id=5, days=8, extensions=2)
    assert walk.outcome == "exhausted" and walk.tasks == []
    return walk


@of_stop
def stopped_until_the_date():
    walk = Walk("clock-stop", **ASKED).do("decide_pause", pause_verdict="grant", pause_until="2026-03-20")
    assert walk.operations == ["cases/pause-clock"]
    walk.wait(days=20)
    assert walk.outcome == "clock_running" and walk.operations[1] == "cases/resume-clock"
    return walk


@of_stop
def resumed_before():
    walk = Walk("clock-stop", **ASKED).do("decide_pause", pause_verdict="grant").hear("clock-resumed")
    assert walk.outcome == "clock_running"
    return walk


@of_stop
def not_granted():
    walk = Walk("clock-stop", **ASKED).do("decide_pause", pause_verdict="refuse")
    assert walk.outcome == "not_paused" and "cases/pause-clock" not in walk.operations
    return walk


@pytest.mark.parametrize("walked", EXTENSION + STOP, ids=lambda walked: walked.__name__)
def test_a_way_can_be_walked(walked):
    assert walked().seen


def test_every_element_and_every_way_out_is_walked():
    assert never_walked("extension", [walked() for walked in EXTENSION]) == []
    assert never_walked("clock-stop", [walked() for walked in STOP]) == []
