"""A case as people of different posts see it and act on it: only what is theirs to see, only what is theirs to do."""

from __future__ import annotations

import io
import json
import re

import pytest
from sqlalchemy import select, update

from engine.cases.models import Attachment, Case, Letter
from engine.people.models import User
from engine.processes.models import Task
from tests.webapp.busy import NAME, PHONE, Busy
from tests.webapp.town import ROLES

SEES_SIGNING = {"leader", "intake", "supervision", "director", "lead", "handler", "unit-leader", "auditor"}
PAGES = ("", "?tab=diagram", "?tab=files", "?tab=letters", "?tab=ledger", "?tab=links", "/print")


def acts_on(page: str) -> set[str]:
    """The acts that a page offers."""
    return set(re.findall(r'id="act-([a-z-]+)"', page))


@pytest.mark.parametrize("account", sorted(ROLES))
def test_a_case_with_a_unit_is_seen_by_whom_it_concerns_and_by_nobody_else(busy: Busy, account: str) -> None:
    expected = 200 if account in SEES_SIGNING else 404
    browser = busy.client(account)
    assert {browser.get(f"/cases/{busy.signing}{page}").status_code for page in PAGES} == {expected}
    assert ("工程款拖欠三年" in browser.get("/cases/").text) == (expected == 200)
    assert ("工程款拖欠三年" in browser.get("/ledgers/complaints").text) == (expected == 200)
    assert ("工程款拖欠三年" in browser.get("/cases/?q=工程款").text) == (expected == 200)
    posts = ("comments", "files", "watch", "acts/remind", "acts/cancel", "acts/identity")
    got = {browser.post(f"/cases/{busy.signing}/{one}", data={"reason": "就是想看一看"}).status_code for one in posts}
    assert expected == 200 or got == {404}


@pytest.mark.parametrize("account", sorted(ROLES))
def test_nobody_meets_the_reporter_on_any_page(busy: Busy, account: str) -> None:
    browser = busy.client(account)
    pages = ["/", "/tasks/?tab=posts", "/cases/", "/ledgers/complaints", *(f"/cases/{busy.signing}{page}" for page in PAGES)]
    text = "".join(browser.get(page).text for page in pages)
    assert NAME not in text
    assert PHONE not in text
    found = browser.get(f"/cases/?q={PHONE}").text + browser.get(f"/cases/?q={NAME}").text
    assert "工程款拖欠三年" not in found


def test_the_reporters_own_words_are_for_the_office(busy: Busy) -> None:
    assert "多次催要没有结果" in busy.client("intake").get(f"/cases/{busy.signing}").text
    for account in ("handler", "unit-leader", "lead"):
        assert "多次催要没有结果" not in busy.client(account).get(f"/cases/{busy.signing}").text
        assert "多次催要没有结果" not in busy.client(account).get(f"/cases/{busy.signing}/print").text


def test_the_reporters_own_words_are_printed_only_when_asked_for(busy: Busy) -> None:
    office, unit = busy.client("supervision"), busy.client("handler")
    address = f"/cases/{busy.signing}/print"
    plain, full = office.get(address).text, office.get(f"{address}?narrative=1").text
    assert "多次催要没有结果" not in plain and "同时印反映人原文" in plain
    assert "多次催要没有结果" in full and "不印反映人原文" in full
    foreign = unit.get(f"{address}?narrative=1").text
    assert "多次催要没有结果" not in foreign and "印反映人原文" not in foreign


def test_a_unit_reads_no_answers_of_the_office(busy: Busy) -> None:
    office = busy.client("supervision").get(f"/cases/{busy.signing}").text
    unit = busy.client("handler").get(f"/cases/{busy.signing}").text
    assert "查明的事实" in office
    assert "查明的事实" not in unit
    assert "办结了“核实”" in unit


def test_only_the_permitted_acts_are_offered(busy: Busy) -> None:
    path = f"/cases/{busy.signing}"
    assert acts_on(busy.client("handler").get(path).text) == {"extension", "pause"}
    office = {"remind", "identity", "accountability", "merge", "suspend"}
    assert acts_on(busy.client("supervision").get(path).text) == office
    assert acts_on(busy.client("director").get(path).text) == {*office, "special-supervision", "cancel"}
    assert acts_on(busy.client("auditor").get(path).text) == set()
    assert acts_on(busy.client("leader").get(path).text) == {"special-supervision", "accountability"}


def test_an_act_that_is_not_offered_is_refused(busy: Busy) -> None:
    for account, name in (("handler", "cancel"), ("auditor", "identity"), ("leader", "merge"), ("supervision", "special-supervision")):
        data = {"reason": "理由写得足够长", "into": busy.number(busy.new)}
        assert busy.client(account).post(f"/cases/{busy.signing}/acts/{name}", data=data).status_code == 403
    assert busy.case(busy.signing).state == "open"
    assert busy.client("director").post(f"/cases/{busy.signing}/acts/no-such-act").status_code == 404


