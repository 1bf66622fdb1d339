"""The timer process: it sleeps until the next due moment, rings once, and stops when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from engine import clock
from engine.journal import history, verify
from engine.journal.actor import SYSTEM
from engine.outbox.models import Dispatch, Notice
from engine.people.models import Post, User
from engine.processes.complete import complete
from engine.processes.correlate import correlate
from engine.processes.deploy import deploy
from engine.processes.models import Draft, Instance, Message, Task
from engine.processes.start import start
from engine.settings import Settings
from engine.wiring import House
from tests.engine.bpm.draw import Sketch, timer
from timers import jobs
from timers.digests import daily_digest
from timers.schedule import TABLE, Timers

SECOND = timedelta(seconds=1)


def later(value: str) -> dict[str, bytes]:
    sketch = Sketch()
    sketch.node("intermediateCatchEvent", "wait", timer(value))
    sketch.user("b", limit="none")
    sketch.end()
    return sketch.start("wait", "b", "e").files()


def wait_for(condition, seconds: float = 15.0) -> None:
    """Until another thread or process has done its work; there is nothing else to wait on."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        threading.Event().wait(0.02)


def tasks(house) -> int:
    with house.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(Task))


def test_a_running_timer_process_rings_at_the_moment_and_not_before(house):
    house.act(deploy, later("PT1S"), by=SYSTEM)
    timers = Timers(house)
    timers.start()
    try:
        instance = house.act(start, "p", {}, by=SYSTEM)
        wait_for(lambda: tasks(house) == 1)
    finally:
        timers.stop()
    with house.sessions.read() as session:
        task = session.scalars(select(Task)).one()
    assert timedelta(0) <= task.opened_at - instance.due_at < 4 * SECOND


def test_what_was_due_before_it_started_rings_at_once(house, frozen):
    house.act(deploy, later("P1D"), by=SYSTEM)
    house.act(start, "p", {}, by=SYSTEM)
    frozen.forward(days=2)
    timers = Timers(house)
    timers.start()
    try:
        wait_for(lambda: tasks(house) == 1)
    finally:
        timers.stop()


def test_it_sleeps_no_longer_than_until_the_next_moment(house, frozen):
    house.act(deploy, later("PT1S"), by=SYSTEM)
    timers = Timers(house)
    nothing = timers._wait()
    house.act(start, "p", {}, by=SYSTEM)
    assert nothing == 2 * SECOND and timers._wait() == SECOND
    frozen.forward(seconds=5)
    assert timers._wait() < SECOND


def test_a_database_that_is_away_does_not_stop_the_clock(house, monkeypatch):
    house.act(deploy, later("PT1S"), by=SYSTEM)
    house.act(start, "p", {}, by=SYSTEM)
    timers = Timers(house)
    failures = []
    fire = timers.sweep.fire_due

    def away_at_first():
        if not failures:
            failures.append(1)
            raise OSError("the database is away")
        return fire()

    monkeypatch.setattr(timers.sweep, "fire_due", away_at_first)
    timers.start()
    try:
        wait_for(lambda: tasks(house) == 1)
    finally:
        timers.stop()
    assert failures


def test_stopping_lets_the_job_under_way_end(house):
    house.act(deploy, later("PT1S"), by=SYSTEM)
    timers = Timers(house)
    begun, finish, ended = threading.Event(), threading.Event(), threading.Event()

    def slow():
        begun.set()
        finish.wait(10)
        ended.set()
        return 0

    timers.sweep.fire_due = slow
    timers.start()
    assert begun.wait(10)
    threading.Timer(0.2, finish.set).start()
    timers.stop()
    assert ended.is_set()


def test_every_job_of_the_table_runs_on_an_empty_house(house, frozen):
    for job, _ in TABLE:
        assert job(house) == 0
    assert len({job.__name__ for job, _ in TABLE}) == len(TABLE)


