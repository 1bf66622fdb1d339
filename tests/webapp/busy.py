"""A house at work: three complaints, one new, one with a unit, one struck off; built once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import clock
from engine.cases.models import Case
from engine.processes.models import Task
from tests.conftest import MORNING
from tests.journeys.city import PATH, City
from tests.webapp.town import make_app, settings_for

PHONE, NAME = "13912345678", "赵建国"


class Busy(City):
    """``new`` waits to be accepted, ``signing`` to be signed for by the market bureau, ``closed`` is struck off (ids of cases)."""

    new, signing, closed = 1, 2, 3

    def task_id(self, case_id: int) -> int:
        """The one open task of a case."""
        with self.house.sessions.read() as session:
            return session.scalars(select(Task.id).where(Task.case_id == case_id, Task.status == "open")).one()

    def number(self, case_id: int) -> str:
        with self.house.sessions.read() as session:
            return session.get_one(Case, case_id).number


@pytest.fixture(scope="session")
def busy_template(sqlite_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("busy")
    shutil.copyfile(sqlite_city, folder / "web.db")
    clock.freeze(MORNING)
    made = Busy(make_app(settings_for(f"sqlite:///{folder / 'web.db'}", folder / "var")))
    made.submit(title="窗口没有一次性告知", narrative="跑了四趟，每次都说缺一样新的材料。")
    made.submit(title="工程款拖欠三年", narrative="道路改造工程款拖欠三年，多次催要没有结果。").reach("sign_for")
    last = made.submit(title="收费不开票据", narrative="园区物业收取管理费，不开任何票据。")
    for account, element, decided in PATH:
        last.do(account, element, **decided)
    with made.house.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.house.engine.dispose()
    clock.thaw()
    return folder


@pytest.fixture
def busy(busy_template: Path, tmp_path: Path) -> Iterator[Busy]:
    """A copy of the house at work, on Monday 2 March 2026, nine o'clock; forms need no CSRF token."""
    shutil.copytree(busy_template, tmp_path / "house")
    clock.freeze(MORNING)
    made = Busy(make_app(settings_for(f"sqlite:///{tmp_path / 'house' / 'web.db'}", tmp_path / "house" / "var")))
    yield made
    made.house.engine.dispose()
    clock.thaw()
