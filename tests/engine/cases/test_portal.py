from __future__ import annotations

from dataclasses import replace

import pytest

from engine.cases import portal
from engine.cases.models import Attachment, Case, Comment
from engine.cases.portal import Receipt
from engine.cases.register import Intake
from engine.errors import Conflict, Invalid, NotFound
from engine.processes.models import Message
from tests.engine.cases.city import LIU, City

INTAKE = Intake(title="窗口刁难", narrative="去窗口办照跑了四趟。", reporter=LIU)


def _submit(city: City, key: str | None = "nonce-1") -> Receipt:
    return city.act(portal.submit, INTAKE, keys=city.keys, files=city.files, key=key)


def _find(city: City, number: str, code: str) -> Case:
    with city.sessions.read() as session:
        return portal.find(session, city.keys, number, code)


def test_number_and_code_find_the_case_however_they_are_typed(city: City) -> None:
    receipt = _submit(city)
    assert len(receipt.code) == portal.CODE_LENGTH and set(receipt.code) <= set(portal.ALPHABET)
    spaced = f" {receipt.code[:4]}-{receipt.code[4:8]} {receipt.code[8:]} ".lower()
    for number in (f" {receipt.number} ", "营商投诉[2026]0001", "营商投诉（２０２６） 0001"):
        assert _find(city, number, spaced).id == receipt.case_id


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(city: City) -> None:
    receipt = _submit(city)
    answers = set()
    for number, code in ((receipt.number, "A" * 12), ("营商投诉〔2026〕9999", receipt.code), (receipt.number, "")):
        with pytest.raises(NotFound) as refusal:
            _find(city, number, code)
        answers.add(refusal.value.sentence)
    assert len(answers) == 1


def test_a_case_without_a_code_is_found_by_none(city: City) -> None:
    case = city.register()
    for code in ("", "0" * 64, "0" * 12):
        with pytest.raises(NotFound):
            _find(city, case.number, code)


def test_the_database_keeps_only_a_hash_of_the_code(city: City) -> None:
    receipt = _submit(city)
    assert receipt.code not in city.case(receipt.case_id).code_hash
    assert city.case(receipt.case_id).code_hash == city.keys.digest("code", receipt.code)


def test_a_double_click_gives_the_same_receipt(city: City) -> None:
    assert _submit(city) == _submit(city)
    assert _submit(city, "nonce-2").code != _submit(city, "nonce-1").code


def test_the_reporter_sees_stages_answers_and_nothing_of_the_office(city: City) -> None:
    receipt = _submit(city)
    city.later(days=1)
    city.complete(receipt.case_id, "intake", element="accept")
    city.later(days=1)
    city.complete(receipt.case_id, "handler", element="work")
    with city.sessions.read() as session:
        case = session.get(Case, receipt.case_id)
        assert case is not None
        seen = portal.track(session, case)
    assert [stage.key for stage in seen.stages if stage.at] == ["accept", "rectify"]
    assert [(who, words) for _at, who, words in seen.messages] == [("市营商办", "问题已经解决。")]
    assert (seen.outcome, seen.can_withdraw, seen.can_supplement, seen.can_rate) == ("已销号", False, False, True)


def test_a_supplement_is_filed_masked_and_heard_by_the_process(city: City) -> None:
    receipt = _submit(city)
    case = city.case(receipt.case_id)
    uploads = [("刘建国的收据.txt", "收据".encode())]
    city.act(portal.supplement, case, "我刘建国再补充一点", keys=city.keys, files=city.files, uploads=uploads)
    with city.sessions.read() as session:
        comment, file, message = session.query(Comment).one(), session.query(Attachment).one(), session.query(Message).one()
    assert (comment.body, comment.audience) == ("我〔反映人〕再补充一点", "reporter")
    assert (file.name, file.audience) == ("〔反映人〕的收据.txt", "office")
    assert (message.name, message.correlation, message.payload) == ("supplement", str(case.id), {"material": "我〔反映人〕再补充一点"})
    with pytest.raises(Invalid):
        city.act(portal.supplement, case, " ", keys=city.keys, files=city.files)


def test_a_rating_is_taken_once_after_the_end(city: City) -> None:
    receipt = _submit(city)
    with pytest.raises(Conflict):
        city.act(portal.rate, city.case(receipt.case_id), solved=True, satisfaction="satisfied", keys=city.keys)
    city.complete(receipt.case_id, "intake", element="accept")
    city.complete(receipt.case_id, "handler", element="work")

    def rate(session, ports, act, satisfaction):  # type: ignore[no-untyped-def]
        portal.rate(session, ports, act, session.get(Case, receipt.case_id), solved=True, satisfaction=satisfaction, keys=city.keys)

    with pytest.raises(Invalid):
        city.act(rate, "very")
    city.act(rate, "satisfied")
    assert city.case(receipt.case_id).satisfaction == "satisfied"
    with pytest.raises(Conflict):
        city.act(rate, "dissatisfied")


def test_nothing_is_taken_for_a_closed_case(city: City) -> None:
    receipt = _submit(city)
    city.complete(receipt.case_id, "intake", element="accept")
    city.complete(receipt.case_id, "handler", element="work")
    case = city.case(receipt.case_id)
    with pytest.raises(Conflict):
        city.act(portal.supplement, case, "补充", keys=city.keys, files=city.files)
    with pytest.raises(Conflict):
        city.act(portal.withdraw, case, "算了", keys=city.keys)


def test_a_withdrawal_is_heard_by_the_process(city: City) -> None:
    receipt = _submit(city)
    city.act(portal.withdraw, city.case(receipt.case_id), "问题解决了", keys=city.keys)
    with city.sessions.read() as session:
        assert session.query(Message).one().payload["withdraw_reason"] == "问题解决了"


def test_only_complaints_are_tracked(city: City) -> None:
    receipt = _submit(city)
    with city.sessions.begin() as session:
        case = session.get(Case, receipt.case_id)
        assert case is not None
        case.kind = "accountability"
    with pytest.raises(NotFound):
        _find(city, receipt.number, receipt.code)


def test_an_anonymous_report_gets_a_code_too(city: City) -> None:
    intake = replace(INTAKE, reporter=type(LIU)())
    receipt = city.act(portal.submit, intake, keys=city.keys, files=city.files)
    assert _find(city, receipt.number, receipt.code).id == receipt.case_id
