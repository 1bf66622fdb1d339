"""What comes by telephone, letter or visit is registered by the office, as well kept as what comes through the portal."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from engine.cases import identity
from engine.cases.choices import categories
from engine.cases.models import Attachment, Case
from engine.journal.models import Entry
from engine.processes.models import Task
from tests.webapp.busy import Busy

WHO = {
    "name": "欧阳小明",
    "phone": "13812345678",
    "email": "ouyang@example.com",
    "company": "海城天一服装厂",
    "address": "西柳镇古城村八组十二号",
}
WHAT = {
    "channel": "hotline",
    "title": "排水许可跑了四趟没有办成",
    "narrative": "反映人说：窗口每次都说缺一样新的材料，跑了四趟没有办成。",
    "about": "市住建局窗口",
    "place": "xiliu",
    "place_detail": "政务服务大厅二楼",
    "area": "3",
    "category": categories()[3][0],
    "happened_on": "2026-02-10",
    "priority": "important",
    "anonymous": "no",
    "tell": "yes",
}


def send(busy: Busy, account: str = "intake", **changes: Any) -> TestResponse:
    data = {**WHAT, **WHO, "_key": uuid.uuid4().hex, **changes}
    return busy.client(account).post("/cases/new", data=data, content_type="multipart/form-data")


def newest(busy: Busy) -> Case:
    with busy.house.sessions.read() as session:
        return session.scalars(select(Case).order_by(Case.id.desc())).first()


def count(busy: Busy) -> int:
    with busy.house.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(Case))


@pytest.mark.parametrize("account", ["intake", "supervision", "director"])
def test_a_call_is_registered_and_the_office_may_start(busy: Busy, account: str) -> None:
    page = send(busy, account)
    case = newest(busy)
    assert page.status_code == 200 and case.number in page.text and f"/cases/{case.id}" in page.text
    assert (case.kind, case.channel, case.title, case.area, case.place) == ("complaint", "hotline", WHAT["title"], 3, "xiliu")
    assert (case.priority, case.real_name, case.about, case.category) == ("important", True, "市住建局窗口", WHAT["category"])
    assert "发生日期：2026-02-10" in case.narrative and "政务服务大厅二楼" in case.narrative
    with busy.house.sessions.read() as session:
        task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
        opened = session.scalars(select(Entry).where(Entry.chain == f"case:{case.id}", Entry.act == "case.open")).one()
    assert (task.element, task.role) == ("accept", "office.intake")
    assert opened.actor == f"{account}先生"


def test_the_reporter_who_was_told_number_and_code_can_track_it(busy: Busy) -> None:
    page = send(busy).text
    assert "请告知反映人" in page
    code = re.search(r'id="code">([^<]+)<', page)[1]  # type: ignore[index]
    browser = busy.client()
    answer = browser.post("/portal/track", data={"number": newest(busy).number, "code": code}, follow_redirects=True)
    assert answer.status_code == 200 and WHAT["title"] in answer.text
    assert code not in busy.client("intake").get(f"/cases/{newest(busy).id}").text


def test_a_reporter_who_wants_no_code_is_given_none(busy: Busy) -> None:
    answer = send(busy, tell="")
    assert answer.status_code == 303 and answer.location == f"/cases/{newest(busy).id}"
    browser = busy.client("intake")
    assert newest(busy).number in browser.get("/cases/").text


def test_nothing_typed_is_lost_when_the_narrative_is_missing(busy: Busy) -> None:
    before = count(busy)
    answer = send(busy, narrative="", title="某某局<b>的事", place_detail="二楼东侧")
    assert answer.status_code == 422 and count(busy) == before
    assert answer.text.count("请写明事情经过") == 2  # on top, with a link to the field, and at the field
    assert 'href="#f-narrative"' in answer.text
    for kept in (
        "某某局&lt;b&gt;的事",
        "二楼东侧",
        'value="欧阳小明"',
        'value="13812345678"',
        'value="2026-02-10"',
        "西柳镇古城村八组十二号",
    ):
        assert kept in answer.text
    for chosen in ("hotline", "xiliu", "3", "important", WHAT["category"]):
        assert f'<option value="{chosen}" selected>' in answer.text
    assert re.search(r'id="f-anonymous-no"[^>]* checked', answer.text)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"channel": "portal"}, "请选择来件渠道"),
        ({"channel": "pigeon"}, "请选择来件渠道"),
        ({"title": ""}, "请用一句话写明是什么事"),
        ({"happened_on": "2026-03-03"}, "发生日期不能晚于今天"),
        ({"anonymous": ""}, "请选择实名或匿名"),
        ({"anonymous": "yes"}, "选了匿名，下面又填了反映人的身份"),
        ({"name": ""}, "实名反映请填写姓名"),
        ({"phone": "", "email": "", "address": ""}, "请登记电话、电子邮箱、地址中的至少一样"),
        ({"phone": "abc"}, "电话号码好像不对"),
        ({"address": "村" * 201}, "最多 200 个字"),
        ({"files": (io.BytesIO(b""), "空.pdf")}, "是空的"),
        ({"files": (io.BytesIO(b"<svg onload=alert(1)>"), "图.svg")}, 'id="f-files-more"><div class="field-error">'),
    ],
)
def test_what_is_wrong_is_said_and_not_registered(busy: Busy, changes: dict[str, Any], told: str) -> None:
    before = count(busy)
    answer = send(busy, **changes)
    assert answer.status_code == 422 and count(busy) == before
    assert told in answer.text


def test_a_letter_with_an_address_only_is_a_real_name_report(busy: Busy) -> None:
    assert send(busy, channel="letter", phone="", email="").status_code == 200
    assert (newest(busy).channel, newest(busy).real_name) == ("letter", True)


def test_an_anonymous_call_keeps_nothing_about_who_called(busy: Busy) -> None:
    assert send(busy, anonymous="yes", **dict.fromkeys(WHO, "")).status_code == 200
    with busy.house.sessions.read() as session:
        assert identity.unseal(session, busy.house.keys, newest(busy).id) is None
    assert newest(busy).real_name is False


def test_the_reporter_is_sealed_and_stands_on_no_page_and_in_no_journal(busy: Busy) -> None:
    page = send(busy, narrative="欧阳小明（13812345678）来电：窗口每次都说缺一样新的材料。").text
    case = newest(busy)
    with busy.house.sessions.read() as session:
        reporter = identity.unseal(session, busy.house.keys, case.id)
        journal = "".join(f"{entry.subject}{entry.data}" for entry in session.scalars(select(Entry)))
    assert {"name": reporter.name, "phone": reporter.phone, "email": reporter.email} == {k: WHO[k] for k in ("name", "phone", "email")}
    assert (reporter.organisation, reporter.address) == (WHO["company"], WHO["address"])
    for account in ("intake", "director", "auditor"):
        browser = busy.client(account)
        page += "".join(browser.get(f"/cases/{case.id}{tab}").text for tab in ("", "?tab=files", "?tab=links", "/print"))
        page += browser.get("/cases/").text + browser.get("/ledgers/complaints").text
    for secret in WHO.values():
        assert secret not in page and secret not in journal


def test_whoever_is_not_of_the_office_neither_sees_the_button_nor_registers(busy: Busy) -> None:
    before = count(busy)
    for account in ("handler", "unit-leader", "lead", "leader", "auditor", "admin"):
        browser = busy.client(account)
        assert browser.get("/cases/new").status_code == 403
        assert send(busy, account).status_code == 403
        assert "/cases/new" not in browser.get("/cases/").text + browser.get("/").text + browser.get("/tasks/").text
    assert count(busy) == before
    for page in ("/", "/cases/", "/tasks/"):
        assert 'href="/cases/new"' in busy.client("intake").get(page).text


def test_the_same_form_sent_twice_registers_once_and_says_the_same(busy: Busy) -> None:
    before, key = count(busy), uuid.uuid4().hex
    first, second = send(busy, _key=key).text, send(busy, _key=key).text
    assert count(busy) == before + 1
    given = [re.findall(r'id="(?:number|code)">([^<]+)<', page) for page in (first, second)]
    assert given[0] == given[1] and len(given[0]) == 2


def test_files_are_kept_for_the_office(busy: Busy) -> None:
    scan = b"%PDF-1.4\n%%EOF\n"
    assert send(busy, files=(io.BytesIO(scan), "欧阳小明来信.pdf")).status_code == 200
    with busy.house.sessions.read() as session:
        file = session.scalars(select(Attachment).where(Attachment.case_id == newest(busy).id)).one()
    assert (file.audience, busy.house.files.read(file.sha256)) == ("office", scan)
    assert "欧阳小明" not in file.name
