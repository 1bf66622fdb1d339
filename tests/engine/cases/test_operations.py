from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.bpm.results import StepFailed
from engine.cases import operations, queries
from engine.cases.models import Case, CaseLink, CaseUnit, Comment, LedgerRow, Letter
from engine.journal.verify import verify
from engine.outbox.models import Notice
from engine.people.models import GroupUnit
from engine.processes import claim, complete, deploy
from engine.processes.models import Instance, Task
from engine.processes.start import start
from tests.engine.bpm.draw import Sketch
from tests.engine.cases.city import City, word


def _drawn(city: City, *steps: tuple[str, Mapping[str, str]], key: str = "complaint", then_user: bool = True, **files: bytes) -> None:
    """A process that waits at ``go``, performs the operations, and waits at ``rest``."""
    sketch = Sketch(key)
    names = [sketch.service(f"step{number}", operation, **given) for number, (operation, given) in enumerate(steps)]
    sketch.user("go", role="office.intake")
    rest = [sketch.user("rest", role="office.director")] if then_user else []
    sketch.start("go", *names, *rest, sketch.end("done"))
    city.act(deploy.deploy, {**sketch.files(), **files})


def _go(city: City, answers: Mapping[str, Any] | None = None, **intake: Any) -> Case:
    case = city.register(**intake)
    city.complete(case.id, "intake", answers, "go")
    return city.case(case.id)


def test_every_operation_has_labels_and_an_open_ended_one_takes_anything(bare: City) -> None:
    for name, operation in operations.table(files=bare.files, keys=bare.keys).items():
        assert name == operation.name and operation.label and all(operation.parameters.values())
    signatures = bare.ports.signatures()
    assert signatures["cases/record"] is None
    assert signatures["cases/count"] == {"what", "case_id"}


def test_record_writes_columns_and_facts_and_returns_them_as_variables(bare: City) -> None:
    _drawn(
        bare, ("cases/record", {"priority": '"important"', "finding": '"属实"', "summary": "text"}), ("cases/record", {"copy": "finding"})
    )
    case = _go(bare, {"text": "刘建国说的事"})
    assert (case.priority, case.facts["finding"], case.facts["copy"]) == ("important", "属实", "属实")
    assert case.summary == "〔反映人〕说的事"


@pytest.mark.parametrize("name", ["state", "number", "code_hash", "kind", "closed_at"])
def test_record_never_touches_what_the_house_keeps(bare: City, name: str) -> None:
    _drawn(bare, ("cases/record", {name: '"forged"'}))
    case = _go(bare)
    assert getattr(case, name) != "forged"


def test_count_adds_one_and_says_how_many(bare: City) -> None:
    _drawn(bare, ("cases/count", {"what": '"redos"'}), ("cases/count", {"what": '"redos"'}), ("cases/record", {"seen": "redos"}))
    case = _go(bare)
    assert (case.redos, case.facts["seen"]) == (2, 2)


def test_an_unknown_count_fails_the_step_and_nothing_is_kept(bare: City) -> None:
    _drawn(bare, ("cases/count", {"what": '"number"'}))
    case = bare.register()
    with pytest.raises(StepFailed):
        bare.complete(case.id, "intake", {}, "go")
    assert bare.open_task(case.id).element == "go"


def test_assigning_units_gives_and_takes_sight(bare: City) -> None:
    _drawn(
        bare,
        ("cases/assign-units", {"lead_unit": '"market"', "co_units": '["ganwang"]'}),
        ("cases/assign-units", {"lead_unit": '"police"', "co_units": "null"}),
        ("cases/record", {"since": "assigned_at"}),
    )
    case = _go(bare)
    with bare.sessions.read() as session:
        parts = {(row.unit_id, row.part, row.until is None) for row in session.query(CaseUnit)}
        seen = session.query(Case).filter(queries.visible_cases(bare.person("handler"))).count()
    assert parts == {("market", "lead", False), ("ganwang", "co", False), ("police", "lead", True)}
    assert (case.lead_unit_id, seen, case.facts["since"]) == ("police", 0, bare.now.isoformat())


