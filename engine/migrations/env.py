"""Run by Alembic: connects it to the database and to the models."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from engine.migrations import metadata
from engine.migrations.columns import belongs, render

LOCK = 4_231_807  # an advisory lock of PostgreSQL, so that two processes don't migrate at once


def run() -> None:
    """Migrate in one transaction."""
    database = context.config.attributes["engine"]
    with database.connect() as connection:
        _hold(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata(),
            compare_type=True,
            compare_server_default=True,
            render_as_batch=database.dialect.name == "sqlite",
            render_item=render,
            include_name=_ours,
            include_object=lambda thing, *_: belongs(database.dialect.name, thing),
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def _hold(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _ours(name: str | None, kind: str, parents: object) -> bool:
    """Tables that the models know; those of the full-text index belong to engine/cases/search.py."""
    return kind != "table" or name in metadata().tables


run()
