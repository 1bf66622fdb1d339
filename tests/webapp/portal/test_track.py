from __future__ import annotations

import re
from io import BytesIO

import pytest
from sqlalchemy import select, update

from engine.cases.models import Case, Comment, Letter
from engine.processes.models import Instance, Message
from webapp.portal.track import number_of


@pytest.fixture
def reported(visitor):
    """A visitor who has submitted, with number and code, in a browser that has forgotten."""
    visitor.report()
    visitor.number, visitor.code = visitor.receipt()
    visitor.post("/portal/forget", {})
    return visitor


def case_of(house, number) -> Case:
    with house.sessions.read() as session:
        return session.scalars(select(Case).where(Case.number == number)).one()


def set_case(house, number, **columns):
    with house.sessions.begin() as session:
        session.execute(update(Case).where(Case.number == number).values(**columns))


def said(house, number) -> list[str]:
    case = case_of(house, number)
    with house.sessions.read() as session:
        return list(session.scalars(select(Comment.body).where(Comment.case_id == case.id, Comment.audience == "reporter")))


def test_number_and_code_open_the_case_with_its_stages_and_limit(house, reported):
    assert reported.post("/portal/track", {"number": reported.number, "code": reported.code}).location == "/portal/case"
    page = reported.get("/portal/case").text
    assert reported.number in page and "正在办理" in page and "2026-03-03" in page
    assert "欧阳小明" not in page and "13812345678" not in page


@pytest.mark.parametrize("typed", ["营商投诉(2026)1", "2026-0001", "２０２６　０００１", "20260001", " 营商投诉〔2026〕0001 ", "2026 1"])
def test_the_number_may_be_typed_in_many_ways(typed):
    assert number_of(typed) == "营商投诉〔2026〕0001"


def test_the_code_may_be_typed_in_small_letters_and_with_spaces(reported):
    answer = reported.post("/portal/track", {"number": reported.number, "code": f" {reported.code.lower().replace('-', ' ')} "})
    assert answer.location == "/portal/case"


def test_a_wrong_code_and_an_unknown_number_get_the_same_page(reported, another):
    wrong = another.post("/portal/track", {"number": reported.number, "code": "AAAA-BBBB-CCCC"})
    unknown = another.post("/portal/track", {"number": "营商投诉〔2026〕9999", "code": "AAAA-BBBB-CCCC"})
    assert wrong.status_code == unknown.status_code == 422
    assert "编号或查询码不对" in wrong.text
    pages = [re.sub(r'(csrf_token" value=|X-CSRFToken": )"[^"]+"', "", page.text) for page in (wrong, unknown)]
    assert pages[0].replace(reported.number, "N") == pages[1].replace("营商投诉〔2026〕9999", "N")
    assert another.get("/portal/case").location == "/portal/track"


def test_guessing_codes_is_limited_by_address(reported, another):
    for _ in range(10):
        assert another.post("/portal/track", {"number": reported.number, "code": "AAAA"}).status_code == 422
    assert another.post("/portal/track", {"number": reported.number, "code": reported.code}).status_code == 429
    assert reported.post("/portal/track", {"number": reported.number, "code": reported.code}).status_code == 302


def test_right_codes_do_not_use_up_the_limit(reported):
    for _ in range(12):
        assert reported.post("/portal/track", {"number": reported.number, "code": reported.code}).status_code == 302


def test_the_case_closes_after_half_an_hour_without_use(reported, frozen):
    reported.post("/portal/track", {"number": reported.number, "code": reported.code})
    frozen.forward(minutes=20)
    assert reported.get("/portal/case").status_code == 200
    frozen.forward(minutes=20)
    assert reported.get("/portal/case").status_code == 200  # its use kept it open
    frozen.forward(minutes=31)
    assert reported.get("/portal/case").location == "/portal/track"
    assert reported.post("/portal/case/withdraw", {"reason": "x"}).location == "/portal/track"


@pytest.fixture
def opened(reported):
    reported.post("/portal/track", {"number": reported.number, "code": reported.code})
    return reported


def test_a_supplement_with_a_file_reaches_the_case_without_naming_the_reporter(house, opened):
    answer = opened.post(
        "/portal/case/supplement", {"material": "补充：欧阳小明当天的排号单见附件。", "files": [(BytesIO(b"%PDF-1.4 x"), "排号单.pdf")]}
    )
    assert answer.status_code == 302
    assert said(house, opened.number) == ["补充：〔反映人〕当天的排号单见附件。"]
    page = opened.get("/portal/case").text
    assert "已收到您补充的材料" in page and "当天的排号单见附件" in page


def test_an_empty_supplement_is_told_at_its_field(opened):
    answer = opened.post("/portal/case/supplement", {"material": "  "})
    assert answer.status_code == 422 and answer.text.count("请填写补充内容或选择文件") == 2