def test_a_merged_case_is_closed_and_still_gets_the_answer(bare: City) -> None:
    _drawn(bare, ("cases/close", {"outcome": '"struck-off"', "answer": '"已经解决。"'}))
    first = bare.register()
    _drawn(bare, ("cases/merge", {"into": "target"}))
    second = _go(bare, {"target": first.number}, narrative="同一件事。")
    assert (second.state, second.outcome) == ("closed", "merged")
    bare.complete(first.id, "intake", {}, "go")
    with bare.sessions.read() as session:
        told = [row.body for row in session.query(Comment).filter_by(case_id=second.id, audience="reporter").order_by(Comment.id)]
        assert session.query(CaseLink).one().relation == "merged"
    assert first.number in told[0] and told[1] == "已经解决。"


def test_a_case_is_never_merged_into_itself_or_into_a_merged_one(bare: City) -> None:
    _drawn(bare, ("cases/merge", {"into": "target"}))
    first, second = bare.register(), bare.register(narrative="二")
    bare.complete(second.id, "intake", {"target": str(first.id)}, "go")
    for target in (first.id, second.id):
        with pytest.raises(StepFailed):
            bare.complete(first.id, "intake", {"target": str(target)}, "go")


def test_close_with_another_kind_does_nothing(bare: City) -> None:
    _drawn(bare, ("cases/close", {"outcome": '"x"', "kind": '"accountability"'}))
    assert _go(bare).state == "open"


def test_a_ledger_row_is_opened_written_and_struck_off(bare: City) -> None:
    _drawn(
        bare,
        ("cases/open-ledger-row", {"ledger": '"rectification"', "unit": '"market"'}),
        ("cases/update-ledger-row", {"row": "ledger_row", "state": '"carried-out"', "measure": '"培训"'}),
        ("cases/close-ledger-row", {"row": "ledger_row", "state": '"struck-off"'}),
        ("cases/update-ledger-row", {"row": "ledger_row", "measure": '"改写"'}),
    )
    _go(bare)
    with bare.sessions.read() as session:
        row = session.query(LedgerRow).one()
    assert (row.problem, row.measure, row.state, row.unit_id, row.closed_at) == ("窗口刁难", "培训", "struck-off", "market", bare.now)


def test_closing_a_case_cancels_its_open_ledger_rows(bare: City) -> None:
    _drawn(bare, ("cases/open-ledger-row", {"ledger": '"rectification"'}), ("cases/close", {"outcome": '"withdrawn"'}))
    _go(bare)
    with bare.sessions.read() as session:
        assert session.query(LedgerRow).one().state == "cancelled"


def test_notices_go_to_posts_units_and_persons(bare: City) -> None:
    chief = bare.users["chief"]
    _drawn(
        bare,
        ("cases/notify", {"role": '"leader"', "subject": '"六个月"'}),
        ("cases/notify", {"unit": '"market"', "subject": '"单位"'}),
        ("cases/notify", {"user": str(chief), "subject": '"本人"'}),
        ("cases/notify", {"role": '["unit.leader", "discipline"]', "unit": '"market"', "subject": '"两个岗位"'}),
    )
    _go(bare)
    with bare.sessions.read() as session:
        told: dict[str, set[int]] = {}
        for notice in session.query(Notice).filter_by(kind="notice"):
            told.setdefault(notice.subject, set()).add(notice.user_id)
    users = bare.users
    assert told == {
        "六个月": {users["leader"]},
        "单位": {chief, users["handler"]},
        "本人": {chief},
        "两个岗位": {chief, users["discipline"]},
    }


def test_an_accountability_gets_a_case_file_of_its_own_beside_the_first(bare: City) -> None:
    sketch = Sketch("accountability")
    sketch.user("draft", role="office.supervision")
    sketch.service("back", "cases/report-back", text='"诫勉谈话"')
    sketch.start("draft", "back", sketch.end("answered"))
    bare.deploy(sketch)
    given = {
        "process": '"accountability"',
        "source_case": "case_id",
        "title": '"线索"',
        "facts": '"经查…"',
        "unit": '"market"',
        "more": "7",
    }
    _drawn(bare, ("processes/start", given), ("cases/record", {"referral": "started_case"}))
    case = _go(bare, area=3)
    with bare.sessions.read() as session:
        referral = session.query(Case).filter_by(kind="accountability").one()
        instance = session.query(Instance).filter_by(key="accountability").one()
    assert (referral.number, referral.title, referral.narrative, referral.area) == ("营商移送〔2026〕0001", "线索", "经查…", 3)
    assert (referral.source_id, referral.lead_unit_id, instance.case_id) == (case.id, "market", referral.id)
    assert case.facts["referral"] == referral.id
    bare.complete(referral.id, "supervisor", {}, "draft")
    assert bare.case(referral.id).outcome == "answered"
    with bare.sessions.read() as session:
        back = session.query(Comment).filter_by(case_id=case.id).one()
        assert (back.body, back.audience) == ("【问责移交】诫勉谈话", "office")
        assert not verify(session)


