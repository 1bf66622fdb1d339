from __future__ import annotations

import http.server
import json
import smtplib
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from engine.db import Sessions
from engine.errors import Invalid
from engine.outbox import digest, queue, send, webhook
from engine.outbox.email import Mailer
from engine.outbox.models import Dispatch, Notice
from engine.people.models import User

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def user(sessions: Sessions) -> User:
    with sessions.begin() as session:
        settings = {"notices": {"red": ["email", "webhook"], "letter": []}, "webhook": "http://127.0.0.1:9/hook"}
        one = User(account="liu", name="刘", email="liu@example.com", created_at=AT, settings=settings)
        session.add(one)
        session.flush()
        return one


def _tell(sessions: Sessions, user: User, kind: str = "red", key: str = "red:task:1", **given: Any) -> None:
    with sessions.begin() as session:
        queue.tell(session, user, kind, given.pop("subject", "督办"), "请办理", "/tasks/1", at=AT, key=key)


def _dispatches(sessions: Sessions) -> list[Dispatch]:
    with sessions.read() as session:
        return session.query(Dispatch).order_by(Dispatch.id).all()


def test_a_telling_is_a_notice_and_what_the_person_chose(sessions: Sessions, user: User) -> None:
    _tell(sessions, user)
    _tell(sessions, user, "letter", "letter:1")
    with sessions.read() as session:
        assert queue.unread(session, user.id) == 2
    assert [(one.channel, one.address) for one in _dispatches(sessions)] == [
        ("email", "liu@example.com"),
        ("webhook", "http://127.0.0.1:9/hook"),
    ]


def test_nobody_is_told_twice_of_one_occasion(sessions: Sessions, user: User) -> None:
    for _ in range(2):
        _tell(sessions, user)
    with sessions.read() as session:
        assert session.query(Notice).count() == 1
    assert len(_dispatches(sessions)) == 2


def test_what_is_rolled_back_is_never_told(sessions: Sessions, user: User) -> None:
    with pytest.raises(RuntimeError), sessions.begin() as session:
        queue.tell(session, user, "red", "督办", at=AT, key="x")
        raise RuntimeError
    assert _dispatches(sessions) == []


def test_a_subject_stays_one_line(sessions: Sessions, user: User) -> None:
    _tell(sessions, user, subject="督办\r\nBcc: all@example.com")
    assert _dispatches(sessions)[0].subject == "督办 Bcc: all@example.com"


def test_notices_are_read_and_paged(sessions: Sessions, user: User) -> None:
    for number in range(5):
        _tell(sessions, user, key=f"k{number}")
    with sessions.begin() as session:
        first = queue.inbox(session, user.id, limit=2)
        rest = queue.inbox(session, user.id, before=first[-1].id)
        queue.mark_read(session, user.id, AT, [first[0].id])
        queue.mark_read(session, user.id + 1, AT)
        assert (len(first), len(rest), queue.unread(session, user.id)) == (2, 3, 4)


def test_what_is_due_is_sent_once(sessions: Sessions, user: User) -> None:
    _tell(sessions, user)
    sent: list[str] = []
    channels = {name: lambda dispatch, _at: sent.append(dispatch.channel) for name in ("email", "webhook")}
    while send.send_next(sessions, channels, AT):
        pass
    assert sent == ["email", "webhook"]
    assert all(one.sent_at == AT and one.due_at is None for one in _dispatches(sessions))


