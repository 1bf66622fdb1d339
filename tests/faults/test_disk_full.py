"""The disk is full: the page says so, nothing half is done, reading goes on, and everything works again when there is room."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import clock
from engine.cases.models import Attachment, Case, Letter, Series
from engine.journal.models import Entry
from engine.processes.models import Incident, Task
from tests.conftest import MORNING
from tests.journeys.city import City
from tests.webapp.town import make_app, settings_for

REPORT = {
    "title": "窗口没有一次性告知",
    "narrative": "办理食品经营许可跑了四趟，每次都说缺一样新的材料。",
    "anonymous": "yes",
    "consent": "yes",
    "_key": "a" * 32,
}
COUNTED = (Case, Task, Letter, Attachment, Entry, Series, Incident)


class Disk:
    """A small file system of its own; ``fill`` leaves no byte on it, ``free`` gives the room back."""

    def __init__(self, place: Path) -> None:
        self.place, self._balloon = place, place / "balloon"

    def fill(self) -> None:
        with self._balloon.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                self._blow(file, size)

    @staticmethod
    def _blow(file: object, size: int) -> None:
        try:
            while file.write(b"x" * size) == size:  # type: ignore[attr-defined]
                pass
        except OSError:
            return

    def free(self) -> None:
        self._balloon.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], capture_output=True)
    if done.returncode:
        pytest.skip("only root can mount a small file system")
    yield Disk(place)
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def small(disk: Disk, sqlite_city: Path) -> Iterator[City]:
    """The city with its database and files on the small disk."""
    shutil.copyfile(sqlite_city, disk.place / "city.db")
    clock.freeze(MORNING)
    made = City(make_app(settings_for(f"sqlite:///{disk.place / 'city.db'}", disk.place / "var")))
    yield made
    made.house.engine.dispose()
    clock.thaw()


@pytest.fixture
def roomy(disk: Disk, sqlite_city: Path, tmp_path: Path) -> Iterator[City]:
    """The city with only its files on the small disk."""
    shutil.copyfile(sqlite_city, tmp_path / "city.db")
    clock.freeze(MORNING)
    (disk.place / "files").mkdir()
    made = City(make_app(settings_for(f"sqlite:///{tmp_path / 'city.db'}", tmp_path / "var")))
    made.house.files.root = disk.place / "files"
    yield made
    made.house.engine.dispose()
    clock.thaw()


def counts(city: City) -> list[int | None]:
    with city.house.sessions.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in COUNTED]


def test_a_report_with_a_file_is_not_half_kept_when_the_file_store_is_full(roomy: City, disk: Disk) -> None:
    before = counts(roomy)
    disk.fill()
    browser = roomy.client()
    answer = browser.post("/portal/submit", data=REPORT | {"files": (BytesIO("附件".encode() * 90_000), "a.txt")})
    assert answer.status_code == 503
    assert "存储空间不足" in answer.text
    assert answer.headers["Retry-After"]
    assert counts(roomy) == before
    disk.free()
    again = browser.post("/portal/submit", data=REPORT | {"files": (BytesIO("附件".encode() * 90_000), "a.txt")})
    assert again.status_code == 302
    assert counts(roomy)[0] == before[0] + 1  # type: ignore[operator]


def test_a_step_that_issues_a_letter_waits_for_room_and_is_no_incident(roomy: City, disk: Disk) -> None:
    complaint = roomy.submit()
    complaint.reach("assign")
    before = counts(roomy)
    disk.fill()
    answer = complaint.do("supervision", "assign", expect=503, lead_unit="market-bureau")
    assert "存储空间不足" in answer.text
    assert counts(roomy) == before
    assert roomy.open_tasks(complaint.id) == ["assign"]
    disk.free()
    complaint.do("supervision", "assign", lead_unit="market-bureau")
    assert roomy.letters(complaint.id) == ["assignment-order"]
    roomy.check()


def test_a_timer_that_finds_the_disk_full_comes_again_later(roomy: City, disk: Disk) -> None:
    complaint = roomy.submit()
    complaint.reach("plan")
    limit = roomy.task(complaint.id, "plan").limit_at
    assert limit is not None
    disk.fill()
    clock.freeze(limit)
    clock.advance(timedelta(hours=1))
    roomy.sweep.fire_due()
    assert "supervision-letter" not in roomy.letters(complaint.id)
    disk.free()
    clock.advance(timedelta(hours=1))
    roomy.sweep.fire_due()
    assert roomy.letters(complaint.id).count("supervision-letter") == 1
    roomy.check()


def test_a_full_database_refuses_to_write_goes_on_reading_and_recovers(small: City, disk: Disk) -> None:
    complaint = small.submit()
    task = small.task(complaint.id, "accept")
    browser = small.browser("intake")
    before = counts(small)
    with small.house.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    disk.fill()
    answers = small._answers(task, {"intake": "accept", "area": 3, "category": "办事推绕拖"})
    answer = browser.post(f"/tasks/{task.id}", data=answers)
    assert answer.status_code == 503
    assert "磁盘已满" in answer.text
    assert counts(small) == before
    clock.advance(timedelta(minutes=5))  # a sign-in notes each minute that it is in use: that must not stop a reader
    assert browser.get(f"/tasks/{task.id}").status_code == 200
    disk.free()
    assert browser.post(f"/tasks/{task.id}", data=answers).status_code == 303
    small.check()