def test_a_late_task_of_a_unit_gets_a_letter_and_a_red(bare: City) -> None:
    supervision = Sketch("supervision")
    supervision.service("letter", "supervision/letter", task_id="task_id")
    supervision.service("black", "supervision/mark-black", task_id="task_id")
    supervision.service("remind", "supervision/remind", task_id="task_id")
    supervision.user("follow", role="office.supervision", unit="")
    supervision.start("remind", "letter", "black", "follow", supervision.end())
    template = word("{{ letter.number }} {{ letter.to }} {{ task.name }} {{ text.reds }}")
    bare.act(deploy.deploy, {**supervision.files(), "documents/supervision-letter.docx": template})
    bare.deploy_complaint()
    case = bare.register()
    bare.complete(case.id, "intake", {}, "accept")
    task = bare.open_task(case.id, "work")

    bare.act(start, "supervision", {"task_id": task.id}, case_id=case.id, about_task_id=task.id)
    with bare.sessions.read() as session:
        letter = session.query(Letter).one()
        told = {(row.user_id, row.kind) for row in session.query(Notice).filter(Notice.kind.in_(["red", "reminder"]))}
    assert (letter.kind, letter.to_unit_id, letter.task_id) == ("supervision-letter", "market", task.id)
    assert (bare.case(case.id).reds, "black" in bare.case(case.id).facts) == (1, True)
    users = bare.users
    assert told == {
        (users["chief"], "red"), (users["handler"], "red"), (users["leader"], "red"), (users["director"], "red"),
        (users["chief"], "reminder"), (users["handler"], "reminder"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "narrow", "holders", "above"),
    [
        ("office.intake", {}, "intake", "director"),
        ("office.supervision", {}, "supervisor", "director"),
        ("office.director", {}, "director", "leader"),
        ("lead", {"area": "=3"}, "lead", "chief"),
        ("unit.handler", {"unit": '="market"'}, "handler", "chief"),
        ("discipline", {}, "discipline", "leader"),
    ],
)
@pytest.mark.parametrize("claimed", [False, True])
def test_a_reminder_reaches_those_the_task_waits_for_and_their_leader(
    bare: City, role: str, narrow: Mapping[str, str], holders: str, above: str, claimed: bool
) -> None:
    with bare.sessions.begin() as session:
        session.add(GroupUnit(group_id=3, unit_id="market", part="lead"))
    ladder = Sketch("supervision")
    ladder.service("remind", "supervision/remind", task_id="task_id")
    ladder.service("letter", "supervision/letter", task_id="task_id")
    ladder.start("remind", "letter", ladder.end())
    bare.act(deploy.deploy, {**ladder.files(), "documents/supervision-letter.docx": word("{{ letter.number }}")})
    work = Sketch("complaint")
    work.user("go", role=role, **narrow)
    work.start("go", work.end())
    bare.deploy(work)
    case = bare.register()
    task = bare.open_task(case.id)
    if claimed:
        bare.act(claim.claim, task.id, by=holders)

    bare.act(start, "supervision", {"task_id": task.id}, case_id=case.id, about_task_id=task.id)
    with bare.sessions.read() as session:
        told = {(row.user_id, row.kind) for row in session.query(Notice).filter(Notice.kind.in_(["red", "reminder"]))}
    assert told == {(bare.users[who], kind) for who in (holders, above) for kind in ("reminder", "red")}


def test_a_supplement_is_filed_once_and_those_who_work_on_it_hear_of_it(bare: City) -> None:
    _drawn(bare, ("cases/file-supplement", {"material": '"又有新证据"'}))
    case = _go(bare)
    with bare.sessions.read() as session:
        assert session.query(Comment).filter_by(case_id=case.id, audience="office").one().body == "反映人补充：又有新证据"
        assert session.query(Task).filter_by(status="open").count() == 1


def test_completing_twice_at_once_leaves_one_trace(bare: City) -> None:
    _drawn(bare, ("cases/count", {"what": '"returns"'}))
    case = bare.register()
    task = bare.open_task(case.id)
    for _ in range(2):
        bare.act(complete.complete, task.id, {}, by="intake", key="same")
    assert bare.case(case.id).returns == 1