def test_a_failure_is_tried_again_with_growing_pauses_and_given_up_at_last(sessions: Sessions, user: User) -> None:
    with sessions.begin() as session:
        queue.queue(session, "email", "a@example.com", "主题", "正文", at=AT, key="one")

    def broken(_dispatch: Dispatch, _at: datetime) -> None:
        raise ConnectionRefusedError("no server")

    at, pauses = AT, []
    for _ in range(send.TRIES):
        assert send.send_next(sessions, {"email": broken}, at)
        (one,) = _dispatches(sessions)
        pauses.append((one.due_at - at) // timedelta(minutes=1) if one.due_at else None)
        at = one.due_at or at
    assert pauses == [1, 2, 4, 8, 16, 32, 64, None]
    assert not send.send_next(sessions, {"email": broken}, at + timedelta(days=30))
    with sessions.begin() as session:
        (given_up,) = send.given_up(session)
        assert "no server" in given_up.failure
        send.try_again(session, given_up.id, at)
        assert send.next_due(session) == at


def test_a_crash_while_sending_sends_again_after_the_lease(sessions: Sessions, user: User) -> None:
    with sessions.begin() as session:
        queue.queue(session, "email", "a@example.com", "主题", "正文", at=AT, key="one")

    class Killed(BaseException):
        pass

    def killed(_dispatch: Dispatch, _at: datetime) -> None:
        raise Killed

    with pytest.raises(Killed):
        send.send_next(sessions, {"email": killed}, AT)
    sent: list[int] = []
    channels = {"email": lambda dispatch, _at: sent.append(dispatch.id)}
    assert not send.send_next(sessions, channels, AT + timedelta(minutes=1))
    assert send.send_next(sessions, channels, AT + send.LEASE) and len(sent) == 1


def test_a_channel_that_is_not_set_up_is_a_failure_on_record(sessions: Sessions, user: User) -> None:
    with sessions.begin() as session:
        queue.queue(session, "pigeon", "roof", "主题", "正文", at=AT, key="one")
    send.send_next(sessions, {}, AT)
    assert "pigeon" in _dispatches(sessions)[0].failure


def test_a_mail_has_full_links_and_a_name_that_repeats_share() -> None:
    mailer = Mailer("localhost", sender="duban@city.gov.cn", base_url="https://duban.city.gov.cn/")
    message = mailer.message(Dispatch(id=7, address="a@example.com", subject="督办函", body="请办理\n\n/tasks/1"))
    assert message["Message-ID"] == "<duban-7@city.gov.cn>"
    assert message.get_content().strip().endswith("https://duban.city.gov.cn/tasks/1")


class _Smtp:
    """Speaks just enough SMTP (RFC 5321) over a socket for smtplib to hand over one message."""

    def __init__(self) -> None:
        import socket

        self.received = b""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self) -> None:
        connection, _ = self._server.accept()
        with connection, connection.makefile("rwb") as stream:
            answer = lambda text: (stream.write(text + b"\r\n"), stream.flush())  # noqa: E731
            answer(b"220 test")
            for line in stream:
                if line.upper().startswith(b"DATA"):
                    answer(b"354 go on")
                    while (text := stream.readline()) != b".\r\n":
                        self.received += text
                answer(b"221 bye" if line.upper().startswith(b"QUIT") else b"250 ok")
                if line.upper().startswith(b"QUIT"):
                    return


def test_a_mail_is_handed_to_a_real_server() -> None:
    server = _Smtp()
    mailer = Mailer("127.0.0.1", server.port)
    mailer.send(Dispatch(id=7, address="a@example.com", subject="督办函", body="请办理"))
    assert b"To: a@example.com" in server.received


def test_no_server_is_a_failure_and_no_crash() -> None:
    mailer = Mailer("127.0.0.1", 9, timeout=1)
    with pytest.raises((OSError, smtplib.SMTPException)):
        mailer.send(Dispatch(id=7, address="a@example.com", subject="x", body="y"))


@pytest.fixture
def receiver() -> Iterator[SimpleNamespace]:
    seen = SimpleNamespace(requests=[], status=200)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.requests.append((self.path, dict(self.headers), body))
            self.send_response(seen.status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    seen.host = f"127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield seen
    server.shutdown()


def _post(receiver: SimpleNamespace, path: str = "/hook?a=1") -> None:
    dispatch = Dispatch(key="webhook:red:1", address=f"http://{receiver.host}{path}", subject="督办", body="请办理")
    webhook.Webhook("secret", [receiver.host]).send(dispatch, AT)


def test_a_webhook_is_signed_so_that_the_receiver_can_believe_it(receiver: SimpleNamespace) -> None:
    _post(receiver)
    ((path, headers, body),) = receiver.requests
    assert path == "/hook?a=1" and json.loads(body)["subject"] == "督办"
    assert headers["X-Duban-Signature"] == webhook.sign("secret", headers["X-Duban-Timestamp"], body)


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_a_redirect_is_not_followed_and_counts_as_a_failure(receiver: SimpleNamespace, status: int) -> None:
    receiver.status = status
    with pytest.raises(webhook.NotTaken):
        _post(receiver)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/",
        "http://hooks.example.com.evil.test/",
        "http://hooks.example.com@evil.test/",
        "http://user@hooks.example.com/",
        "http://hooks.example.com:22/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "http://hooks.example.com/a b",
        "http://hooks.example.com/\r\nX: y",
        "http://[",
        "",
    ],
)
def test_only_hosts_that_were_allowed_are_reached(address: str) -> None:
    with pytest.raises(Invalid):
        webhook.check_address(address, ["hooks.example.com"])


def test_the_digest_comes_once_a_day_and_not_for_nothing(sessions: Sessions, user: User) -> None:
    lines = [digest.Line("red", "核实 营商投诉〔2026〕0001", "/tasks/1"), digest.Line("green", "交办", "/tasks/2")]
    with sessions.begin() as session:
        assert digest.write(session, user, lines, date(2026, 3, 2), AT)
        digest.write(session, user, lines, date(2026, 3, 2), AT)
        assert not digest.write(session, user, [], date(2026, 3, 3), AT)
    with sessions.read() as session:
        notice = session.query(Notice).one()
    assert notice.subject == "3月2日待办 2 件，其中临期和超期 1 件" and "[红灯] 核实" in notice.body
