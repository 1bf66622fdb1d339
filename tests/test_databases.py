"""The databases that all other tests stand on."""

from __future__ import annotations

from sqlalchemy import inspect, text

from engine.migrations import metadata


def test_a_fresh_database_has_every_table_and_no_row(sessions):
    with sessions.begin() as session:
        names = set(inspect(session.connection()).get_table_names())
        assert set(metadata().tables) <= names
        assert session.execute(text("SELECT count(*) FROM tasks")).scalar_one() == 0


def test_what_one_test_writes_no_other_test_sees(sessions):
    with sessions.begin() as session:
        session.execute(text("INSERT INTO series (kind, year, last) VALUES ('x', 2026, 1)"))
    with sessions.read() as session:
        assert session.execute(text("SELECT count(*) FROM series")).scalar_one() == 1


def test_the_frozen_clock_moves_only_when_told(frozen):
    before = frozen.now()
    assert frozen.now() == before
    assert frozen.forward(days=1) - before == frozen.now() - before
