"""The database is away: a page says so within seconds, the machines that watch are told, and everything works again when it is back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from engine import clock
from tests.conftest import MORNING, PostgreSQL
from tests.journeys.city import City
from tests.webapp.town import make_app, settings_for

FEW_SECONDS = 8.0


class Line:
    """A TCP line to the server's socket that can be cut: ``refuse`` new connections, or ``hush``: take them and never answer."""

    def __init__(self, target: str) -> None:
        self.target, self._open, self._ends = target, True, set[socket.socket]()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.silent = False
        threading.Thread(target=self._serve, daemon=True).start()

    def refuse(self) -> None:
        self._open = False
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes the door, which closes
        self._cut()

    def hush(self) -> None:
        self.silent = True
        self._cut()

    def restore(self) -> None:
        self.silent = False
        if not self._open:
            self._open = True
            self._door = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._serve, daemon=True).start()

    def _cut(self) -> None:
        for end in list(self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _serve(self) -> None:
        while True:
            here, _ = self._door.accept()
            if not self._open:
                here.close()
                self._door.close()
                return
            self._ends.add(here)
            if not self.silent:
                there = socket.socket(socket.AF_UNIX)
                there.connect(self.target)
                self._ends.add(there)
                for source, sink in ((here, there), (there, here)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                sink.sendall(content)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(postgresql_server: PostgreSQL, postgresql_city: str) -> Iterator[tuple[Line, str]]:
    name = postgresql_server.create(postgresql_city)
    url = make_url(postgresql_server.url(name))
    made = Line(f"{url.query['host']}/.s.PGSQL.{url.port or 5432}")
    yield made, f"postgresql+psycopg://postgres@127.0.0.1:{made.port}/{name}"
    made._cut()
    postgresql_server.drop(name)


@pytest.fixture
def far(line: tuple[Line, str], tmp_path: Path) -> Iterator[City]:
    clock.freeze(MORNING)
    made = City(make_app(settings_for(line[1], tmp_path / "var")))
    yield made
    made.house.engine.dispose()
    clock.thaw()


@pytest.mark.parametrize("way", ["refuse", "hush"])
def test_a_page_says_so_within_seconds_and_all_is_well_when_it_is_back(far: City, line: tuple[Line, str], way: str) -> None:
    complaint = far.submit()
    browser, stranger = far.client("intake"), far.client()
    task = far.task(complaint.id, "accept")
    assert browser.get("/readyz").status_code == 200
    getattr(line[0], way)()
    for visitor, method, path in (
        (browser, "GET", f"/tasks/{task.id}"),
        (browser, "POST", f"/tasks/{task.id}"),
        (stranger, "GET", "/portal/submit"),
    ):
        began = time.monotonic()
        answer = visitor.open(path, method=method)
        assert answer.status_code == 503, path
        assert "数据库暂时连接不上" in answer.text
        assert answer.headers["Retry-After"]
        assert time.monotonic() - began < FEW_SECONDS
    assert stranger.get("/healthz").status_code == 200
    ready = stranger.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"status": "not ready", "problems": ["database"]})
    line[0].restore()
    assert browser.get(f"/tasks/{task.id}").status_code == 200
    assert stranger.get("/readyz").status_code == 200
    complaint.do("intake", "accept", intake="accept", area=3, category="办事推绕拖")
    far.check()


def test_an_act_whose_connection_breaks_under_it_is_not_done(far: City, line: tuple[Line, str], monkeypatch: pytest.MonkeyPatch) -> None:
    complaint = far.submit()
    render, broken = far.house.files.put, []

    def put(*given: object, **more: object) -> object:
        broken.append(line[0]._cut())
        return render(*given, **more)  # type: ignore[arg-type]

    complaint.reach("assign")
    monkeypatch.setattr(far.house.files, "put", put)  # between the numbering of the letter and the end of the transaction
    complaint.do("supervision", "assign", expect=503, lead_unit="market-bureau")
    monkeypatch.undo()
    assert broken
    assert far.open_tasks(complaint.id) == ["assign"]
    assert far.letters(complaint.id) == []
    complaint.do("supervision", "assign", lead_unit="market-bureau")
    assert far.letters(complaint.id) == ["assignment-order"]
    far.check()
