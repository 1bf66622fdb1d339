"""Incidents: the operator sees element, sentence and trace, nothing of the case; retries or closes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from engine import clock
from engine.errors import Invalid
from engine.outbox import send
from engine.outbox.models import Dispatch
from engine.outbox.queue import queue
from engine.processes.models import Incident
from tests.webapp.busy import Busy


@pytest.fixture
def broken(busy: Busy, monkeypatch: pytest.MonkeyPatch) -> Busy:
    """The letter of the assignment cannot be written: the director's or supervisor's step fails and becomes an incident."""
    busy.do("intake", busy.new, "accept", intake="accept", area=3, category="一次性告知不到位")
    busy.do("supervision", busy.new, "verify", verify_result="substantiated")
    number = busy.task_id(busy.new)
    operations = busy.house.ports.operations
    letter = operations["cases/issue-letter"]

    def fail(_desk: object, _given: object) -> None:
        raise Invalid("文书模板里有一处写错了。")

    operations["cases/issue-letter"] = type(letter)(letter.name, letter.label, letter.parameters, fail)  # type: ignore[index]
    answer = busy.do("supervision", busy.new, "assign", lead_unit="market-bureau", expect=500)
    assert "没有生效" in answer.text or "写错" in answer.text
    operations["cases/issue-letter"] = letter  # type: ignore[index]
    assert busy.task_id(busy.new) == number
    return busy


def test_what_failed_left_the_task_open_and_stands_in_the_list_without_the_case(broken: Busy) -> None:
    page = broken.client("admin").get("/incidents/").text
    assert "文书模板里有一处写错了" in page
    assert broken.number(broken.new) not in page and "一次性告知" not in page
    detail = broken.client("admin").get("/incidents/1").text
    assert "技术细节" in detail and "一次性告知" not in detail and broken.number(broken.new) not in detail


def test_the_administrator_retries_and_the_process_goes_on(broken: Busy) -> None:
    page = broken.client("admin").post("/incidents/1/retry", follow_redirects=True).text
    assert "已重试成功" in page
    assert broken.open_tasks(broken.new) == ["sign_for"]
    with broken.house.sessions.read() as session:
        assert session.scalars(select(Incident)).one().resolved_at is not None
    again = broken.client("admin").post("/incidents/1/retry", follow_redirects=True).text
    assert "已经处理" in again


def test_the_text_of_a_foreign_error_may_hold_data_and_is_not_shown(broken: Busy) -> None:
    with broken.house.sessions.begin() as session:
        incident = session.scalars(select(Incident)).one()
        incident.sentence = "操作“制发文书”出错：赵建国 13912345678"
        incident.trace = 'Traceback:\n  File "x.py", line 1, in f\n    g(case)\nKeyError: 赵建国 13912345678\n'
    page = broken.client("admin").get("/incidents/1").text + broken.client("admin").get("/incidents/").text
    assert "操作“制发文书”" in page and "KeyError" in page and "x.py" in page
    assert "赵建国" not in page


def test_an_incident_is_closed_only_with_a_reason_and_by_the_administrator(broken: Busy) -> None:
    admin = broken.client("admin")
    assert admin.post("/incidents/1/dismiss", data={"reason": ""}).status_code == 422
    for account in ("auditor", "designer", "director"):
        assert broken.client(account).post("/incidents/1/dismiss", data={"reason": "由人工处理"}).status_code == 403
    admin.post("/incidents/1/dismiss", data={"reason": "由人工处理"})
    assert "没有异常" in admin.get("/incidents/").text
    assert "文书模板里有一处写错了" in admin.get("/incidents/?all=1").text


def test_a_message_that_was_given_up_is_shown_and_can_be_sent_again(busy: Busy) -> None:
    with busy.house.sessions.begin() as session:
        queue(session, "email", "li@example.com", "临期提醒：密件", "正文", at=clock.now(), key="once")
        session.execute(update(Dispatch).values(due_at=None, attempts=send.TRIES, failure="ConnectionRefusedError: no server"))
    page = busy.client("admin").get("/incidents/").text
    assert "no server" in page and "重新发送" in page and "密件" not in page
    assert "重新发送" not in busy.client("auditor").get("/incidents/").text.replace("可以重新发送", "")
    with busy.house.sessions.read() as session:
        number = session.scalar(select(Dispatch.id))
    assert busy.client("admin").post(f"/incidents/unsent/{number}/retry").status_code == 303
    with busy.house.sessions.read() as session:
        again = session.get_one(Dispatch, number)
        assert again.due_at == clock.now() and again.attempts == 0
    assert "no server" not in busy.client("admin").get("/incidents/").text
