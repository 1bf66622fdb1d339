"""The inbox and the page of a task, as people of different posts use them."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO

from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from engine import clock
from engine.cases.models import Attachment
from engine.people.models import Post
from engine.processes.models import Draft, Task
from tests.webapp.busy import Busy

SIGN = {"receipt": "sign", "contact": "李明"}


def test_each_view_of_the_inbox_holds_what_is_for_the_person(busy: Busy) -> None:
    handler = busy.client("handler")
    assert "工程款拖欠三年" in handler.get("/tasks/?tab=posts").text
    assert "工程款拖欠三年" not in handler.get("/tasks/?tab=mine").text
    assert "工程款拖欠三年" not in busy.client("other-handler").get("/tasks/?tab=posts").text
    handler.post(f"/tasks/{busy.task_id(busy.signing)}/claim")
    assert "工程款拖欠三年" in handler.get("/tasks/?tab=mine").text
    assert "工程款拖欠三年" in busy.client("unit-leader").get("/tasks/?tab=unit").text


def test_watched_cases_have_a_view_of_their_own(busy: Busy) -> None:
    director = busy.client("director")
    assert "工程款拖欠三年" not in director.get("/tasks/?tab=watched").text
    director.post(f"/cases/{busy.signing}/watch", data={"on": "1"})
    assert "工程款拖欠三年" in director.get("/tasks/?tab=watched").text


def test_searching_the_inbox_finds_by_title_and_narrows_the_counts(busy: Busy) -> None:
    intake = busy.client("intake")
    assert "一次性告知" in intake.get("/tasks/?tab=posts&q=一次性").text
    page = intake.get("/tasks/?tab=posts&q=没有这样的事").text
    assert "这里没有待办" in page
    assert re.search(r"本岗<span class=\"tabs-count\">0</span>", page)


def test_a_filter_that_makes_no_sense_is_left_out(busy: Busy) -> None:
    for query in ("light=blue", "area=x", "limit_from=soon", "tab=everybody", "after=%00", "after=9.9.9", "unit=%27--"):
        assert busy.client("intake").get(f"/tasks/?tab=posts&{query}").status_code == 200


def test_the_inbox_needs_no_more_statements_for_more_tasks(busy: Busy, count_statements) -> None:  # type: ignore[no-untyped-def]
    intake = busy.client("intake")
    intake.get("/tasks/?tab=posts")  # drawings are read once and kept
    with count_statements(busy.house.engine) as few:
        intake.get("/tasks/?tab=posts")
    for number in range(6):
        busy.submit(title=f"第{number}件", narrative=f"第{number}件的内容，各不相同。")
    with count_statements(busy.house.engine) as many:
        page = intake.get("/tasks/?tab=posts")
    assert page.text.count("data-row") == 7
    assert len(many) == len(few) <= 30


def test_the_page_shows_instructions_form_limit_case_and_diagram(busy: Busy) -> None:
    page = busy.client("handler").get(f"/tasks/{busy.task_id(busy.signing)}").text
    for words in ("怎么办", "是否签收", "为什么是这一天", "工程款拖欠三年", "最近进展", "走到哪一步"):
        assert words in page, words
    assert ">签收</button>" in page  # the act is called by the step's name


def test_a_unit_never_sees_the_reporters_words_on_a_task(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    assert "多次催要没有结果" not in busy.client("handler").get(f"/tasks/{number}").text
    assert "多次催要没有结果" in busy.client("director").get(f"/tasks/{number}").text


def test_whoever_only_sees_the_case_sees_no_form(busy: Busy) -> None:
    page = busy.client("auditor").get(f"/tasks/{busy.task_id(busy.signing)}").text
    assert "是否签收" not in page
    assert "task-form" not in page


def test_a_task_of_another_unit_is_not_there(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    other = busy.client("other-handler")
    assert other.get(f"/tasks/{number}").status_code == 404
    for act in ("", "/claim", "/draft", "/fields", "/assign"):
        assert other.post(f"/tasks/{number}{act}", data=SIGN).status_code == 404


def test_completing_goes_to_how_it_was_done(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    answer = busy.client("handler").post(f"/tasks/{number}", data=SIGN | {"_key": "k1"})
    assert answer.status_code == 303
    page = busy.client("handler").get(answer.location).text
    assert "已由 handler先生" in page
    assert "李明" in page  # what was filled in
    assert busy.open_tasks(busy.signing) == ["judge"]


def test_faults_keep_everything_typed_and_name_the_fields(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    answer = busy.client("handler").post(f"/tasks/{number}", data={"receipt": "return", "return_reason": "短", "_key": "same"})
    assert answer.status_code == 422
    assert "处需要修改" in answer.text
    assert ">\n短</textarea>" in answer.text
    assert 'name="_key" value="same"' in answer.text
    assert busy.open_tasks(busy.signing) == ["sign_for"]


def test_a_form_sent_twice_with_one_key_acts_once(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    handler = busy.client("handler")
    first = handler.post(f"/tasks/{number}", data=SIGN | {"_key": "once"})
    again = handler.post(f"/tasks/{number}", data=SIGN | {"_key": "once"})
    assert (first.status_code, again.status_code) == (303, 303)
    assert [entry.act for entry in busy.acts(busy.signing)].count("task.complete") == 4


def test_who_comes_second_is_told_who_was_faster_and_when(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    busy.client("handler").post(f"/tasks/{number}", data=SIGN | {"_key": "a"})
    late = busy.client("handler").post(f"/tasks/{number}", data=SIGN | {"_key": "b"})
    assert late.status_code == 409
    assert "已由 handler先生 于 2026-03-02 09:00 办结" in late.text


def test_a_draft_is_kept_and_shown_again_and_dropped_when_done(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    handler = busy.client("handler")
    kept = handler.post(f"/tasks/{number}/draft", data={"receipt": "return", "return_reason": "不归我们管"})
    assert kept.status_code == 204
    assert "不归我们管" in handler.get(f"/tasks/{number}").text
    assert "不归我们管" not in busy.client("unit-leader").get(f"/tasks/{number}").text
    handler.post(f"/tasks/{number}", data=SIGN)
    with busy.house.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_fields_that_depend_on_an_answer_come_without_javascript_and_with_it(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    handler = busy.client("handler")
    assert "退回理由" not in handler.get(f"/tasks/{number}").text
    part = handler.post(f"/tasks/{number}/fields", data={"receipt": "return"}, headers={"HX-Request": "true"}).text
    assert "退回理由" in part and "<html" not in part
    assert "退回理由" in handler.post(f"/tasks/{number}", data={"receipt": "return"}).text


def test_claiming_twice_says_who_has_it(busy: Busy) -> None:
    number = busy.task_id(busy.new)
    assert busy.client("intake").post(f"/tasks/{number}/claim").status_code == 303
    assert busy.client("intake").post(f"/tasks/{number}/claim").status_code in (303, 403, 409)
    assert busy.client("intake").post(f"/tasks/{number}/unclaim").status_code == 303


def test_a_task_is_delegated_only_to_somebody_with_its_post_and_comes_back(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    handler = busy.client("handler")
    handler.post(f"/tasks/{number}/claim")
    wrong = handler.post(f"/tasks/{number}/delegate", data={"to": busy.id_of("other-handler"), "reason": "请代办"})
    assert wrong.status_code == 422
    assert handler.post(f"/tasks/{number}/give-back").status_code == 409


def test_bulk_claim_takes_what_it_can_and_says_what_not(busy: Busy) -> None:
    busy.submit(title="另一件", narrative="另一件事情的内容，与前面的各不相同。")
    with busy.house.sessions.read() as session:
        numbers = list(session.scalars(select(Task.id).where(Task.element == "accept", Task.status == "open")))
    sent = MultiDict([("task", str(number)) for number in [*numbers, busy.task_id(busy.signing), 99999]])
    page = busy.client("intake").post("/tasks/claim", data=sent, follow_redirects=True).text
    assert "认领 2 项，2 项没有成功" in page


def test_bulk_assign_gives_tasks_to_a_person_of_the_post(busy: Busy) -> None:
    number, to = busy.task_id(busy.signing), busy.id_of("handler")
    page = busy.client("unit-leader").post("/tasks/assign", data={"task": number, "to": to}, follow_redirects=True).text
    assert "分派 1 项" in page
    with busy.house.sessions.read() as session:
        assert session.get_one(Task, number).assignee_id == to
    refused = busy.client("handler").post("/tasks/assign", data={"task": number, "to": to}, follow_redirects=True).text
    assert "没有成功" in refused


def test_after_a_bulk_act_one_goes_back_to_the_same_filter_but_never_out_of_the_house(busy: Busy) -> None:
    intake = busy.client("intake")
    assert intake.post("/tasks/claim", data={"back": "/tasks/?tab=posts&q=x"}).location == "/tasks/?tab=posts&q=x"
    for outside in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        assert intake.post("/tasks/claim", data={"back": outside}).location == "/tasks/"


def test_a_file_is_added_to_the_task_it_belongs_to(busy: Busy) -> None:
    number = busy.task_id(busy.signing)
    data = {"files": (BytesIO(b"%PDF-1.4\n%%EOF\n"), "会议纪要.pdf"), "task": str(number), "back": f"/tasks/{number}"}
    answer = busy.client("handler").post(f"/cases/{busy.signing}/files", data=data, content_type="multipart/form-data")
    assert answer.location == f"/tasks/{number}"
    with busy.house.sessions.read() as session:
        kept = session.scalars(select(Attachment).where(Attachment.case_id == busy.signing)).one()
    assert (kept.name, kept.task_id) == ("会议纪要.pdf", number)
    assert "会议纪要.pdf" in busy.client("handler").get(f"/tasks/{number}").text


def test_files_of_a_form_go_into_the_case_file_with_the_completion(busy: Busy) -> None:
    busy.do("intake", busy.new, "accept", intake="accept", area=3, category="办事推绕拖")
    evidence = [(b"%PDF-1.4\n%%EOF\n", "谈话笔录.pdf"), (b"\x89PNG\r\n\x1a\n" + bytes(40), "现场.png")]
    busy.do("supervision", busy.new, "verify", files={"evidence_files": evidence}, verify_result="substantiated")
    with busy.house.sessions.read() as session:
        kept = session.scalars(select(Attachment).where(Attachment.case_id == busy.new).order_by(Attachment.id)).all()
        done = session.scalars(select(Task).where(Task.case_id == busy.new, Task.element == "verify")).one()
    assert [(file.name, file.task_id) for file in kept] == [("谈话笔录.pdf", done.id), ("现场.png", done.id)]
    assert done.answers["evidence_files"] == ["谈话笔录.pdf", "现场.png"]


def test_a_file_of_a_forbidden_kind_completes_nothing_and_keeps_no_file(busy: Busy) -> None:
    busy.do("intake", busy.new, "accept", intake="accept", area=3, category="办事推绕拖")
    wrong = [(b"%PDF-1.4\n%%EOF\n", "笔录.pdf"), (b"MZ\x90\x00 not a document", "tool.exe")]
    busy.do("supervision", busy.new, "verify", expect=422, files={"evidence_files": wrong}, verify_result="substantiated")
    assert busy.open_tasks(busy.new) == ["verify"]
    with busy.house.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Attachment).where(Attachment.case_id == busy.new)) == 0


def test_a_delegated_task_is_done_by_the_delegate_or_given_back(busy: Busy) -> None:
    with busy.house.sessions.begin() as session:
        session.add(Post(user_id=busy.id_of("other-handler"), role="unit.handler", unit_id="market-bureau"))
    number = busy.task_id(busy.signing)
    busy.client("handler").post(f"/tasks/{number}/claim")
    busy.client("handler").post(f"/tasks/{number}/delegate", data={"to": busy.id_of("other-handler"), "reason": "出差，请代办"})
    assert "工程款拖欠三年" in busy.client("other-handler").get("/tasks/?tab=mine").text
    busy.client("other-handler").post(f"/tasks/{number}/give-back", data={"reason": "不熟悉情况"})
    assert "工程款拖欠三年" in busy.client("handler").get("/tasks/?tab=mine").text
    busy.do("handler", busy.signing, "sign_for", receipt="sign")
    assert [entry.act for entry in busy.acts(busy.signing)][-4:] == ["task.claim", "task.delegate", "task.give-back", "task.complete"]


def test_a_task_given_to_a_colleague_can_be_taken_back(busy: Busy) -> None:
    with busy.house.sessions.begin() as session:
        session.add(Post(user_id=busy.id_of("other-handler"), role="unit.handler", unit_id="market-bureau"))
    number = busy.task_id(busy.signing)
    handler, colleague = busy.client("handler"), busy.client("other-handler")
    handler.post(f"/tasks/{number}/claim")
    assert handler.post(f"/tasks/{number}/take-back").status_code in (403, 404)
    handler.post(f"/tasks/{number}/delegate", data={"to": busy.id_of("other-handler"), "reason": "出差，请代办"})
    assert "收回" in handler.get(f"/tasks/{number}").text
    assert colleague.post(f"/tasks/{number}/take-back").status_code in (403, 404)
    assert handler.post(f"/tasks/{number}/take-back").status_code == 303
    assert "工程款拖欠三年" in handler.get("/tasks/?tab=mine").text
    assert [entry.act for entry in busy.acts(busy.signing)][-3:] == ["task.claim", "task.delegate", "task.take-back"]


def test_a_task_of_the_ladder_says_which_step_of_whom_is_late(busy: Busy) -> None:
    busy.pass_until(datetime(2026, 3, 20, 9, tzinfo=clock.LOCAL))
    director = busy.client("director")
    assert re.search(r"约谈<span class=\"text-secondary\">：签收</span>", director.get("/tasks/?tab=posts").text)
    with_unit, of_office = (director.get(f"/tasks/{_talk(busy, case_id)}").text for case_id in (busy.signing, busy.new))
    assert re.search(r"所督办的环节.*<b>签收</b>.*责任单位</dt><dd>市市场局.*2026-03-03.*逾期 \d+ 个工作日", with_unit, re.S)
    assert "没有交给责任单位" not in with_unit
    assert re.search(r"责任岗位</dt><dd>[^<]*受理[^<]*</dd>.*没有交给责任单位", of_office, re.S)


def _talk(busy: Busy, case_id: int) -> int:
    with busy.house.sessions.read() as session:
        return session.scalars(select(Task.id).where(Task.case_id == case_id, Task.element == "talk", Task.status == "open")).one()