def test_post_is_sent_once_it_is_due_and_kept_when_it_cannot_be(house, frozen):
    with house.sessions.begin() as session:
        row = {"key": "k", "channel": "webhook", "address": "http://127.0.0.1:9/x", "subject": "s", "body": "b"}
        session.execute(insert(Dispatch), [{**row, "created_at": frozen.now(), "due_at": frozen.now()}])
    assert jobs.send_post(house) == 1
    assert jobs.send_post(house) == 0
    with house.sessions.read() as session:
        (dispatch,) = session.scalars(select(Dispatch))
    assert dispatch.sent_at is None and dispatch.failure and dispatch.due_at > frozen.now()


def test_drafts_of_tasks_that_are_done_are_forgotten(house, frozen):
    sketch = Sketch()
    sketch.user("a", limit="none")
    sketch.user("b", limit="none")
    sketch.end()
    house.act(deploy, sketch.start("a", "b", "e").files(), by=SYSTEM)
    house.act(start, "p", {}, by=SYSTEM)
    house.act(complete, 1, {}, by=SYSTEM)
    with house.sessions.begin() as session:
        session.execute(insert(User), [{"id": 1, "account": "u", "name": "李华", "created_at": frozen.now()}])
        session.execute(insert(Draft), [{"task_id": n, "user_id": 1, "saved_at": frozen.now()} for n in (1, 2)])
    assert jobs.clean_drafts(house) == 1
    with house.sessions.read() as session:
        assert [draft.task_id for draft in session.scalars(select(Draft))] == [2]


def test_messages_that_nobody_took_are_forgotten(house, frozen):
    house.act(correlate, "go", 1, by=SYSTEM)
    assert jobs.expire_messages(house) == 0
    frozen.forward(days=31)
    assert jobs.expire_messages(house) == 1
    with house.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 0


def process(database: str, data_dir) -> subprocess.Popen:
    environment = {**os.environ, "DUBAN_DATABASE_URL": database, "DUBAN_DATA_DIR": str(data_dir)}
    return subprocess.Popen([sys.executable, "-m", "timers"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_two_processes_on_postgresql_ring_each_timer_exactly_once_and_stop_on_sigterm(postgresql, tmp_path):
    house = House(Settings.from_env({}, data_dir=tmp_path / "data", database_url=postgresql))
    house.act(deploy, later("PT2S"), by=SYSTEM)
    processes = [process(postgresql, tmp_path / "data") for _ in range(2)]
    try:
        for one in processes:
            assert b"timers.started" in one.stdout.readline()
        for _ in range(60):
            house.act(start, "p", {}, by=SYSTEM)
        wait_for(lambda: tasks(house) == 60, 40)
    finally:
        for one in processes:
            one.send_signal(signal.SIGTERM)
        outputs = [one.communicate(timeout=20)[0].decode() for one in processes]
    assert [one.returncode for one in processes] == [0, 0], outputs
    with house.sessions.read() as session:
        assert set(session.scalars(select(Instance.version))) == {2}
        assert verify(session) == []
        for instance in session.scalars(select(Instance)):
            assert [row.act for row in history(session, f"instance:{instance.id}")] == ["timer.fire", "instance.start"]
    house.engine.dispose()


def test_the_digest_tells_each_person_once_a_day_and_nobody_on_a_holiday(house, frozen):
    sketch = Sketch()
    sketch.user("a", limit="none", role="office.supervision")
    sketch.end()
    house.act(deploy, sketch.start("a", "e").files(), by=SYSTEM)
    house.act(start, "p", {}, by=SYSTEM)
    with house.sessions.begin() as session:
        session.execute(insert(User), [{"id": n, "account": f"u{n}", "name": "李华", "created_at": frozen.now()} for n in (1, 2)])
        session.execute(insert(Post), [{"user_id": 1, "role": "office.supervision"}])
    assert daily_digest(house) == 1
    daily_digest(house)
    frozen.to(datetime(2026, 3, 7, 0, 0, tzinfo=UTC))  # Saturday
    assert daily_digest(house) == 0
    with house.sessions.read() as session:
        assert [(one.user_id, one.kind) for one in session.scalars(select(Notice))] == [(1, "digest")]


@pytest.fixture(autouse=True)
def running_clock():
    """Tests here that freeze the clock let it run again."""
    yield
    clock.thaw()