def test_a_refused_file_keeps_the_words_of_the_supplement(opened):
    answer = opened.post("/portal/case/supplement", {"material": "见附件", "files": [(BytesIO(b"\x7fELF" + b"\0" * 99), "a.pdf")]})
    assert answer.status_code == 422 and ">见附件</textarea>" in answer.text and "不接受这种文件" in answer.text


def test_withdrawing_needs_a_reason_and_reaches_the_process(house, opened):
    assert "请写明撤回的原因" in opened.post("/portal/case/withdraw", {"reason": " "}).text
    assert opened.post("/portal/case/withdraw", {"reason": "问题已经解决"}).status_code == 302
    case = case_of(house, opened.number)
    with house.sessions.read() as session:
        running = session.scalars(select(Instance.id).where(Instance.case_id == case.id, Instance.status == "running")).all()
        waiting = session.scalars(select(Message.name).where(Message.correlation == str(case.id), Message.name == "withdraw")).all()
    assert case.state == "closed" or not running or waiting == ["withdraw"]


def test_rating_is_offered_only_when_the_office_calls_back(house, opened):
    assert "请您评价" not in opened.get("/portal/case").text
    opened.post("/portal/case/rate", {"satisfaction": "satisfied"})
    assert case_of(house, opened.number).satisfaction == ""
    assert "现在还不能评价" in opened.get("/portal/case").text


@pytest.mark.parametrize(("given", "words"), [({}, "评价：未解决，不满意。"), ({"solved": "yes"}, "评价：已解决，不满意。")])
def test_one_click_rates_and_tells_whether_it_is_solved(house, opened, given, words):
    set_case(house, opened.number, stage="call-back")
    assert "请您评价" in opened.get("/portal/case").text
    opened.post("/portal/case/rate", {"satisfaction": "dissatisfied", **given})
    assert case_of(house, opened.number).satisfaction == "dissatisfied"
    assert said(house, opened.number)[-1] == words


def test_an_unknown_degree_of_satisfaction_is_refused(house, opened):
    set_case(house, opened.number, stage="call-back")
    assert opened.post("/portal/case/rate", {"satisfaction": "ecstatic"}).status_code == 422


def test_what_the_office_says_is_shown_without_the_name_of_the_officer(house, opened):
    case = case_of(house, opened.number)
    with house.sessions.begin() as session:
        session.add(Comment(case_id=case.id, author="受理员张三", at=case.received_at, body="请补充收费票据。", audience="reporter"))
        session.add(Comment(case_id=case.id, author="受理员张三", at=case.received_at, body="此件疑似重复。", audience="office"))
    page = opened.get("/portal/case").text
    assert "请补充收费票据。" in page and "张三" not in page and "疑似重复" not in page


@pytest.fixture
def answered(house, opened):
    """The answer letter of the opened case."""
    case = case_of(house, opened.number)
    stored = house.files.put(b"PK letter")
    with house.sessions.begin() as session:
        letter = Letter(
            case_id=case.id, kind="answer-letter", number=f"营商复〔2026〕{case.id}号", year=2026, serial=case.id, title="答复函",
            issued_at=case.received_at, sha256=stored.sha256, size=stored.size, audience="office",
        )  # fmt: skip
        session.add(letter)
        session.flush()
        return letter.id


def test_the_answer_is_a_download(opened, answered):
    page = opened.get("/portal/case").text
    assert f"/portal/case/letters/{answered}" in page
    answer = opened.get(f"/portal/case/letters/{answered}")
    assert answer.data == b"PK letter" and answer.headers["Content-Disposition"].startswith("attachment")


def test_nobody_gets_the_letter_of_another_case(opened, answered, another):
    another.report()
    another.get("/portal/done")
    assert another.get(f"/portal/case/letters/{answered}").status_code == 404


def test_only_answers_are_given_to_the_reporter(house, opened, answered):
    with house.sessions.begin() as session:
        session.execute(update(Letter).where(Letter.id == answered).values(kind="assignment-order"))
    assert opened.get(f"/portal/case/letters/{answered}").status_code == 404


def test_a_closed_case_shows_its_outcome_and_takes_no_supplement(house, opened, frozen):
    set_case(house, opened.number, state="closed", closed_at=frozen.now(), outcome="struck-off")
    page = opened.get("/portal/case").text
    assert "已销号" in page and "补充情况" not in page and "我想撤回" not in page and "请您评价" in page
    assert "已经办结" in opened.post("/portal/case/supplement", {"material": "还有"}, follow_redirects=True).text


def test_a_form_sent_twice_is_said_once(house, opened):
    for _ in range(2):
        opened.post("/portal/case/supplement", {"material": "再说一次", "_key": "00112233445566778899aabbccddeeff"})
    assert said(house, opened.number) == ["再说一次"]
