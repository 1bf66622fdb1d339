"""The tables' history: Alembic revisions, run by program (no alembic.ini), the same on SQLite and PostgreSQL.

A new revision: ``python -m engine.migrations "what changed"`` compares the models with a database at the newest revision and writes a
file into ``versions/``, to be read before it is committed.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection, Engine

import engine
from engine.db import Base, connect

HERE = Path(__file__).parent


def metadata() -> MetaData:
    """The tables of every ``engine.*.models`` module, all imported."""
    for module in pkgutil.iter_modules(engine.__path__, "engine."):
        if module.ispkg and any(inner.name == "models" for inner in pkgutil.iter_modules([_path(module.name)])):
            importlib.import_module(f"{module.name}.models")
    return Base.metadata


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``; safe to run again, and by several processes at once on PostgreSQL."""
    database = connect(url)
    try:
        command.upgrade(config(database), revision)
    finally:
        database.dispose()


def is_newest(connection: Connection) -> bool:
    """Is the database at the newest revision?"""
    return frozenset(MigrationContext.configure(connection).get_current_heads()) == _newest()


def stamp(database: Engine) -> None:
    """Note that tables made from the models are at the newest revision."""
    command.stamp(config(database), "head")


@cache
def _newest() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(HERE)).get_heads())


def revise(url: str, message: str) -> None:
    """Write the revision that leads from the database at ``url`` to the models."""
    database = connect(url)
    try:
        settings = config(database)
        number = len(list(ScriptDirectory.from_config(settings).walk_revisions())) + 1
        command.revision(settings, message, autogenerate=True, rev_id=f"{number:04d}")
    finally:
        database.dispose()


def config(database: Engine) -> Config:
    """Alembic's configuration for a database."""
    found = Config()
    found.set_main_option("script_location", str(HERE))
    found.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    found.attributes["engine"] = database
    return found


def _path(package: str) -> str:
    return engine.__path__[0] + "/" + package.removeprefix("engine.")
