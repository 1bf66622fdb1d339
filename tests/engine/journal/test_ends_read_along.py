"""The end of a chain may be read along with something else, without a lock: then it must be noticed when the chain has grown since."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.journal import Row, append, history, known, verify, write
from engine.journal.actor import CLOCK

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CHAIN = "case:1"


def _end(session):
    last = history(session, CHAIN, limit=1)[0]
    return last.position, last.digest


def test_a_known_end_saves_the_read(sessions, db_engine, count_statements):
    with sessions.begin() as session:
        append(session, CHAIN, CLOCK, AT, "first")
    with sessions.begin() as session:
        known(session)[CHAIN] = _end(session)
        with count_statements(db_engine) as statements:
            write(session, CHAIN, [Row(CLOCK, AT, "second"), Row(CLOCK, AT, "third")])
            write(session, CHAIN, [Row(CLOCK, AT, "fourth")])
    assert len(statements) == 4
    with sessions.read() as session:
        assert [row.act for row in history(session, CHAIN)] == ["fourth", "third", "second", "first"] and verify(session) == []


def test_an_end_that_is_out_of_date_is_read_again(sessions):
    with sessions.begin() as session:
        append(session, CHAIN, CLOCK, AT, "first")
        old = _end(session)
    with sessions.begin() as session:
        append(session, CHAIN, CLOCK, AT, "second")
    with sessions.begin() as session:
        known(session)[CHAIN] = old
        write(session, CHAIN, [Row(CLOCK, AT, "third")])
    with sessions.read() as session:
        assert [row.position for row in history(session, CHAIN)] == [3, 2, 1] and verify(session) == []


def test_what_a_savepoint_took_back_is_not_built_upon(sessions):
    with sessions.begin() as session:
        append(session, CHAIN, CLOCK, AT, "first")
        savepoint = session.begin_nested()
        write(session, CHAIN, [Row(CLOCK, AT, "taken back")])
        savepoint.rollback()
        write(session, CHAIN, [Row(CLOCK, AT, "second")])
    with sessions.read() as session:
        assert [row.act for row in history(session, CHAIN)] == ["second", "first"] and verify(session) == []