def test_the_identity_is_opened_with_a_reason_that_the_journal_keeps_and_stands_on_that_page_only(busy: Busy) -> None:
    path = f"/cases/{busy.signing}"
    browser = busy.client("supervision")
    assert browser.post(f"{path}/acts/identity", data={"reason": ""}).status_code == 422
    page = browser.post(f"{path}/acts/identity", data={"reason": "需要电话核实情况"})
    assert NAME in page.text and PHONE in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert NAME not in browser.get(path).text
    opened = [entry for entry in busy.acts(busy.signing) if entry.act == "identity.open"]
    assert [(entry.actor, entry.data["reason"]) for entry in opened] == [("supervision先生", "需要电话核实情况")]
    assert "需要电话核实情况" not in busy.client("handler").get(path).text


def test_a_remark_for_the_office_is_not_for_the_unit(busy: Busy) -> None:
    browser = busy.client("director")
    browser.post(f"/cases/{busy.signing}/comments", data={"body": "请与财政局核对", "audience": "office"})
    browser.post(f"/cases/{busy.signing}/comments", data={"body": "请抓紧办理"})
    unit = busy.client("handler").get(f"/cases/{busy.signing}").text
    assert "请抓紧办理" in unit
    assert "请与财政局核对" not in unit
    assert busy.client("auditor").post(f"/cases/{busy.signing}/comments", data={"body": "审计意见"}).status_code == 403


def test_html_in_names_and_remarks_stays_text(busy: Busy) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    with busy.house.sessions.begin() as session:
        session.get_one(Case, busy.signing).title = evil
        session.get_one(User, busy.id_of("handler")).name = evil
    busy.client("handler").post(f"/cases/{busy.signing}/comments", data={"body": evil})
    for path in (f"/cases/{busy.signing}", "/cases/", "/tasks/?tab=unit", "/ledgers/complaints", f"/cases/{busy.signing}/print", "/"):
        page = busy.client("director").get(path).text
        assert "<script>alert" not in page and "<img src=x" not in page


