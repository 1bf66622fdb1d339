"""A database that was migrated from nothing is the one the models describe."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from engine import migrations
from engine.db import connect
from engine.migrations.columns import belongs


@pytest.fixture
def empty(database):
    """URL of a database without tables."""
    engine = connect(database)
    migrations.metadata().drop_all(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS case_grams"))
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()
    return database


def test_a_migrated_database_equals_the_models(empty):
    migrations.upgrade(empty)
    engine = connect(empty)
    known = migrations.metadata().tables
    with engine.connect() as connection:
        options = {
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name in known,
            "include_object": lambda thing, *_: belongs(engine.dialect.name, thing),
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), migrations.metadata()) == []
    assert set(known) <= set(inspect(engine).get_table_names())
    assert newest(engine)
    engine.dispose()


def newest(engine):
    with engine.connect() as connection:
        return migrations.is_newest(connection)


def test_migrating_again_changes_nothing(empty):
    migrations.upgrade(empty)
    migrations.upgrade(empty)
    engine = connect(empty)
    assert newest(engine)
    engine.dispose()


def test_an_empty_database_is_not_the_newest(empty):
    engine = connect(empty)
    assert not newest(engine)
    engine.dispose()


def test_the_full_text_index_exists_on_sqlite(empty):
    migrations.upgrade(empty)
    engine = connect(empty)
    assert ("case_grams" in inspect(engine).get_table_names()) == (engine.dialect.name == "sqlite")
    engine.dispose()


def test_every_revision_can_be_taken_back(empty):
    from alembic import command

    migrations.upgrade(empty)
    engine = connect(empty)
    command.downgrade(migrations.config(engine), "base")
    left = {name for name in inspect(engine).get_table_names() if not name.startswith(("alembic", "case_grams"))}
    assert left == set()
    engine.dispose()
    migrations.upgrade(empty)


def test_two_processes_that_migrate_at_once_do_it_once(empty):
    program = "import sys; from engine import migrations; migrations.upgrade(sys.argv[1])"
    processes = [subprocess.Popen([sys.executable, "-c", program, empty], stderr=subprocess.PIPE) for _ in range(2)]
    failures = [process.communicate(timeout=60)[1].decode() for process in processes if process.wait(timeout=60)]
    assert failures == []
