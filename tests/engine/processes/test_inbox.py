"""The inbox: whose tasks, in which order, in pages, with counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from engine.people import permissions
from engine.people.person import Person, PostView
from engine.processes.limits import LIGHTS, light
from engine.processes.models import NEVER, Task
from engine.processes.queries import Filters, counts, inbox
from tests.engine.processes.office import Sketch

LI = Person(1, "li", "李华", (PostView("unit.handler", "bureau"), PostView("office.supervision")))
WANG = Person(2, "wang", "王五", (PostView("lead", None, 3),))


@pytest.fixture
def tasks(office, frozen):
    """Ten tasks of one instance; returns a function that changes some of them."""
    sketch = Sketch()
    sketch.user("a")
    sketch.end()
    office.deploy(sketch.start("a", "e"))
    office.start()
    first = office.all(Task)[0]
    columns = {column.key: getattr(first, column.key) for column in Task.__table__.columns if column.key != "id"}

    def add(*rows):
        number = office.count(Task)
        values = [{**columns, "token": f"t{number + n}", "role": "", **row} for n, row in enumerate(rows)]
        for value in values:
            value["urgency"] = value.get("limit_at") or NEVER
        with office.sessions.begin() as session:
            session.execute(insert(Task.__table__), values)

    return add


def names(office, person, view, frozen, **kwargs):
    with office.sessions.read() as session:
        return [task.name for task in inbox(session, person, view, frozen.now(), **kwargs).items]


def test_the_earliest_limit_comes_first_and_tasks_without_a_limit_last(office, frozen, tasks):
    now = frozen.now()
    tasks(
        {"name": "none", "assignee_id": 1},
        {"name": "late", "assignee_id": 1, "limit_at": now - timedelta(days=1)},
        {"name": "soon", "assignee_id": 1, "limit_at": now + timedelta(days=1)},
        {"name": "other", "assignee_id": 2},
    )
    assert names(office, LI, "mine", frozen) == ["late", "soon", "none"]


def test_free_tasks_are_shown_to_the_posts_they_are_for(office, frozen, tasks):
    tasks(
        {"name": "mine", "role": "unit.handler", "unit_id": "bureau"},
        {"name": "any unit", "role": "unit.handler"},
        {"name": "other unit", "role": "unit.handler", "unit_id": "town"},
        {"name": "other role", "role": "unit.leader", "unit_id": "bureau"},
        {"name": "office", "role": "office.supervision"},
        {"name": "taken", "role": "office.supervision", "assignee_id": 2},
        {"name": "lead 3", "role": "lead", "area": 3},
        {"name": "lead 4", "role": "lead", "area": 4},
    )
    assert sorted(names(office, LI, "posts", frozen)) == ["mine", "office"]
    assert names(office, WANG, "posts", frozen) == ["lead 3"]
    assert sorted(names(office, LI, "unit", frozen)) == ["mine", "office", "other role", "taken"]


def test_the_inbox_shows_exactly_the_tasks_that_a_person_may_claim(office, frozen, tasks):
    roles, units, areas = ("unit.handler", "unit.leader", "lead", "office.supervision"), (None, "bureau", "town"), (None, 3, 4)
    tasks(*({"name": f"{r} {u} {a}", "role": r, "unit_id": u, "area": a} for r in roles for u in units for a in areas))
    adrift = Person(3, "zhao", "赵六", (PostView("unit.leader"), PostView("lead"), PostView("unit.handler", "town", 4)), (WANG,))
    for person in (LI, WANG, adrift):
        may = sorted(task.name for task in office.all(Task) if permissions.candidate_posts(person, task))
        assert sorted(names(office, person, "posts", frozen)) == may and may, person.name


def test_a_substitute_sees_the_tasks_of_the_absent_person(office, frozen, tasks):
    tasks({"name": "li's own", "assignee_id": 1}, {"name": "li's post", "role": "office.supervision"})
    substitute = Person(2, "wang", "王五", (), (LI,))
    assert names(office, substitute, "mine", frozen) == ["li's own"]
    assert names(office, substitute, "posts", frozen) == ["li's post"]


def test_somebody_without_posts_sees_nothing(office, frozen, tasks):
    tasks({"name": "office", "role": "office.supervision"})
    nobody = Person(2, "wang", "王五")
    assert names(office, nobody, "posts", frozen) == [] and names(office, nobody, "unit", frozen) == []


def test_pages_show_every_task_once(office, frozen, tasks):
    now = frozen.now()
    rows = [{"name": f"{n}", "role": "office.supervision", "limit_at": now + timedelta(days=n // 3)} for n in range(20)]
    rows += [{"name": f"x{n}", "role": "unit.handler", "unit_id": "bureau"} for n in range(5)]
    tasks(*rows)
    seen, after = [], ""
    with office.sessions.read() as session:
        while after is not None:
            page = inbox(session, LI, "posts", now, after=after, size=4)
            assert len(page.items) <= 4
            seen += [task.name for task in page.items]
            after = page.next
    assert seen == [row["name"] for row in rows]


def test_a_broken_cursor_starts_from_the_beginning(office, frozen, tasks):
    tasks({"name": "a", "assignee_id": 1})
    for cursor in ("x", "1.2.3", "9" * 50, "999999999999999999999999999999.1", "-1.2"):
        assert names(office, LI, "mine", frozen, after=cursor) == ["a"]


def test_filters_narrow_the_list(office, frozen, tasks):
    now = frozen.now()
    tasks(
        {"name": "a", "assignee_id": 1, "process": "complaint", "element": "verify", "area": 3, "unit_id": "bureau"},
        {"name": "b", "assignee_id": 1, "limit_at": now + timedelta(days=2), "yellow_at": now + timedelta(days=1)},
        {"name": "c", "assignee_id": 1, "opened_at": now - timedelta(days=9), "limit_at": now - timedelta(days=1)},
    )
    for filters, found in (
        (Filters(process="complaint"), ["a"]),
        (Filters(element="verify", area=3, unit="bureau"), ["a"]),
        (Filters(light="green"), ["b"]),
        (Filters(light="red"), ["c"]),
        (Filters(opened_to=now), ["c"]),
        (Filters(opened_from=now), ["b", "a"]),
        (Filters(limit_from=now, limit_to=now + timedelta(days=3)), ["b"]),
    ):
        assert names(office, LI, "mine", frozen, filters=filters) == found, filters


def test_watched_tasks_are_those_of_the_cases_asked_for(office, frozen, tasks):
    tasks({"name": "a", "case_id": 5}, {"name": "b", "case_id": 6})
    assert names(office, LI, "watched", frozen, where=[Task.case_id.in_([6])]) == ["b"]


def test_counts_agree_with_the_light_of_each_task(office, frozen, tasks):
    now = frozen.now()
    moments = [now + timedelta(hours=n) for n in (-48, -24, 0, 24, 48)]
    rows = [
        {"name": "x", "assignee_id": 1, "limit_at": limit, "yellow_at": yellow, "black_at": black, "paused_at": paused}
        for limit in (*moments, None)
        for yellow in (*moments, None)
        for black in (*moments, None)
        for paused in (None, now)
    ]
    tasks(*rows)
    with office.sessions.read() as session:
        counted = counts(session, LI, "mine", now)
        listed = {name: len(inbox(session, LI, "mine", now, Filters(light=name), size=1000).items) for name in LIGHTS}
    shown = [light(task, now) for task in office.all(Task) if task.assignee_id == 1]
    assert counted == listed == {name: shown.count(name) for name in LIGHTS}
    assert all(counted.values())


def test_an_unknown_view_or_light_is_refused(office, frozen, tasks):
    with office.sessions.read() as session:
        with pytest.raises(KeyError):
            inbox(session, LI, "everything", frozen.now())
        with pytest.raises(KeyError):
            inbox(session, LI, "mine", frozen.now(), Filters(light="blue"))


def test_a_page_is_one_statement(office, frozen, tasks, db_engine, count_statements):
    tasks({"name": "a", "assignee_id": 1})
    with office.sessions.read() as session, count_statements(db_engine) as statements:
        inbox(session, LI, "posts", frozen.now())
    assert len([one for one in statements if not one.startswith("BEGIN")]) == 1