def test_files_come_as_downloads_only_and_those_of_the_office_not_to_units(busy: Busy) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    browser = busy.client("supervision")
    upload = {"files": (io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "../../谈话<记录>.pdf"), "audience": "office"}
    browser.post(f"/cases/{busy.signing}/files", data=upload, content_type="multipart/form-data")
    with busy.house.sessions.read() as session:
        file = session.scalars(select(Attachment).where(Attachment.case_id == busy.signing)).one()
    answer = browser.get(f"/cases/{busy.signing}/files/{file.id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert ".." not in file.name
    assert busy.client("handler").get(f"/cases/{busy.signing}/files/{file.id}").status_code == 404
    assert browser.get(f"/cases/{busy.new}/files/{file.id}").status_code == 404
    refused = {"files": (io.BytesIO(svg), "图.svg")}
    assert browser.post(f"/cases/{busy.signing}/files", data=refused, content_type="multipart/form-data").status_code == 422


def test_a_letter_is_read_printed_and_downloaded_by_those_who_see_it(busy: Busy) -> None:
    with busy.house.sessions.read() as session:
        letter = session.scalars(select(Letter).where(Letter.case_id == busy.signing)).first()
    assert letter is not None
    unit = busy.client("handler")
    page = unit.get(f"/cases/{busy.signing}/letters/{letter.id}")
    assert letter.number in page.text and "data-print" in page.text
    word = unit.get(f"/cases/{busy.signing}/letters/{letter.id}/file")
    assert word.data.startswith(b"PK") and word.headers["Content-Disposition"].startswith("attachment")
    assert busy.client("other-handler").get(f"/cases/{busy.signing}/letters/{letter.id}").status_code == 404
    assert unit.get(f"/cases/{busy.closed}/letters/{letter.id}").status_code == 404


def browser_of_unit(busy: Busy) -> str:
    """The same tab as the unit sees it: who of the office acted is not its business."""
    return re.sub(r"<aside.*?</aside>", "", busy.client("handler").get(f"/cases/{busy.signing}?tab=diagram").text, flags=re.S)


def test_the_drawing_shows_done_and_current_steps_and_what_happened_there(busy: Busy) -> None:
    browser = busy.client("supervision")
    page = browser.get(f"/cases/{busy.signing}?tab=diagram").text
    given = json.loads(re.search(r'id="diagram-data">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    assert given["current"] == {"sign_for": "当前"}
    assert {"accept", "verify", "assign"} <= set(given["done"]) and "judge" not in given["done"]
    assert given["links"]["verify"] == "#step-complaint-verify" and 'id="step-complaint-verify"' in page
    assert "<b>supervision先生</b> 完成" in page
    assert "supervision先生" not in browser_of_unit(busy)
    xml = browser.get(f"/cases/{busy.signing}/drawings/complaint.bpmn")
    assert xml.mimetype == "application/xml" and b"bpmn:process" in xml.data
    assert browser.get(f"/cases/{busy.signing}/drawings/accountability.bpmn").status_code == 404


def test_a_suspended_case_waits_and_goes_on_with_its_remainder(busy: Busy) -> None:
    limit = busy.task(busy.signing, "sign_for").limit_at
    busy.act("supervision", busy.signing, "suspend", reason="等待上级复核")
    number = busy.task_id(busy.signing)
    assert "此案已中止" in busy.client("handler").get(f"/tasks/{number}").text
    assert busy.client("handler").post(f"/tasks/{number}", data={"receipt": "sign", "contact": "李明"}).status_code == 409
    assert busy.case(busy.signing).paused_at is not None
    assert acts_on(busy.client("supervision").get(f"/cases/{busy.signing}").text) >= {"resume"}
    busy.act("supervision", busy.signing, "resume", reason="复核已经结束")
    assert busy.case(busy.signing).paused_at is None
    assert busy.task(busy.signing, "sign_for").limit_at == limit
    busy.do("handler", busy.signing, "sign_for", receipt="sign")


def test_a_cancelled_case_is_over_and_says_why(busy: Busy) -> None:
    assert busy.client("director").post(f"/cases/{busy.signing}/acts/cancel", data={"reason": "短"}).status_code == 422
    busy.act("director", busy.signing, "cancel", reason="不属于营商环境范围")
    assert (busy.case(busy.signing).state, busy.case(busy.signing).outcome) == ("closed", "cancelled")
    assert busy.open_tasks(busy.signing) == []
    page = busy.client("director").get(f"/cases/{busy.signing}").text
    assert "不属于营商环境范围" in page
    assert acts_on(page) <= {"identity", "special-supervision", "accountability"}


def test_merging_by_hand_ends_one_case_in_the_other(busy: Busy) -> None:
    busy.act("supervision", busy.new, "merge", into=busy.number(busy.signing), reason="同一件事情")
    assert (busy.case(busy.new).outcome, busy.open_tasks(busy.new)) == ("merged", [])
    assert "并案" in busy.client("supervision").get(f"/cases/{busy.signing}?tab=links").text
    assert (
        busy.client("supervision").post(f"/cases/{busy.signing}/acts/merge", data={"into": "没有", "reason": "同一件事情"}).status_code
        == 404
    )


def test_two_cases_are_linked_by_hand_once_and_both_journals_say_so(busy: Busy) -> None:
    browser, path = busy.client("intake"), f"/cases/{busy.signing}/acts/link"
    assert 'name="relation"' in browser.get(f"/cases/{busy.signing}?tab=links").text
    given = {"to": busy.number(busy.new), "relation": "repeat", "_key": "one"}
    assert [browser.post(path, data=given).status_code for _ in range(2)] == [303, 303]
    assert browser.post(path, data={**given, "_key": "two"}).status_code == 409
    for one, other in ((busy.signing, busy.new), (busy.new, busy.signing)):
        page = browser.get(f"/cases/{one}?tab=links").text
        assert busy.number(other) in page and "重复反映" in page
        assert [(row.actor, row.subject, row.data) for row in busy.acts(one) if row.act == "case.link"] == [
            ("intake先生", busy.number(other), {"relation": "repeat"})
        ]
    assert "关联了另一件案卷" in browser.get(f"/cases/{busy.signing}").text
    assert "关联了另一件案卷" not in busy.client("handler").get(f"/cases/{busy.signing}").text


def test_one_links_only_cases_that_one_sees_in_a_relation_that_is_offered(busy: Busy) -> None:
    busy.act("supervision", busy.signing, "accountability", reason="有为官不为的线索")
    hidden, path = busy.caused(busy.signing, "accountability")[0].number, f"/cases/{busy.signing}/acts/link"
    seen = busy.number(busy.new)
    cases = [("intake", hidden, "related", 404), ("intake", "没有", "related", 404), ("intake", seen, "merged", 422)]
    cases += [("intake", busy.number(busy.signing), "related", 422), ("handler", seen, "related", 403), ("auditor", seen, "related", 403)]
    for account, to, relation, expected in cases:
        assert busy.client(account).post(path, data={"to": to, "relation": relation}).status_code == expected
    assert 'name="relation"' not in busy.client("handler").get(f"/cases/{busy.signing}?tab=links").text
    busy.act("director", busy.signing, "link", to=hidden, relation="related")
    assert hidden in busy.client("director").get(f"/cases/{busy.signing}").text
    assert hidden not in busy.client("intake").get(f"/cases/{busy.signing}").text


def test_special_supervision_is_opened_once_however_often_the_form_is_sent(busy: Busy) -> None:
    for _ in range(2):
        answer = busy.client("director").post(
            f"/cases/{busy.signing}/acts/special-supervision", data={"reason": "影响较大，限期办结", "_key": "one"}
        )
        assert answer.status_code == 303
    assert len(busy.caused(busy.signing, "special-supervision")) == 1


def test_a_case_without_tasks_says_what_it_waits_for(busy: Busy) -> None:
    busy.act("director", busy.signing, "special-supervision", reason="影响较大，限期办结")
    special = busy.caused(busy.signing, "special-supervision")[0]
    for account, element in (("director", "order"), ("handler", "report_progress")):
        busy.do(account, special.id, element)
    assert busy.open_tasks(special.id) in ([], {}, set())
    page = busy.client("supervision").get(f"/cases/{special.id}").text
    assert re.search(r"当前环节.*等待：满一周（.*2026-03-09.*等待：限定时间已到（", page, re.S)


def test_a_referral_opened_on_a_case_is_unknown_to_the_unit(busy: Busy) -> None:
    busy.act("supervision", busy.signing, "accountability", reason="有为官不为的线索")
    referral = busy.caused(busy.signing, "accountability")[0]
    unit = busy.client("handler")
    assert unit.get(f"/cases/{referral.id}").status_code == 404
    page = unit.get(f"/cases/{busy.signing}?tab=links").text + unit.get(f"/cases/{busy.signing}").text
    assert referral.number not in page and "有为官不为的线索" not in page
    assert busy.client("discipline").get(f"/cases/{referral.id}").status_code == 200


def test_an_extension_is_asked_for_before_the_limit_with_a_reason(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    path = f"/cases/{busy.signing}/acts/extension"
    handler = busy.client("handler")
    assert handler.post(path, data={"task": number, "days": "0", "reason": "需要鉴定结果"}).status_code == 422
    assert handler.post(path, data={"task": number, "days": "5", "reason": ""}).status_code == 422
    assert handler.post(path, data={"task": "x", "days": "5", "reason": "需要鉴定结果"}).status_code == 422
    busy.act("handler", busy.signing, "extension", task=str(number), days="5", reason="需要鉴定结果")
    assert busy.open_tasks(busy.signing) == ["decide_extension", "sign_for"]


@pytest.mark.parametrize(("kind", "unit"), [("wd", "个工作日"), ("until", "天")])
def test_what_is_left_is_told_in_the_same_days_everywhere(busy: Busy, kind: str, unit: str) -> None:
    with busy.house.sessions.begin() as session:
        session.execute(update(Task).where(Task.case_id == busy.signing).values(limit_kind=kind))
    browser = busy.client("supervision")
    pages = (f"/cases/{busy.signing}", "/cases/?lead=market-bureau&state=open", "/ledgers/complaints?state=open")
    case, cases, ledger = (browser.get(path).text for path in pages)
    left = re.compile(r'class="light-left">([^<]+)<')
    assert left.findall(case) == [f"还剩 1 {unit}"] * 2
    assert left.findall(cases) == [f"还剩 1 {unit}"]
    assert f"还剩 1 {unit}" in left.findall(ledger)


def test_watching_is_on_and_off(busy: Busy) -> None:
    browser = busy.client("leader")
    browser.post(f"/cases/{busy.signing}/watch", data={"on": "1"})
    assert "取消关注" in browser.get(f"/cases/{busy.signing}").text
    browser.post(f"/cases/{busy.signing}/watch", data={"on": ""})
    assert "取消关注" not in browser.get(f"/cases/{busy.signing}").text


def test_the_list_is_filtered_sorted_and_paged(busy: Busy) -> None:
    browser = busy.client("director")
    only = browser.get("/cases/?state=closed").text
    assert "收费不开票据" in only and "工程款拖欠三年" not in only
    assert "工程款拖欠三年" in browser.get("/cases/?unit=market-bureau&state=open").text
    assert "窗口没有一次性告知" in browser.get("/cases/?unit=-").text
    down, up = browser.get("/cases/?sort=-title").text, browser.get("/cases/?sort=title").text
    titles = ("工程款拖欠三年", "收费不开票据", "窗口没有一次性告知")
    order = sorted(titles, key=up.index)
    assert sorted(titles, key=down.index) == order[::-1]
    for nonsense in ("sort=nothing", "after=zzz", "light=purple", "received_from=tomorrow", "area=999999", "state=%27", "q=%25"):
        assert browser.get(f"/cases/?{nonsense}").status_code == 200
