from __future__ import annotations

import json
from typing import Any

from engine.cases import ledger
from engine.cases.models import LedgerRow
from engine.cases.observe import written
from engine.outbox.models import Notice
from engine.people.models import Substitution
from engine.processes import deploy
from tests.engine.bpm.draw import Sketch
from tests.engine.cases.city import City


def _field(key: str, type: str = "textarea", **properties: str) -> dict[str, Any]:
    return {"key": key, "type": type, "label": key, "properties": properties}


FORM = {
    "components": [
        _field("summary_text", case="summary"),
        _field("area", "select", case="area", options_from="areas"),
        {"type": "group", "label": "核实", "components": [_field("finding", case="finding")]},
        _field("steps", ledger="measure"),
        {**_field("until", "datetime", ledger="deadline"), "subtype": "date", "dateLabel": "期限"},
        _field("note"),
    ]
}


def _with_form(city: City) -> None:
    sketch = Sketch("complaint")
    sketch.user("verify", role="office.supervision", stage="verify")
    sketch.user("rest", role="office.director", stage="strike-off")
    sketch.start("verify", "rest", sketch.end("struck"))
    city.act(deploy.deploy, {**sketch.files(), "forms/verify.form": json.dumps(FORM).encode()})


def test_what_a_form_says_of_the_case_is_written_into_it(bare: City) -> None:
    _with_form(bare)
    case = bare.register()
    answers = {
        "summary_text": "刘建国反映窗口多次刁难",
        "area": "3",
        "finding": "属实",
        "note": "不写入",
        "steps": "培训",
        "until": "2026-04-01",
    }
    bare.complete(case.id, "supervisor", answers)
    after = bare.case(case.id)
    assert (after.summary, after.area, after.facts["finding"]) == ("〔反映人〕反映窗口多次刁难", 3, "属实")
    assert "note" not in after.facts
    with bare.sessions.read() as session:
        row = session.query(LedgerRow).one()
    assert (row.measure, row.deadline.isoformat() if row.deadline else "") == ("培训", "2026-04-01")


def test_the_stage_bar_moves_and_keeps_the_moments(bare: City) -> None:
    _with_form(bare)
    case = bare.register()
    assert bare.case(case.id).stage == "verify"
    then = bare.later(days=1)
    bare.complete(case.id, "supervisor")
    after = bare.case(case.id)
    assert after.stage == "strike-off"
    assert after.facts["stages"]["strike-off"] == then.isoformat()


def test_a_case_whose_process_ends_is_closed(bare: City) -> None:
    _with_form(bare)
    case = bare.register()
    bare.complete(case.id, "supervisor")
    bare.complete(case.id, "director")
    after = bare.case(case.id)
    assert (after.state, after.outcome, after.closed_at, after.limit_at) == ("closed", "struck", bare.now, None)


def test_those_a_task_waits_for_are_told_and_so_are_their_substitutes(city: City) -> None:
    with city.sessions.begin() as session:
        day = city.now.date()
        session.add(Substitution(absent_id=city.users["handler"], substitute_id=city.users["stranger"], starts_on=day, ends_on=day))
    case = city.register()
    city.complete(case.id, "intake", element="accept")
    with city.sessions.read() as session:
        told = {(notice.user_id, notice.subject) for notice in session.query(Notice)}
    assert told == {
        (city.users["intake"], "新任务：accept"),
        (city.users["handler"], "新任务：work"),
        (city.users["stranger"], "新任务：work"),
    }


def test_a_form_tells_where_its_answers_go_also_inside_groups() -> None:
    assert written(json.dumps(FORM).encode()) == {
        "summary_text": ("case", "summary"),
        "area": ("case", "area"),
        "finding": ("case", "finding"),
        "steps": ("ledger", "measure"),
        "until": ("ledger", "deadline"),
    }


def test_closed_ledger_rows_are_not_written_again(city: City) -> None:
    case = city.register()
    with city.sessions.begin() as session:
        row = ledger.open_row(session, "rectification", case.id, city.now, problem="问题")
        ledger.close_row(row, city.now)
        second = ledger.open_row(session, "rectification", case.id, city.now, problem="再次")
        assert ledger.find(session, case.id, "rectification").id == second.id
