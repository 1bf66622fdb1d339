from __future__ import annotations

import re
from io import BytesIO

from sqlalchemy import select

from engine.cases import identity
from engine.cases.models import Attachment, Case, Identity
from engine.processes.models import Task

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 2000


def case_of(house, number) -> Case:
    with house.sessions.read() as session:
        return session.scalars(select(Case).where(Case.number == number)).one()


def count(house) -> int:
    with house.sessions.read() as session:
        return len(session.scalars(select(Case.id)).all())


def test_a_report_gets_a_number_a_code_and_a_task_for_the_office(house, visitor):
    answer = visitor.report()
    assert answer.status_code == 302 and answer.location == "/portal/done"
    number, code = visitor.receipt()
    case = case_of(house, number)
    assert re.fullmatch(r"营商投诉〔2026〕\d{4}", number) and re.fullmatch(r"(\w{4}-){2}\w{4}", code)
    assert (case.kind, case.channel, case.state, case.real_name) == ("complaint", "portal", "open", True)
    with house.sessions.read() as session:
        task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
    assert (task.role, task.status) == ("office.intake", "open")


def test_the_page_after_submitting_says_by_when_and_shows_a_picture_to_scan(house, visitor):
    visitor.report()
    page = visitor.get("/portal/done").text
    assert "最晚 2026-03-03 决定是否受理" in page  # one working day from Monday, 2 March
    assert 'src="data:image/svg+xml' in page
    _, code = visitor.receipt()
    assert code not in page.split("portal-qr")[1].split(">")[0]


def test_an_anonymous_report_keeps_nothing_about_who_sent_it(house, visitor):
    visitor.report(anonymous="yes")
    case = case_of(house, visitor.receipt()[0])
    assert case.real_name is False
    with house.sessions.read() as session:
        assert session.get(Identity, case.id) is None


def test_a_real_name_is_sealed_and_no_text_of_it_lies_in_the_database(house, visitor, database_file):
    visitor.report(narrative="我叫欧阳小明，电话 138-1234-5678，窗口让我跑了四趟。", email="ouyang@example.com", company="海城天一服装厂")
    case = case_of(house, visitor.receipt()[0])
    with house.sessions.read() as session:
        reporter = identity.unseal(session, house.keys, case.id)
    assert (reporter.name, reporter.phone, reporter.organisation) == ("欧阳小明", "13812345678", "海城天一服装厂")
    assert "欧阳小明" not in case.narrative and "5678" not in case.narrative
    if database_file:
        stored = b"".join(p.read_bytes() for p in database_file.parent.glob("duban.db*"))
        assert "欧阳小明".encode() not in stored and b"13812345678" not in stored and b"ouyang@" not in stored


def test_nothing_typed_is_lost_when_something_is_wrong(house, visitor):
    before = count(house)
    answer = visitor.report(title="", phone="abc", consent=None, about="某某局<b>")
    assert answer.status_code == 422 and count(house) == before
    for kept in ('value="欧阳小明"', 'value="abc"', "市里公布已下放的排水许可", "某某局&lt;b&gt;"):
        assert kept in answer.text
    for told in ("请用一句话写明是什么事。", "电话号码好像不对", "请阅读说明并勾选"):
        assert answer.text.count(told) >= 2  # in the summary, which links to the field, and at the field
    assert 'href="#title"' in answer.text and "上次选的文件没有保存" in answer.text


def test_a_report_without_a_choice_of_name_is_asked_for_it(visitor):
    assert "请选择实名或匿名" in visitor.report(anonymous=None).text


def test_a_real_name_needs_a_way_to_answer(visitor):
    answer = visitor.report(phone="")
    assert answer.status_code == 422 and "请留下电话或电子邮箱" in answer.text
    assert visitor.report(phone="", email="ming@example.com").status_code == 302


def test_a_double_click_registers_once_and_shows_the_same_code(house, visitor):
    visitor.report(_key="0123456789abcdef0123456789abcdef")
    first, before = visitor.receipt(), count(house)
    visitor.report(_key="0123456789abcdef0123456789abcdef")
    assert visitor.receipt() == first and count(house) == before


def test_files_are_kept_by_content_for_the_office_only(house, visitor):
    visitor.report(files=[(BytesIO(PNG), "欧阳小明的照片.exe"), (BytesIO("说明".encode()), "说明.txt")])
    case = case_of(house, visitor.receipt()[0])
    with house.sessions.read() as session:
        files = session.scalars(select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)).all()
    assert [(f.media_type, f.audience) for f in files] == [("image/png", "office"), ("text/plain", "office")]
    assert "欧阳小明" not in files[0].name and files[0].name.endswith(".png")
    assert house.files.read(files[0].sha256) == PNG


def test_a_file_of_a_wrong_kind_is_refused_and_nothing_is_registered(house, visitor):
    before = count(house)
    answer = visitor.report(files=[(BytesIO(b"MZ\x90\x00" + b"\x00" * 500), "照片.png")])
    assert answer.status_code == 422 and "不接受这种文件" in answer.text and count(house) == before


def test_too_many_files_are_refused_with_a_sentence(visitor):
    answer = visitor.report(files=[(BytesIO(PNG), f"{i}.png") for i in range(7)])
    assert answer.status_code == 422 and "一次最多上传 6 个文件" in answer.text


def test_an_empty_file_is_refused_by_its_name(visitor):
    assert "文件“空.txt”是空的" in visitor.report(files=[(BytesIO(b""), "空.txt")]).text


def test_a_machine_that_fills_the_hidden_field_is_turned_away(house, visitor):
    before = count(house)
    assert visitor.report(website="http://spam.example").status_code == 422 and count(house) == before


def test_a_form_without_its_token_is_refused(house, visitor):
    before = count(house)
    visitor.get("/portal/submit")
    visitor.token = "forged"
    answer = visitor.post("/portal/submit", {"title": "x"})
    assert answer.status_code == 400 and count(house) == before


def test_an_area_or_place_that_is_none_is_not_taken(house, visitor):
    visitor.report(area="99", place="../etc")
    case = case_of(house, visitor.receipt()[0])
    assert case.area is None and case.place is None


def test_reports_from_one_address_are_limited_and_told_so(house, visitor):
    answers = [visitor.report().status_code for _ in range(12)]
    assert answers[:10] == [302] * 10 and answers[10] == 429
    page = visitor.report()
    assert "操作太频繁" in page.text and page.headers["Retry-After"]


def test_mistakes_do_not_use_up_the_limit(visitor):
    assert {visitor.report(title="").status_code for _ in range(12)} == {422}
    assert visitor.report().status_code == 302


def test_clearing_the_page_leaves_nothing_in_the_browser(visitor):
    visitor.report()
    visitor.get("/portal/done")
    visitor.post("/portal/forget", {})
    assert visitor.get("/portal/done").location == "/portal/track"
    assert visitor.get("/portal/case").location == "/portal/track"


def test_another_browser_sees_no_receipt(visitor, another):
    visitor.report()
    assert another.get("/portal/done").location == "/portal/track"


def test_the_receipt_is_gone_after_half_an_hour(visitor, frozen):
    visitor.report()
    frozen.forward(minutes=31)
    assert visitor.get("/portal/done").location == "/portal/track"


def test_the_form_speaks_english_when_asked(visitor):
    visitor.get("/portal/submit")
    visitor.post("/switch", {"language": "en", "next": "/portal/submit"})
    page = visitor.get("/portal/submit")
    assert 'lang="en"' in page.text and "Who you are" in page.text and "您是谁" not in page.text
