from __future__ import annotations

import pytest

from engine.cases.identity import Reporter
from engine.cases.models import Case, Identity, Shingle
from engine.errors import Invalid
from engine.journal.verify import verify
from engine.processes.models import Instance, Task
from tests.engine.cases.city import LIU, City


def test_a_complaint_gets_a_number_a_process_and_a_first_task(city: City) -> None:
    case = city.register(area=3)
    assert case.number == "营商投诉〔2026〕0001"
    with city.sessions.read() as session:
        assert session.query(Instance).filter_by(case_id=case.id).one().key == "complaint"
        assert session.query(Task).filter_by(case_id=case.id).one().element == "accept"
        assert session.query(Shingle).filter_by(case_id=case.id).count() == 20
        assert not verify(session)


def test_the_same_key_registers_once(city: City) -> None:
    first, second = city.register(key="portal/1"), city.register(key="portal/1")
    assert first.id == second.id
    with city.sessions.read() as session:
        assert session.query(Case).count() == 1


def test_an_empty_narrative_is_refused_with_the_field(city: City) -> None:
    with pytest.raises(Invalid) as refusal:
        city.register(narrative="  ")
    assert "narrative" in refusal.value.details["fields"]  # type: ignore[operator]


def test_a_refused_complaint_takes_no_number(city: City) -> None:
    with pytest.raises(Invalid):
        city.register(files=[("a.exe", b"MZ\x90\x00\x03")])
    assert city.register().number == "营商投诉〔2026〕0001"


def test_an_anonymous_complaint_has_no_identity_row(city: City) -> None:
    case = city.register(reporter=Reporter())
    assert not case.real_name
    with city.sessions.read() as session:
        assert session.get(Identity, case.id) is None


def test_a_name_without_any_way_to_reach_it_is_no_real_name_report(city: City) -> None:
    assert not city.register(reporter=Reporter(name="刘建国")).real_name
    assert city.register(reporter=LIU).real_name


def test_what_names_the_reporter_is_masked_in_the_case_and_kept_under_seal(city: City) -> None:
    case = city.register(title="刘建国反映窗口刁难", narrative="我是刘 建国，电话139-4212-0587，厂子是海城宏远砖厂。")
    assert case.title == "〔反映人〕反映窗口刁难"
    assert case.narrative == "我是〔反映人〕，电话〔电话〕，厂子是〔反映单位〕。"
    from engine.cases import identity

    with city.sessions.read() as session:
        reporter = identity.unseal(session, city.keys, case.id)
    assert reporter is not None and "139-4212-0587" in reporter.words["narrative"]
