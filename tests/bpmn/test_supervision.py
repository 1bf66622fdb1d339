"""supervision (督办): the ladder climbs from the reminder to accountability, follows a limit that moves, and ends with the task."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine.bpm import decisions, moments
from tests.bpmn.walk import CALENDAR, MONDAY, ROOT, Walk, never_walked, ways

WAYS, way = ways()
TABLE = decisions.parse((ROOT / "limits/escalation.dmn").read_bytes(), "escalation.dmn")["escalation"]


class Ladder:
    """The rungs of one task, as the house computes them from escalation.dmn; ``limit`` may be moved."""

    def __init__(self, days: int = 10, reds: int = 0, process: str = "rectification") -> None:
        self.days, self.limit, self.reds = days, CALENDAR.workdays_after(MONDAY, days), reds
        variables = {
            "task_id": 5,
            "case_id": 7,
            "task_name": "制定整改方案",
            "unit": "court",
            "limit_days": days,
            "rung": 0,
            "process": process,
        }
        play = {"supervision/next-rung": self.next_rung, "supervision/letter": self.letter}
        self.walk: Walk | None = None
        self.walk = Walk("supervision", play, **variables)

    def next_rung(self, call):
        now, done, moved = self.walk.at if self.walk else MONDAY, call.parameters["rung"], call.parameters["moved"]
        for row in TABLE.decide({"limit_days": self.days}, moments.functions(now, CALENDAR)):
            at = self.moment(row["offset"])
            if at > now if moved else row["rung"] > done:
                return {"rung": row["rung"], "light": row["light"], "act": row["act"], "rung_at": at}
        return {"rung": None, "light": None, "act": None, "rung_at": None}

    def moment(self, offset: int) -> datetime:
        if offset < 0:
            return CALENDAR.workdays_before(self.limit, -offset)
        return CALENDAR.workdays_after(self.limit, offset) if offset else self.limit

    def letter(self, call):
        self.reds += 1
        return {"reds": self.reds, "letter_number": "营商督〔2026〕1号"}

    def climb(self, offset: int) -> Walk:
        """To just after the rung at this offset."""
        self.walk.at = self.moment(offset) + timedelta(seconds=1)
        return self.walk.wait()


@way
def the_whole_ladder():
    ladder = Ladder()
    assert ladder.climb(-3).operations[-2:] == ["supervision/remind", "supervision/next-rung"]
    assert ladder.climb(0).tasks == ["follow_up"]
    assert ladder.climb(5).tasks == ["follow_up", "talk"]
    walk = ladder.climb(10)
    assert walk.operations[-2:] == ["supervision/mark-black", "processes/start"]
    walk.do("follow_up").do("talk")
    assert walk.last.finished
    return walk


@way
def the_task_is_done_in_time():
    walk = Ladder().climb(-3).hear("task-closed")
    assert walk.outcome == "supervision_over" and walk.last.due_at is None
    return walk


@way
def the_third_red_of_a_case_goes_to_accountability_at_once():
    ladder = Ladder(reds=2)
    ladder.climb(-3)
    walk = ladder.climb(0)
    assert walk.tasks == [] and walk.outcome == "referred"
    assert [p["unit"] for p in walk.calls_of("processes/start")] == ["court"]
    return walk


@way
def a_referral_that_is_late_itself_starts_no_other():
    ladder = Ladder(process="accountability")
    for offset in (-3, 0, 5, 10):
        walk = ladder.climb(offset)
    assert walk.operations[-1] == "supervision/mark-black" and "processes/start" not in walk.operations
    return walk


@way
def the_limit_moves():
    ladder = Ladder()
    ladder.climb(-3)
    ladder.limit = CALENDAR.workdays_after(ladder.limit, 20)
    ladder.walk.hear("limit-moved")
    assert ladder.walk.variables["rung"] == 1, "yellow comes again before the new limit"
    before = ladder.walk.operations.count("supervision/remind")
    assert ladder.climb(-3).operations.count("supervision/remind") == before + 1
    return ladder.walk


@way
def there_is_no_rung():
    walk = Walk(
        "supervision", {"supervision/next-rung": lambda call: {"rung": None}}, task_id=5, case_id=7, task_name="回访", unit=None, rung=0
    )
    assert walk.outcome == "ladder_ended"
    return walk


@pytest.mark.parametrize("walked", WAYS, ids=lambda walked: walked.__name__)
def test_a_way_can_be_walked(walked):
    assert walked().seen


def test_every_element_and_every_way_out_is_walked():
    assert never_walked("supervision", [walked() for walked in WAYS]) == []


def test_a_done_task_ends_its_follow_up_and_talk():
    ladder = Ladder()
    for offset in (-3, 0, 5):
        ladder.climb(offset)
    walk = ladder.walk.hear("task-closed")
    assert walk.last.finished and {closed.how for closed in walk.last.closed} == {"cancelled"}


@pytest.mark.parametrize(("days", "offset"), [(1, -1), (5, -1), (6, -3), (15, -3), (None, -3)])
def test_yellow_comes_three_days_before_a_long_limit_and_one_before_a_short_one(days, offset):
    rows = TABLE.decide({"limit_days": days}, {})
    assert [(row["rung"], row["light"], row["offset"], row["act"]) for row in rows] == [
        (1, "yellow", offset, "remind"),
        (2, "red", 0, "letter"),
        (3, "red", 5, "talk"),
        (4, "black", 10, "accountability"),
    ]


def test_after_a_long_outage_each_rung_is_climbed_once_in_order():
    ladder = Ladder()
    walk = ladder.climb(30)
    acts = [name for name in walk.operations if name != "supervision/next-rung"]
    assert acts == ["supervision/remind", "supervision/letter", "supervision/mark-black", "processes/start"]
