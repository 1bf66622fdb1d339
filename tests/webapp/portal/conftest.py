"""A house with the real drawings, on each kind of database, and a browser without JavaScript in front of its portal."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine import clock
from engine.commands.deploy import deploy_into
from engine.settings import Settings
from engine.wiring import House
from webapp import create_app

REPORT = {
    "title": "排水许可跑了四趟没有办成",
    "narrative": "市里公布已下放的排水许可，到镇里申请时被告知系统没有权限，到市里又说已经下放。",
    "about": "西柳镇政务服务窗口",
    "anonymous": "no",
    "name": "欧阳小明",
    "phone": "13812345678",
    "consent": "yes",
}
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, nine o'clock in China
_addresses = count(1)


class Visitor:
    """Somebody with a browser of their own, at an address of their own."""

    def __init__(self, app: Any) -> None:
        number = next(_addresses)
        self.address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        self.client = app.test_client()
        self.token = ""

    def get(self, path: str) -> TestResponse:
        answer = self.client.get(path, environ_overrides={"REMOTE_ADDR": self.address})
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, data: dict[str, Any], **more: Any) -> TestResponse:
        if not self.token:
            self.get("/portal/track")
        return self.client.post(
            path, data={"csrf_token": self.token, **data}, environ_overrides={"REMOTE_ADDR": self.address}, **more
        )  # fmt: skip

    def report(self, **changes: Any) -> TestResponse:
        """Send the form; ``_key`` comes from the page, as a browser would send it."""
        page = self.get("/portal/submit")
        key = re.search(r'name="_key" value="([^"]+)"', page.text)
        assert key
        data = {"_key": key[1], **REPORT, **changes}
        return self.post("/portal/submit", {name: value for name, value in data.items() if value is not None})

    def receipt(self) -> tuple[str, str]:
        """Number and code as shown after submitting."""
        number, code = re.findall(r'class="portal-key">([^<]+)<', self.get("/portal/done").text)
        return number, code


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("portal")
    clock.freeze(MORNING)
    if request.param == "sqlite":
        path = folder / "duban.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url, name, server = f"sqlite:///{path}", None, None
    else:
        server = request.getfixturevalue("postgresql_server")
        name = server.create()
        url = server.url(name)
    house = House(Settings.from_env({}, data_dir=folder / "data", database_url=url))
    deploy_into(house)
    yield house
    house.engine.dispose()
    if server:
        server.drop(name)
    clock.thaw()


@pytest.fixture(scope="module")
def app(house: House) -> Any:
    return create_app(house.settings, house)


@pytest.fixture
def visitor(app: Any, frozen: object) -> Visitor:
    return Visitor(app)


@pytest.fixture
def another(app: Any) -> Visitor:
    return Visitor(app)


@pytest.fixture
def database_file(house: House) -> Path | None:
    """Where SQLite keeps everything; None on PostgreSQL."""
    return Path(house.settings.database_url.removeprefix("sqlite:///")) if house.engine.dialect.name == "sqlite" else None
