"""Who has a task: claim, unclaim, assign, delegate, give back."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, NotFound
from engine.processes.claim import assign, claim, unclaim
from engine.processes.complete import complete
from engine.processes.delegate import delegate, give_back
from engine.processes.models import Task
from tests.engine.processes.office import LI, WANG, Sketch, together


@pytest.fixture
def task(office):
    sketch = Sketch()
    sketch.user("a")
    sketch.end()
    office.deploy(sketch.start("a", "e"))
    office.start()
    return office.task("a")


def holder(office):
    (row,) = office.all(Task)
    return row.assignee_id, row.owner_id


def test_a_task_is_taken_once_and_taking_it_again_is_the_same(office, task):
    assert office.act(claim, task.id, by=LI).assignee_id == 1
    office.act(claim, task.id, by=LI)
    assert holder(office) == (1, None)
    assert office.acts() == ["instance.start", "task.claim"]
    assert office.journal()[-1].data["old"] == {"assignee_id": None} and office.journal()[-1].data["new"] == {"assignee_id": 1}


def test_of_two_who_take_a_task_at_once_one_gets_it_and_the_other_is_told_who(office, task):
    results = together(lambda: office.act(claim, task.id, by=LI), lambda: office.act(claim, task.id, by=WANG))
    (refused,) = [result for result in results if isinstance(result, Conflict)]
    assert refused.details["name"] == {1: "李华", 2: "王五"}[holder(office)[0]]


def test_a_task_that_was_put_back_is_free_again(office, task):
    office.act(claim, task.id, by=LI)
    office.act(unclaim, task.id, by=LI)
    office.act(unclaim, task.id, by=LI)
    office.act(claim, task.id, by=WANG)
    assert holder(office) == (2, None)


def test_an_assigned_task_changes_hands_whoever_had_it(office, task):
    office.act(claim, task.id, by=LI)
    office.act(assign, task.id, 2, by=LI)
    office.act(assign, task.id, 2, by=LI)
    assert holder(office) == (2, None)
    assert office.acts().count("task.assign") == 1


def test_a_delegated_task_goes_back_to_its_owner(office, task):
    office.act(claim, task.id, by=LI)
    office.act(delegate, task.id, 2, by=LI)
    assert holder(office) == (2, 1)
    office.act(give_back, task.id, by=WANG)
    assert holder(office) == (1, None)
    with pytest.raises(Conflict):
        office.act(give_back, task.id, by=LI)


def test_a_delegated_task_may_be_completed_by_whom_it_was_delegated_to(office, task):
    office.act(claim, task.id, by=LI)
    office.act(delegate, task.id, 2, by=LI)
    office.act(complete, task.id, {}, by=WANG)
    assert office.all(Task)[0].completed_by_id == 2


@pytest.mark.parametrize("verb", [claim, unclaim, give_back, lambda *a: assign(*a, 2), lambda *a: delegate(*a, 2)])
def test_a_task_that_is_done_changes_hands_no_more(office, task, verb):
    office.act(complete, task.id, {}, by=WANG)
    with pytest.raises(Conflict, match="办结"):
        office.act(verb, task.id)


def test_a_task_that_does_not_exist_cannot_be_taken(office):
    with pytest.raises(NotFound):
        office.act(claim, 99)
